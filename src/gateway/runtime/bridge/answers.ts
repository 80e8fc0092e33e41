/** Answers, read to their end or made anew. */
import type { Readable } from 'node:stream';
import { isEventStream } from '../headers.js';
import { UpstreamFault, type UpstreamResponse } from '../upstream/upstream.js';
import { rewriteEvents } from './events.js';
import { asObject, isReply, parseReply, type Json } from './json-rpc.js';

/** Bytes of an answer that must be whole before it can be passed on. */
const MOST = 16 * 2 ** 20;

/** In place of an answer's own; with no message, an empty one. */
export function jsonAnswer(status: number, message?: unknown, headers: UpstreamResponse['headers'] = {}): UpstreamResponse {
  const body = Buffer.from(message === undefined ? '' : JSON.stringify(message));
  return { status, headers: { ...bridgedHeaders(headers), ...(message === undefined ? {} : { 'content-type': 'application/json' }), 'content-length': `${body.length}` }, body };
}

/** Without what told of the bytes that were replaced, or of a session that is none of the client's. */
export function bridgedHeaders({ 'content-length': _length, 'mcp-session-id': _session, ...rest }: UpstreamResponse['headers']): UpstreamResponse['headers'] {
  return rest;
}

export function readBody(body: Buffer | Readable, within: number): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return Promise.resolve(body);
  return new Promise((resolve, reject) => {
    const fail = (): void => (clearTimeout(timer), reject(new UpstreamFault('answered')));
    const timer = setTimeout(() => body.destroy(), within);
    if (body.destroyed) return fail();
    const chunks: Buffer[] = [];
    let size = 0;
    body.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST) body.destroy();
      else chunks.push(chunk);
    });
    body.once('end', () => resolve(Buffer.concat(chunks))).once('close', fail).on('error', () => {});
  });
}

/** The answer alone, of JSON or a stream; null where there is none. */
export async function readReply(response: UpstreamResponse, within: number): Promise<Json | null> {
  if (!isEventStream(response)) return parseReply(`${await readBody(response.body, within)}`);
  let reply: Json | null = null;
  const events = rewriteEvents(response.body, (message) => {
    if (!isReply(message)) return null;
    return (reply = message);
  });
  await readBody(events, within);
  return reply;
}

const PARTS = ['tools', 'prompts', 'resources', 'completions', 'logging'];

/** Of a server's capabilities those that a bridge can keep; what they say more (listChanged, subscribe), it cannot. */
export function bridgedCapabilities(capabilities: unknown): Json {
  return Object.fromEntries(Object.keys(asObject(capabilities)).flatMap((name) => (PARTS.includes(name) ? [[name, {}]] : [])));
}
