/** JSON-RPC 2.0 answers: recognised, made, and read to their end. */
import type { Readable } from 'node:stream';
import type { Answered } from '../call.js';
import { UpstreamFault, type UpstreamResponse } from '../upstream/upstream.js';

export type Json = Readonly<Record<string, unknown>>;

/** Bytes of an answer that must be whole before it can be passed on. */
const MOST = 16 * 2 ** 20;
const PARTS = ['tools', 'prompts', 'resources', 'completions', 'logging'];

export const asObject = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
/** What is found along these names; undefined where they lead nowhere. */
export const at = (value: unknown, ...path: readonly string[]): unknown => path.reduce((found, name) => asObject(found)[name], value);

export const isReply = (message: Json): boolean => message['jsonrpc'] === '2.0' && message['method'] === undefined && ('result' in message || 'error' in message);
export const success = (id: unknown, result: Json): Json => ({ jsonrpc: '2.0', id, result });
export const failure = (id: unknown, code: unknown, message: unknown, data?: unknown): Json => ({ jsonrpc: '2.0', id, error: { code, message, data } });

/** Null for what is no answer to a request. */
export function parseReply(body: Buffer): Json | null {
  try {
    const value = asObject(JSON.parse(`${body}`));
    return isReply(value) ? value : null;
  } catch {
    return null;
  }
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

export function readBody(body: Buffer | Readable, within: number): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return Promise.resolve(body);
  return new Promise((resolve, reject) => {
    const fail = (): void => (clearTimeout(timer), reject(new UpstreamFault('answered')));
    const timer = setTimeout(() => body.destroy(), within);
    if (body.destroyed) return fail();
    const chunks: Buffer[] = [];
    let size = 0;
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if ((size += chunk.length) > MOST) body.destroy();
    });
    body.once('end', () => resolve(Buffer.concat(chunks))).once('close', fail).on('error', () => {});
  });
}

/** Of a server's capabilities those that a bridge can keep; what they say more (listChanged, subscribe), it cannot. */
export function bridgedCapabilities(capabilities: unknown): Json {
  return Object.fromEntries(PARTS.filter((name) => name in asObject(capabilities)).map((name) => [name, {}]));
}
