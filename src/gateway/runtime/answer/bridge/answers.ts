/** Answers in place of those that a server gave. */
import type { Readable } from 'node:stream';
import type { Answered } from '../call.js';
import { asObject, isReply, parseJson, type Json } from '../../wire/json-rpc.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';

const PARTS = ['tools', 'prompts', 'resources', 'completions', 'logging'];

/** Null for what is no answer to a request. */
export function parseReply(body: Buffer): Json | null {
  const value = asObject(parseJson(body));
  return isReply(value) ? value : null;
}

type Headers = UpstreamResponse['headers'];

/** Without what its server told of bytes that were replaced, or of a session that is none of the client's. */
export function passed(status: number, { 'content-length': _length, 'mcp-session-id': _session, ...headers }: Headers, body: Buffer | Readable): Answered {
  const length = Buffer.isBuffer(body) ? { 'content-length': `${body.length}` } : {};
  return { instance: null, response: { status, headers: { ...headers, ...length }, body } };
}

/** With no message, an empty one. */
export function answer(status: number, message?: unknown, headers: Headers = {}): Answered {
  const type = message === undefined ? {} : { 'content-type': 'application/json' };
  return passed(status, { ...headers, ...type }, Buffer.from(message === undefined ? '' : JSON.stringify(message)));
}

/** Of a server's capabilities those that a bridge can keep; what they say more (listChanged, subscribe), it cannot. */
export function bridgedCapabilities(capabilities: unknown): Json {
  return Object.fromEntries(PARTS.filter((name) => name in asObject(capabilities)).map((name) => [name, {}]));
}
