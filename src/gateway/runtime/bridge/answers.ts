/** Answers of the gateway's own, and those it reads to their end. */
import type { Readable } from 'node:stream';
import type { Answered } from '../call.js';
import { asObject, isReply, parseJson, type Json } from '../json-rpc.js';
import { UpstreamFault, type UpstreamResponse } from '../upstream/upstream.js';

/** Bytes of an answer that must be whole before it can be passed on. */
const MOST = 16 * 2 ** 20;
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
