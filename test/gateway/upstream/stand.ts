/** A server below HTTP with the client of an instance before it. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { after } from 'node:test';
import { httpUpstream } from '#src/gateway/runtime/upstream/http.js';
import type { Upstream, UpstreamRequest, UpstreamResponse } from '#src/gateway/runtime/upstream/upstream.js';
import { UpstreamFault, type FaultStage } from '#src/gateway/runtime/wire/fault.js';
import { within } from '../../support/http.js';
import { startRawUpstream } from '../../support/upstreams.js';

export const OK = 'HTTP/1.1 200 OK\r\n';
export const SMALL = `${OK}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`;

export interface Server {
  readonly upstream: Upstream;
  /** Every connection so far. */
  readonly sockets: readonly Socket[];
  /** All that came on the n-th connection (from 0). */
  received(n?: number): string;
}

export const open = new Set<Upstream>();
after(() => Promise.all([...open].map((upstream) => upstream.close())));

/** A server that says something for each request with its whole head, and nothing for others. */
export async function serve(answer: (socket: Socket, nth: number) => void, timeouts: { connect?: number; firstByte?: number } = {}): Promise<Server> {
  const sockets: Socket[] = [];
  const texts: string[] = [];
  let nth = 0;
  const { url } = await startRawUpstream((socket) => {
    const n = sockets.push(socket) - 1;
    texts[n] = '';
    socket.on('data', (bytes) => {
      texts[n] += bytes.toString('latin1');
      if (bytes.includes('\r\n\r\n')) answer(socket, nth++);
    });
  });
  return { upstream: client(`${url}?fixed=1`, timeouts), sockets, received: (n = 0) => texts[n] ?? '' };
}

export function client(url: string, timeouts: { connect?: number; firstByte?: number } = {}): Upstream {
  const upstream = httpUpstream({ url: new URL(url), connect: 5000, firstByte: 5000, ...timeouts });
  open.add(upstream);
  return upstream;
}

export const requestOf = (more: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  method: 'POST',
  headers: { accept: '*/*' },
  body: Buffer.from('{}'),
  signal: new AbortController().signal,
  ...more,
});
export const send = ({ upstream }: { upstream: Upstream }, more?: Partial<UpstreamRequest>): Promise<UpstreamResponse> =>
  within(upstream.send(requestOf(more)), 'an answer');

export async function textOf({ body }: UpstreamResponse): Promise<string> {
  if (Buffer.isBuffer(body)) return body.toString('latin1');
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}
export const streamOf = ({ body }: UpstreamResponse): Readable => (Buffer.isBuffer(body) ? assert.fail('it came whole') : body);

export const faultOf = (stage: FaultStage) => (error: unknown): true => {
  assert.ok(error instanceof UpstreamFault, String(error));
  assert.equal(error.stage, stage, String(error.cause));
  return true;
};
