/** Who answers a call, by the kind of its route. */
import type { Kind } from '../decision/kinds.js';
import { legAt } from '../identity/session.js';
import { UpstreamFault } from '../wire/fault.js';
import type { Bridge } from './bridge/bridge.js';
import { sendTo, type Answered, type Call } from './call.js';
import type { Items } from './items/items.js';
import type { Renewals } from './renew.js';
import type { Sse } from './sse/sse.js';
import type { Transform } from './transform/transform.js';

/** Parts that answer; null where this gateway was baked without one. */
export interface Answerers {
  readonly bridge: Bridge | null;
  readonly items: Items | null;
  readonly renewals: Renewals | null;
  readonly sse: Sse | null;
  readonly transform: Transform | null;
}

type Answer = (call: Call, parts: Answerers) => Promise<Answered>;

const ANSWERED_BY: Readonly<Record<Kind['answeredBy'], Answer>> = {
  // The bridge has nothing to do where both sides speak the same, which it knows at once for nearly every call.
  server: (call, { bridge, renewals }) => bridge?.answer(call) ?? pass(call, renewals),
  sse: (call, { sse }) => sse?.answer(call) ?? nobody(),
  // The decision answers before a call is made.
  gateway: nobody,
};

function nobody(): Promise<never> {
  return Promise.reject(new UpstreamFault('refused'));
}

/** Rejects with an `UpstreamFault`. */
export function answer(call: Call, kind: Kind, parts: Answerers): Promise<Answered> {
  const proceed = (asked: Call): Promise<Answered> => ANSWERED_BY[kind.answeredBy](asked, parts);
  const { items, transform } = parts;
  // What should have been read does not pass unread.
  const answered = call.items ? (items?.answer(call, call.items, proceed) ?? nobody()) : proceed(call);
  const changes = call.table.transform;
  if (!transform || !changes) return answered;
  const within = call.table.timeouts.response;
  return answered.then(async (given) => ({ ...given, response: await transform.response(given.response, changes, within) }));
}

/** As it is, to where its session lives; where that has gone, in a new session, if the server's table says so. */
function pass(call: Call, renewals: Renewals | null): Promise<Answered> {
  const leg = legAt(call.pool.server, call.session);
  if (!leg) return call.send(call.request);
  return renewals ? renewals.send(call, leg) : sendTo(call, leg);
}
