/** Messages of event streams, changed on the way. What is dropped leaves a comment, so that no hop takes the stream for dead. */
import type { Readable } from 'node:stream';
import { changeEvents, readEvent, type ChangedEvents } from '../../wire/events.js';
import { isEventStream } from '../../wire/media-type.js';
import { asObject, isReply, parseJson, type Json } from '../../wire/json-rpc.js';
import { readBody } from '../../wire/read-body.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { parseReply } from './answers.js';

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
