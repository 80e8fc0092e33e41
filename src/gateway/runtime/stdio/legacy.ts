/** A child of a revision with sessions: Streamable HTTP of 2025-03-26 to 2025-11-25 in front of its processes. */
import { addAbortSignal } from 'node:stream';
import type { UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';
import type { StdioOptions, StdioUpstream } from './contract.js';
import { errorText, readMessages, SUPPORTED, unsupported, type Batch } from './message.js';
import { jsonResponse, respondOn, streamResponse, takesStream } from './response.js';
import { OpenedSessions, type OpenedSession } from './sessions.js';

export function createLegacyUpstream(options: StdioOptions): StdioUpstream {
  const closing = new AbortController();
  const sessions = new OpenedSessions(options, closing.signal);

  const send = async (request: UpstreamRequest): Promise<UpstreamResponse> => {
    const { method, headers, body } = request;
    if (closing.signal.aborted) throw new UpstreamFault('refused');
    const read = method === 'POST' ? readMessages(`${body}`) : { isBatch: false, messages: [] };
    if (typeof read === 'number') return jsonResponse(400, errorText(null, read, 'Not a JSON-RPC message'));
    const [first] = read.messages;
    const refuse = (status: number, code: number, text: string, data?: unknown): UpstreamResponse =>
      jsonResponse(status, errorText(first?.shape === 'request' ? first.id : null, code, text, data));

    const requested = unsupported(headers['mcp-protocol-version'], read.messages);
    // What makes a dual-era client fall back to `initialize` (2026-07-28, Versioning).
    if (requested !== undefined) return refuse(400, -32022, 'Unsupported protocol version', { supported: SUPPORTED, requested });
    if (first?.shape === 'request' && first.method === 'initialize' && !read.isBatch) return sessions.open(first);
    const id = headers['mcp-session-id'];
    if (id === undefined) return refuse(400, -32000, 'Mcp-Session-Id is required');
    const session = sessions.get(id);
    if (!session) return refuse(404, -32001, 'Session not found');
    if (method === 'POST') return post(request, session, read);
    if (method === 'DELETE') {
      sessions.end(session);
      return jsonResponse(200);
    }
    const { standalone } = session;
    if (standalone.shown) return refuse(409, -32000, 'The session has a stream already');
    standalone.shown = true;
    return streamResponse(addAbortSignal(request.signal, standalone));
  };

  return {
    send,
    async close() {
      closing.abort();
      await sessions.close();
    },
    status: () => ({ processes: sessions.links.running, restarts: options.child.sharing === 'shared' ? Math.max(0, sessions.links.started - 1) : 0 }),
  };
}

async function post(request: UpstreamRequest, session: OpenedSession, { isBatch, messages }: Batch): Promise<UpstreamResponse> {
  const { link } = await session.running();
  link.check();
  const requests = messages.filter(({ shape }) => shape === 'request').length;
  const stream = session.openPost(requests > 0 && takesStream(request));
  const { response, onReply } = respondOn(addAbortSignal(request.signal, stream), requests, isBatch);
  if (requests === 0) onReply(null, 202);
  for (const message of messages) {
    if (message.shape === 'request') link.ask(message, onReply, session, stream);
    else link.tell(session, message);
  }
  return response;
}
