/**
 * Answers on their way over the bridge: read, changed, and put in place of those that a server gave. What is dropped of an event stream leaves a comment, so
 * that no hop takes the stream for dead.
 */
import type { Readable } from 'node:stream';
import type { Answered } from '../call.js';
import { changeEvents, readEvent, type ChangedEvents } from '../../wire/events.js';
import { asObject, isReply, parseJson, type Json } from '../../wire/json-rpc.js';
import { elementTexts } from '../../wire/json-text.js';
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

/** An answer of the gateway's own: one message, as a value or as its text, or empty. */
export function ownAnswer(status: number, message?: unknown, headers: Headers = {}): Answered {
  const type = message === undefined ? {} : { 'content-type': 'application/json' };
  return passed(status, { ...headers, ...type }, Buffer.from(message === undefined ? '' : typeof message === 'string' ? message : JSON.stringify(message)));
}

/** Those of a server's capabilities that a bridge can keep, without their details (listChanged, subscribe), which it cannot. */
export function bridgedCapabilities(capabilities: unknown): Json {
  return Object.fromEntries(BRIDGED.filter((name) => name in asObject(capabilities)).map((name) => [name, {}]));
}

/** The text of a message in place of one; null drops it, true passes its event as it was written. */
export type Rewrite = (message: Json, text: string) => string | null | true;

/** Some line of it is neither empty nor a comment. */
const SAYS_SOMETHING = /^[^:\r\n]/m;

interface Written {
  readonly message: Json;
  readonly text: string;
}

/** The JSON-RPC messages of an event; none where it is of another type than MCP's. */
function messagesIn(event: string): Written[] {
  const { isMessage, data } = readEvent(event);
  const value = isMessage ? parseJson(data) : undefined;
  const texts = Array.isArray(value) ? (elementTexts(data) ?? []) : [data];
  return [value].flat().map((one, i) => ({ message: asObject(one), text: texts[i] ?? '' })).filter(({ message }) => message['jsonrpc'] === '2.0');
}

/** A line break is mere white space in JSON, but would end the field of an event. */
const eventOf = (text: string): string => `event: message\ndata: ${text.replace(/[\r\n]/g, ' ')}`;

/** The stream ends with the first reply that passes, which is the last thing that belongs on it. */
export function rewriteEvents(body: Buffer | Readable, rewrite: Rewrite): ChangedEvents {
  const events = changeEvents(body, ({ raw, text }) => {
    const messages = messagesIn(text);
    const passed: string[] = [];
    let isKept = false;
    for (const { message, text: written } of messages) {
      const made = rewrite(message, written);
      if (made === null) continue;
      isKept = made === true;
      passed.push(made === true ? written : made);
      if (isReply(message)) events.isOver = true;
    }
    if (!SAYS_SOMETHING.test(text) || (isKept && messages.length === 1)) return raw;
    return `${passed.map(eventOf).join('\n\n') || ':'}\n\n`;
  });
  return events;
}

/** The text of the reply alone, of JSON or a stream; null where there is none. */
export async function readReplyText(response: UpstreamResponse, within: number): Promise<string | null> {
  if (!isEventStream(response)) {
    const body = await readBody(response.body, within);
    return parseReply(body) && `${body}`;
  }
  let reply: string | null = null;
  await readBody(rewriteEvents(response.body, (message, text) => (isReply(message) ? (reply = text) : null)), within);
  return reply;
}

/** What the reply says, for who reads it here; null where there is none. */
export async function readReply(response: UpstreamResponse, within: number): Promise<Json | null> {
  const text = await readReplyText(response, within);
  return text === null ? null : asObject(parseJson(text));
}
