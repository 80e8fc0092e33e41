/**
 * Answers on their way over the bridge: read, changed, and put in place of those that a server gave. What is dropped of an event stream leaves a comment, so
 * that no hop takes the stream for dead.
 */
import type { Readable } from 'node:stream';
import type { Answered } from '../call.js';
import { changeEvents, readEvent, type ChangedEvents } from '../../wire/events.js';
import { asObject, isReply, parseJson, type Json } from '../../wire/json-rpc.js';
import { isEventStream } from '../../wire/media-type.js';
import { readBody } from '../../wire/read-body.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';

/** Capabilities that work over a bridge. */
const BRIDGED = ['tools', 'prompts', 'resources', 'completions', 'logging'];

/** Null for what is no reply to a request. */
export function parseReply(body: Buffer): Json | null {
  const value = asObject(parseJson(body));
  return isReply(value) ? value : null;
}

type Headers = UpstreamResponse['headers'];

/** With another body, and without what its server said of the bytes, or of a session that the client does not have. */
export function passed(status: number, { 'content-length': _length, 'mcp-session-id': _session, ...headers }: Headers, body: Buffer | Readable): Answered {
  const length = Buffer.isBuffer(body) ? { 'content-length': `${body.length}` } : {};
  return { instance: null, response: { status, headers: { ...headers, ...length }, body } };
}

/** An answer of the gateway's own: one message, or empty. */
export function ownAnswer(status: number, message?: unknown, headers: Headers = {}): Answered {
  const type = message === undefined ? {} : { 'content-type': 'application/json' };
  return passed(status, { ...headers, ...type }, Buffer.from(message === undefined ? '' : JSON.stringify(message)));
}

/** Those of a server's capabilities that a bridge can keep, without their details (listChanged, subscribe), which it cannot. */
export function bridgedCapabilities(capabilities: unknown): Json {
  return Object.fromEntries(BRIDGED.filter((name) => name in asObject(capabilities)).map((name) => [name, {}]));
}

/** Null drops the message; the same object passes as it was written. */
export type Rewrite = (message: Json) => Json | null;

/** Some line of it is neither empty nor a comment. */
const SAYS_SOMETHING = /^[^:\r\n]/m;

/** The JSON-RPC messages of an event; none where it is of another type than MCP's. */
function messagesIn(text: string): Json[] {
  const { isMessage, data } = readEvent(text);
  const values: readonly unknown[] = isMessage ? [parseJson(data)].flat() : [];
  return values.map(asObject).filter(({ jsonrpc }) => jsonrpc === '2.0');
}

/** The stream ends with the first reply that passes, which is the last thing that belongs on it. */
export function rewriteEvents(body: Buffer | Readable, rewrite: Rewrite): ChangedEvents {
  const events = changeEvents(body, ({ raw, text }) => {
    const messages = messagesIn(text);
    const passed = messages.map(rewrite).filter((message) => message !== null);
    if (passed.some(isReply)) events.isOver = true;
    if (!SAYS_SOMETHING.test(text) || (messages.length === 1 && passed[0] === messages[0])) return raw;
    return `${passed.map((message) => `event: message\ndata: ${JSON.stringify(message)}`).join('\n\n') || ':'}\n\n`;
  });
  return events;
}

/** The reply alone, of JSON or a stream; null where there is none. */
export async function readReply(response: UpstreamResponse, within: number): Promise<Json | null> {
  if (!isEventStream(response)) return parseReply(await readBody(response.body, within));
  let reply: Json | null = null;
  await readBody(rewriteEvents(response.body, (message) => (isReply(message) ? (reply = message) : null)), within);
  return reply;
}
