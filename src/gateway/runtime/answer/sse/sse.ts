/**
 * The transport of 2024-11-05: an event stream, and an endpoint for messages that the stream itself names. The name is a sealed session id. It holds the
 * server's own endpoint, where the server has one, and any replica can pass a message on; else the stream that the gateway holds, and by whom it is held.
 */
import { randomBytes } from 'node:crypto';
import type { Answered, Call } from '../call.js';
import type { RequestHead } from '../../decision/head.js';
import type { Log } from '../../process/log.js';
import { ANY_INSTANCE, type Leg } from '../../identity/session.js';
import type { Spoken } from './endpoint.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { frame, STREAM_HEADERS } from '../../wire/event-stream.js';
import { UpstreamFault } from '../../wire/fault.js';
import type { HeldStream } from './held-stream.js';
import { endpointOf, RELAY } from './own-endpoint.js';
import type { Checking, Vouched } from './relay.js';
import type { SpokenStream } from './spoken-stream.js';

export interface SseOptions {
  /** Milliseconds between two comments on streams that the gateway itself writes. */
  readonly keepAlive: number;
  readonly log: Log;
}

/** Hands on to other replicas what is posted for their streams, and takes what they hand on. */
export interface Relay extends Pick<typeof import('./relay.js'), 'relayTo' | 'vouchedBy' | 'isVouchedFor'> {
  /** `host:port` by which they reach this process. */
  readonly self: () => string;
}

/** Ways to answer for a server: with a stream that the gateway holds, or with the server's own. Missing where no server of the config is of that sort. */
export type Ways = Partial<Pick<typeof import('./held-stream.js'), 'holdStream'> & Pick<typeof import('./endpoint.js'), 'passStream' | 'passMessage'>>;

export interface Sse {
  /** @param relay null where there are no other replicas */
  configure(ways: Ways, relay: Relay | null): void;
  /** Answers a GET of the stream, or a POST of a message. Rejects with an `UpstreamFault`. */
  answer(call: Call): Promise<Answered>;
  /** Says something on the stream that a message came for, in place of handing the message on. Rejects with an `UpstreamFault` where nobody holds the stream. */
  say(call: Call, messages: readonly string[]): Promise<Answered>;
  /** What another replica says about a message that it relays; null for what comes from anybody else. */
  vouched(head: RequestHead, checking: Checking): Vouched | null;
  /** Whether the body is the one that was vouched for. */
  isVouchedFor(vouched: Vouched, body: Buffer | null): boolean;
  close(): Promise<void>;
}

/** No server is told by which replica a message came. */
function unproven(call: Call): Call {
  const { [RELAY]: _proof, ...headers } = call.request.headers;
  return { ...call, request: { ...call.request, headers } };
}
const isProven = ({ request }: Call): boolean => request.headers[RELAY] !== undefined;

const ACCEPTED: UpstreamResponse = { status: 202, headers: { 'content-type': 'text/plain', 'content-length': '8' }, body: Buffer.from('Accepted') };

/** Where no way leads. */
const unknown = (): Promise<never> => Promise.reject(new UpstreamFault('refused'));

export function createSse({ keepAlive, log }: SseOptions): Sse {
  let ways: Ways = {};
  let relay: Relay | null = null;
  /** The name of this process among the replicas. */
  const id = randomBytes(9).toString('base64url');
  const held = new Map<string, HeldStream>();
  /** Streams of servers on which the gateway has a say. */
  const spoken = new Map<string, SpokenStream>();
  const ending = new Set<Promise<void>>();

  const hold = (call: Call): Answered => {
    const { holdStream } = ways;
    const name = randomBytes(12).toString('base64url');
    const endpoint = endpointOf(call, { instance: ANY_INSTANCE, upstreamId: `${id} ${name} ${relay?.self() ?? ''}` });
    if (endpoint === null || !holdStream) throw new UpstreamFault('sent');
    const opened = holdStream(call, log);
    const { stream } = opened;
    stream.event(Buffer.from(`event: endpoint\ndata: ${endpoint}\n\n`));
    stream.once('close', () => {
      held.delete(name);
      const ended = opened.end().finally(() => ending.delete(ended));
      ending.add(ended);
    });
    held.set(name, opened);
    return { instance: null, response: { status: 200, headers: STREAM_HEADERS, body: stream } };
  };

  const take = (upstreamId: string, call: Call, isRelayed: boolean): Answered | Promise<Answered> => {
    const [owner, name = '', address = ''] = upstreamId.split(' ');
    // What has been relayed is not relayed again: it came to the process that its id names, and the stream has ended.
    if (owner !== id && relay && !isRelayed) return relay.relayTo(address, call);
    const meant = owner === id ? held.get(name) : undefined;
    if (!meant?.stream.writable) throw new UpstreamFault('refused');
    meant.post(call);
    return { instance: null, response: ACCEPTED };
  };

  /** The process that holds the stream judges the message again, and says the same. */
  const say = async (call: Call, messages: readonly string[], isRelayed: boolean): Promise<Answered> => {
    const { upstreamId = '' } = call.session?.legs[0] ?? {};
    const [owner, name = '', address = ''] = upstreamId.slice(upstreamId.startsWith('/') ? upstreamId.indexOf(' ') + 1 : 0).split(' ');
    if (owner !== id && relay && !isRelayed && address !== '') return relay.relayTo(address, call);
    const stream = owner === id ? held.get(name)?.stream : undefined;
    const passed = owner === id ? spoken.get(name) : undefined;
    if (!stream?.writable && !passed) throw new UpstreamFault('refused');
    for (const text of messages) {
      stream?.event(frame(text));
      if (passed && !passed.say(text)) throw new UpstreamFault('refused');
    }
    return { instance: null, response: ACCEPTED };
  };

  const speaking = (): Spoken => {
    const name = randomBytes(12).toString('base64url');
    const opened = (stream: SpokenStream): void => {
      spoken.set(name, stream);
      stream.body.once('close', () => spoken.delete(name));
    };
    return { owner: `${id} ${name} ${relay?.self() ?? ''}`, opened };
  };

  /** Where some of what callers ask for is refused, only the process that has the stream can say so on it. */
  const postSpoken = async (call: Call, leg: Leg, isRelayed: boolean): Promise<Answered> => {
    const { passMessage = unknown } = ways;
    const [path = '', owner, name = '', address = ''] = leg.upstreamId.split(' ');
    const at = call.pool.byId(leg.instance);
    if (owner === undefined) return passMessage(call, path, at);
    if (owner !== id && relay && !isRelayed) return relay.relayTo(address, call);
    const stream = owner === id ? spoken.get(name) : undefined;
    if (!stream) throw new UpstreamFault('refused');
    const send = async (asked: Call): Promise<UpstreamResponse> => (await passMessage(asked, path, at)).response;
    if (await call.items?.isUnlisted(call, (asked) => stream.ask(asked, send))) throw new UpstreamFault('unlisted');
    return passMessage(call, path, at);
  };

  const open = (call: Call): Answered | Promise<Answered> => {
    const { passStream = unknown } = ways;
    return call.table.sse === null ? hold(call) : passStream(call, call.table.sse, call.items && speaking());
  };

  const post = (call: Call, isRelayed: boolean): Answered | Promise<Answered> => {
    const leg = call.session?.legs[0];
    if (!leg) return unknown();
    return leg.upstreamId.startsWith('/') ? postSpoken(call, leg, isRelayed) : take(leg.upstreamId, call, isRelayed);
  };

  const beat = setInterval(() => {
    for (const { stream } of held.values()) stream.keepAlive();
  }, keepAlive).unref();

  return {
    configure(next, to) {
      ways = { ...ways, ...next };
      relay = to;
    },
    say: (asked, messages) => say(unproven(asked), messages, isProven(asked)),
    answer: async (asked) => {
      const call = unproven(asked);
      return call.request.method === 'GET' ? open(call) : post(call, isProven(asked));
    },
    vouched: (head, checking) => relay?.vouchedBy(head, checking) ?? null,
    isVouchedFor: (vouched, body) => relay?.isVouchedFor(vouched, body) ?? false,
    close: async () => {
      clearInterval(beat);
      await Promise.all([...ending, ...[...held.values()].map((one) => one.end())]);
    },
  };
}
