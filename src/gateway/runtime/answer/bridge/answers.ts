/** Answers in place of those that a server gave. */
import type { Readable } from 'node:stream';
import type { Answered } from '../call.js';
import { asObject, isReply, parseJson, type Json } from '../../wire/json-rpc.js';
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

// An answer of the gateway's own: one message, or empty.
export function ownAnswer(status: number, message?: unknown, headers: Headers = {}): Answered {
  const type = message === undefined ? {} : { 'content-type': 'application/json' };
  return passed(status, { ...headers, ...type }, Buffer.from(message === undefined ? '' : JSON.stringify(message)));
}

/** Those of a server's capabilities that a bridge can keep, without their details (listChanged, subscribe), which it cannot. */
export function bridgedCapabilities(capabilities: unknown): Json {
  return Object.fromEntries(BRIDGED.filter((name) => name in asObject(capabilities)).map((name) => [name, {}]));
}
