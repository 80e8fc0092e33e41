/**
 * The transport of 2024-11-05: an event stream, and an endpoint for messages that the stream itself names. The name is a sealed session id. It holds the
 * server's own endpoint, where the server has one, and any replica can pass a message on; else the stream that the gateway holds, and by whom it is held.
 */
import { randomBytes } from 'node:crypto';
import type { Answered, Call } from '../call.js';
import type { RequestHead } from '../../decision/head.js';
import { isEventStream } from '../../wire/media-type.js';
import type { Log } from '../../process/log.js';
import { ANY_INSTANCE, RELAY } from '../../identity/session.js';
import type { Instance } from '../../upstream/instance.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { renameEndpoint } from './endpoint.js';
import { openOwn, type OwnSession } from './own.js';
import type { Checking, Vouched } from './relay.js';

export interface SseOptions {
  /** Milliseconds between two comments on streams that the gateway itself writes. */
  readonly keepAlive: number;
  readonly log: Log;
}

/** What is the other replicas' is handed on to them, and theirs is taken. */
export interface Relay extends Pick<typeof import('./relay.js'), 'relayTo' | 'vouchedBy'> {
  /** `host:port` by which they reach this process. */
  readonly self: () => string;
}

export interface Sse {
  /** Null where there are no other replicas. */
  configure(relay: Relay | null): void;
  /** A GET of the stream, or a POST of a message. Rejects with an `UpstreamFault`. */
  exchange(call: Call): Promise<Answered>;
  /** What another replica says about a message that it relays; null for what comes from anybody else. */
  vouched(head: RequestHead, checking: Checking): Vouched | null;
  close(): Promise<void>;
}

const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' };
const ACCEPTED: UpstreamResponse = { status: 202, headers: { 'content-type': 'text/plain', 'content-length': '8' }, body: Buffer.from('Accepted') };

export function createSse({ keepAlive, log }: SseOptions): Sse {
  let relay: Relay | null = null;
  const id = randomBytes(9).toString('base64url');
  const held = new Map<string, OwnSession>();
  const ending = new Set<Promise<void>>();

  const hold = (call: Call): Answered => {
    const name = randomBytes(12).toString('base64url');
    const endpoint = endpointOf(call, { instance: ANY_INSTANCE, upstreamId: `${id} ${name} ${relay?.self() ?? ''}` });
    if (endpoint === null) throw new UpstreamFault('sent');
    const session = openOwn(call, log);
    session.stream.event(Buffer.from(`event: endpoint\ndata: ${endpoint}\n\n`));
    session.stream.once('close', () => {
      held.delete(name);
      const ended = session.end().finally(() => ending.delete(ended));
      ending.add(ended);
    });
    held.set(name, session);
    return { instance: null, response: { status: 200, headers: HEADERS, body: session.stream } };
  };

  const take = (upstreamId: string, call: Call, isRelayed: boolean): Answered | Promise<Answered> => {
    const [owner, name = '', address = ''] = upstreamId.split(' ');
    // What has been relayed is not relayed again: where it came, its stream is gone.
    if (owner !== id && relay && !isRelayed) return relay.relayTo(address, call);
    const session = owner === id ? held.get(name) : undefined;
    if (!session?.stream.writable) throw new UpstreamFault('refused');
    session.post(call);
    return { instance: null, response: ACCEPTED };
  };

  const beat = setInterval(() => {
    for (const { stream } of held.values()) stream.keepAlive();
  }, keepAlive).unref();

  return {
    configure: (to) => void (relay = to),
    exchange: async (asked) => {
      const { [RELAY]: proof, ...headers } = asked.request.headers;
      const call = { ...asked, request: { ...asked.request, headers } };
      if (call.request.method === 'GET') return call.table.sse === null ? hold(call) : passStream(call, call.table.sse);
      const leg = call.session?.legs[0];
      if (!leg) throw new UpstreamFault('refused');
      return leg.upstreamId.startsWith('/') ? passMessage(call, leg.upstreamId, call.pool.byId(leg.instance)) : take(leg.upstreamId, call, proof !== undefined);
    },
    vouched: (head, checking) => relay?.vouchedBy(head, checking) ?? null,
    close: async () => {
      clearInterval(beat);
      await Promise.all([...ending, ...[...held.values()].map((session) => session.end())]);
    },
  };
}

/** Root-relative, with the prefix by which the client came. */
function endpointOf({ pool, path, seal }: Call, leg: { readonly instance: string; readonly upstreamId: string }): string | null {
  const id = seal({ server: pool.server, ...leg });
  return id && `${path.replace(/\/sse$/, '/message')}?sessionId=${id}`;
}

async function passStream(call: Call, path: string): Promise<Answered> {
  const headers = { ...call.request.headers, accept: 'text/event-stream', 'accept-encoding': 'identity' };
  const { instance, response } = await call.send({ ...call.request, path, headers });
  if (response.status !== 200 || !isEventStream(response)) return { instance, response };
  const body = await renameEndpoint(response, call.table.timeouts.firstByte, (url) => {
    const target = targetOf(url, path, instance);
    return target && endpointOf(call, { instance: instance.id, upstreamId: target });
  });
  const { 'content-length': _, ...described } = response.headers;
  return { instance, response: { ...response, headers: { ...described, ...HEADERS }, body } };
}

/** Path and query of what a server names; null where it points away from its instance: a gateway must not be sent elsewhere by what is behind it. */
function targetOf(url: string, path: string, { upstream: { origin } }: Instance): string | null {
  const from = `${origin}${path}`;
  const target = URL.canParse(url, from) ? new URL(url, from) : null;
  return target && target.origin === origin ? target.pathname + target.search : null;
}

async function passMessage(call: Call, path: string, at: Instance | undefined): Promise<Answered> {
  if (!at) throw new UpstreamFault('refused');
  return call.send({ ...call.request, path }, { at });
}
