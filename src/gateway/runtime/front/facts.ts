/** How the running gateway finds out each fact that a decision asks for. */
import { callerKey } from '../decision/address.js';
import { messageIn, tenantIn, type Fact, type Facts, type LookupFact, type Principal } from '../decision/facts.js';
import { sessionIdOf } from '../decision/head.js';
import { parseMessage } from '../decision/message.js';
import { eraOf } from '../decision/revision.js';
import { recogniseTenants } from '../decision/tenant.js';
import type { Limits, OpenCounts } from '../identity/open-counts.js';
import { ANY_INSTANCE, keepsItsSession, legAt, type Leg } from '../identity/session.js';
import { ended } from '../process/ended.js';
import type { Instance } from '../upstream/instance.js';
import type { Pool } from '../upstream/pool.js';
import { keyOf, principalOf, type Exchange } from './exchange.js';
import { holderOf, isToldApart } from './holder.js';
import type { Services } from './services.js';

type Supply = { readonly [F in Fact]: (exchange: Exchange, services: Services) => Required<Facts>[F] | Promise<Required<Facts>[F]> };

/** Bytes of all bodies that are in memory at once, in all workers. A small container can hold these, and what it takes to judge them. */
const BODIES = 32 * 2 ** 20;

/** Nearly all bodies are this short, and have memory of their own, which those have no part in that send long ones slowly. */
const SHORT = 65_536;
const FOR_SHORT = 8 * 2 ** 20;
/** How many times the bytes of the longest body a message may take as values. Only texts of empty containers take more. */
const MOST_WEIGHT = 8;

/** Milliseconds after which a session that nobody uses stops counting against the limits. It stays valid. Most clients leave without a DELETE. */
export const SESSION_IDLE = 3_600_000;

/** Milliseconds between two looks for such sessions. */
export const EXPIRY_EVERY = 60_000;

/** Sets a place aside for a request that is going to hold a stream open. @returns false when there is none */
export function reserveStream(exchange: Exchange, counts: OpenCounts): boolean {
  const release = counts.openStream(holderOf(exchange), limitsOf(exchange, 'streams'));
  if (release) exchange.releaseStream = release;
  return release !== null;
}

/** Sets a place aside for a call, whose answer may turn out to be a stream. @returns false when there is none */
export function reserveCall(exchange: Exchange, counts: OpenCounts): boolean {
  const release = counts.openCall(holderOf(exchange), limitsOf(exchange, 'streams'));
  if (release) exchange.releaseCall = release;
  return release !== null;
}

function limitsOf(exchange: Exchange, name: 'streams' | 'sessions'): Limits {
  const { facts, state: { tables } } = exchange;
  const own = tables.tenants.get(tenantIn(facts) ?? '')?.[name] ?? null;
  return { all: tables.raw.limits[name], own, each: name === 'streams' ? mostStreams(exchange) : null };
}

/** Streams that the caller may have; null for any number, also where all callers without a name would be counted as one. */
function mostStreams(exchange: Exchange): number | null {
  return isToldApart(exchange) ? exchange.state.tables.raw.limits.perClient.streams : null;
}

/** Bytes of bodies that there may be at once, where one of so many is among them: the longest fits into the half of a half that a caller may have. */
export function mostOfBodies({ state: { tables } }: Exchange, size: number): number {
  const { limits, workers } = tables.raw;
  return Math.max(BODIES / workers, 4 * limits.body) + (size > SHORT ? 0 : FOR_SHORT / workers);
}

export const FIND_FACT: Supply = {
  address: ({ state, head }) => {
    const retryAfter = state.perAddress.take(callerKey(head.address), performance.now());
    return retryAfter === 0 ? { kind: 'ok' } : { kind: 'empty', retryAfter };
  },

  principal: (exchange, services) => {
    const { state, head, judgement } = exchange;
    const found = judgement?.principal ?? state.authenticate(head);
    return found instanceof Promise ? found.then((principal) => counted(exchange, services, principal)) : counted(exchange, services, found);
  },

  lookup: (exchange) => {
    const { state, head, facts, judgement } = exchange;
    const found = judgement?.lookup ?? state.lookUp(head, facts.principal);
    return found instanceof Promise ? found.then((fact) => explained(exchange, fact)) : explained(exchange, found);
  },

  tenants: ({ state, head, facts, judgement }) => judgement?.tenants ?? recogniseTenants(state.tables, head, facts.principal, facts.lookup),

  quota: (exchange, { counts }) => {
    const { state, head } = exchange;
    const tenant = tenantIn(exchange.facts) ?? '';
    const now = performance.now();
    // The client comes first: one that asks too much takes nothing of what its tenant's other callers have.
    const wait = state.perClient && isToldApart(exchange) ? state.perClient.take(holderOf(exchange).caller, now) : 0;
    if (wait > 0) return { kind: 'client-rate', retryAfter: wait };
    const retryAfter = state.perTenant.get(tenant)?.take(tenant, now) ?? 0;
    if (retryAfter > 0) return { kind: 'rate', retryAfter };
    if (head.request.method !== 'GET' || reserveStream(exchange, counts)) return { kind: 'ok' };
    const most = mostStreams(exchange);
    return { kind: most !== null && counts.streamsOf(holderOf(exchange).caller) >= most ? 'client-streams' : 'streams' };
  },

  body: async (exchange, { counts }) => {
    const { body: limit, depth } = exchange.state.tables.raw.limits;
    const booking = counts.bodies.book(holderOf(exchange));
    exchange.booking = booking;
    let size = 0;
    // What counts is what has come: what was announced, or could still come, takes no memory.
    const body = await exchange.client.body(limit, (bytes) => booking.add(mostOfBodies(exchange, (size += bytes)), bytes));
    if (typeof body === 'string') return { kind: 'refused', reason: body, id: null };
    exchange.body = body;
    const parsed = parseMessage(body, depth, MOST_WEIGHT * limit, exchange.state.tables.items?.read);
    if (!parsed.ok) return { kind: 'refused', reason: parsed.reason, id: parsed.id, writtenId: parsed.writtenId };
    const { message } = parsed;
    exchange.weight = parsed.weight;
    return { kind: 'message', message, era: eraOf(exchange.head, message) };
  },

  session: (exchange, { counts, pools, revocation }) => {
    const { state, head } = exchange;
    const tenant = tenantIn(exchange.facts) ?? '';
    const rule = head.kind.session;
    const opens = rule.openedBy === 'any-request' || (rule.openedBy === 'initialize' && messageIn(exchange.facts)?.method === 'initialize');
    if (opens) {
      const release = counts.holdSession(holderOf(exchange), limitsOf(exchange, 'sessions'));
      if (!release) return { kind: 'full', retryAfter: untilNextExpiry(counts) };
      exchange.releaseSession = release;
      return { kind: 'none' };
    }
    const id = sessionIdOf(head);
    if (id === undefined) return { kind: 'none' };
    const session = ended.has(id) ? null : state.sealer.open(id);
    const leg = legAt(head.route?.server, session);
    const table = state.tables.pools.get(leg?.server ?? '');
    if (!session || !leg || !table) return { kind: 'unknown' };
    const isTheirs = session.transport === rule.transport && session.tenant === tenant && session.principal === principalOf(exchange);
    if (!isTheirs) return { kind: 'unknown' };
    // A session that lived in an instance which has left the pool is gone, unless it can be opened again.
    if (!instanceOf(leg, pools.get(leg.server)) && !(keepsItsSession(table) && session.init)) return { kind: 'unknown' };
    exchange.session = session;
    // A session that lives in a connection is counted with that, by the process that holds it.
    if (rule.livesIn === 'id') {
      counts.openSession(id, holderOf(exchange), performance.now() + SESSION_IDLE);
      revocation()?.use(id, exchange, leg);
    }
    return { kind: 'open' };
  },

  instance: (exchange, { pools }) => {
    const pool = pools.get(exchange.head.route?.server ?? '');
    const leg = legAt(pool?.server, exchange.session);
    const table = pool && exchange.state.tables.pools.get(pool.server);
    const home = leg && instanceOf(leg, pool);
    exchange.claimed = (home === ANY_INSTANCE ? null : home) ?? (table && pool?.next(NONE_TRIED, keyOf(exchange, table))) ?? null;
    return exchange.claimed ? { kind: 'ok' } : { kind: 'none', retryAfter: pool?.retryAfter ?? 1 };
  },
};

function counted(exchange: Exchange, { metrics }: Services, principal: Principal): Principal {
  if (principal.kind !== 'anonymous') metrics.count('mcpgen_auth_attempts_total', { outcome: OUTCOMES[principal.kind] });
  // Guessing costs double, so that a guesser runs dry before it gets far.
  if (principal.kind === 'invalid') exchange.state.perAddress.penalise(callerKey(exchange.head.address), performance.now());
  return principal.kind === 'unavailable' ? explained(exchange, principal) : principal;
}

/** What an attempt to be let in counts as. */
const OUTCOMES: Readonly<Record<Exclude<Principal['kind'], 'anonymous'>, string>> = {
  client: 'accepted',
  token: 'accepted',
  missing: 'missing',
  invalid: 'invalid',
  unknown: 'invalid',
  unavailable: 'unavailable',
};

/** Operators can see in the log line why somebody who should know a caller does not say so. */
function explained<F extends LookupFact | Principal>(exchange: Exchange, fact: F): F {
  if (fact.kind === 'unavailable') exchange.cause = { code: 'NOT_TOLD', cause: fact.why, blame: 'server' };
  return fact;
}

/** Seconds until a session is forgotten at the latest, unless it is heard of again. Most are ended sooner, so it is not worth waiting for longer. */
const MOST_RETRY_AFTER = 600;
function untilNextExpiry(counts: OpenCounts): number {
  const next = counts.nextExpiry() ?? 0;
  return Math.min(MOST_RETRY_AFTER, Math.max(1, Math.ceil((next - performance.now()) / 1000)) + EXPIRY_EVERY / 1000);
}

const NONE_TRIED: ReadonlySet<Instance> = new Set();

/** The instance that a leg lives in; undefined where that has left the pool. */
function instanceOf({ instance }: Leg, pool: Pool | undefined): Instance | typeof ANY_INSTANCE | undefined {
  return instance === ANY_INSTANCE ? ANY_INSTANCE : pool?.byId(instance);
}
