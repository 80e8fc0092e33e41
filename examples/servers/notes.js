// @ts-check
/** Notes that live as long as their session: stateful Streamable HTTP, with everything a server may do during a call. */
import { setTimeout as sleep } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SubscribeRequestSchema, UnsubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { registerWhoami, serve, wholeNumber } from './http.js';
import { plain, structured } from './result.js';
import { createSessions } from './sessions.js';

/** How long a person or a model may take to answer; the SDK's own limit of a minute is short for either. */
const ANSWER_MS = 10 * 60_000;

const sessions = createSessions(req => {
  const mcp = new McpServer({ name: 'notes', version: '1.0.0' }, {
    capabilities: { tools: {}, logging: {}, resources: { subscribe: true, listChanged: true } },
    // So that asking a client for what it has not declared is a clear error and never reaches it.
    enforceStrictCapabilities: true,
  });
  registerNotes(mcp);
  registerCalls(mcp);
  registerWhoami(mcp, req);
  return mcp;
}, wholeNumber('SESSION_IDLE_MS', 30 * 60_000, 2 ** 31 - 1));

serve({ name: 'notes', port: 8102, methods: ['GET', 'POST', 'DELETE'], handle: sessions.handle, close: sessions.close });

/** @param {McpServer} mcp */
function registerNotes(mcp) {
  /** @type {Map<string, { text: string, resource: { remove: () => void } }>} */
  const notes = new Map();
  /** @type {Set<string>} */
  const subscribed = new Set();
  let lastId = 0;

  const uriOf = (/** @type {string} */ id) => `note:///${id}`;
  const changed = async (/** @type {string} */ uri) => {
    if (subscribed.has(uri)) await mcp.server.sendResourceUpdated({ uri });
  };

  const noteId = z.string().regex(/^[a-z0-9-]{1,64}$/);
  const note = z.object({ id: z.string(), uri: z.string(), text: z.string() });

  mcp.registerTool('add_note', {
    description: 'Adds a note; with the id of an existing one, replaces its text.',
    inputSchema: { text: z.string().max(10_000), id: noteId.optional() },
    outputSchema: note.shape,
    annotations: { destructiveHint: false, openWorldHint: false },
  }, async ({ text, id = String(lastId += 1) }) => {
    const uri = uriOf(id);
    const known = notes.get(id);
    if (known) known.text = text;
    // Registering and removing a resource sends notifications/resources/list_changed.
    else notes.set(id, { text, resource: mcp.registerResource(id, uri, { mimeType: 'text/plain' }, read) });
    await changed(uri);
    return structured({ id, uri, text });

    function read() {
      return { contents: [{ uri, mimeType: 'text/plain', text: notes.get(id)?.text ?? '' }] };
    }
  });

  mcp.registerTool('list_notes', {
    description: 'Lists the notes of this session.',
    outputSchema: { notes: z.array(note) },
    annotations: { readOnlyHint: true, openWorldHint: false },
  }, () => structured({ notes: [...notes].map(([id, { text }]) => ({ id, uri: uriOf(id), text })) }));

  mcp.registerTool('delete_note', {
    description: 'Deletes a note.',
    inputSchema: { id: noteId },
    annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
  }, async ({ id }) => {
    const note = notes.get(id);
    if (!note) throw new Error(`No note ${JSON.stringify(id)} in this session`);
    notes.delete(id);
    note.resource.remove();
    await changed(uriOf(id));
    return plain(`Deleted note ${id}.`);
  });

  mcp.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => (subscribed.add(params.uri), {}));
  mcp.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => (subscribed.delete(params.uri), {}));
}

/**
 * Calls that do more than answer.
 *
 * @param {McpServer} mcp
 */
function registerCalls(mcp) {
  mcp.registerTool('count_slowly', {
    description: 'Counts to a number, reporting progress, until it is there or cancelled.',
    inputSchema: { to: z.number().int().min(1).max(10_000), delayMs: z.number().int().min(0).max(60_000).default(100) },
    outputSchema: { reached: z.number(), to: z.number() },
    annotations: { readOnlyHint: true, openWorldHint: false },
  }, async ({ to, delayMs }, { _meta, sendNotification, signal }) => {
    const progressToken = _meta?.progressToken;
    let reached = 0;
    try {
      while (reached < to) {
        await sleep(delayMs, undefined, { signal });
        reached += 1;
        if (progressToken !== undefined) {
          await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: reached, total: to } });
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      // A cancelled request gets no response (2025-11-25, Cancellation), so a log message says how far it came.
      if (mcp.isConnected()) await mcp.sendLoggingMessage({ level: 'info', logger: 'count_slowly', data: { reached, to } });
    }
    return structured({ reached, to });
  });

  mcp.registerTool('ask', {
    description: 'Asks the user a question in the middle of the call, and returns the answer.',
    inputSchema: { question: z.string().min(1).max(500) },
  }, async ({ question }, { requestId, signal }) => {
    const { action, content } = await mcp.server.elicitInput({
      message: question,
      requestedSchema: { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] },
    }, { relatedRequestId: requestId, signal, timeout: ANSWER_MS });
    return plain(action === 'accept' ? `The user answered: ${content?.answer}` : `The user chose to ${action}.`);
  });

  mcp.registerTool('think', {
    description: "Lets the client's model answer a question in the middle of the call.",
    inputSchema: { question: z.string().min(1).max(500) },
  }, async ({ question }, { requestId, signal }) => {
    const { model, content } = await mcp.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: question } }],
      maxTokens: 500,
    }, { relatedRequestId: requestId, signal, timeout: ANSWER_MS });
    return plain(`${model} thinks: ${content.type === 'text' ? content.text : `(${content.type})`}`);
  });
}
