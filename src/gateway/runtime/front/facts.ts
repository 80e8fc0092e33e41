/** How the running gateway finds out each fact that a decision asks for. */
import { callerKey } from '../decision/address.js';
import { messageIn, tenantIn, type Fact, type Facts } from '../decision/facts.js';
import { sessionIdOf } from '../decision/head.js';
import { parseMessage } from '../decision/message.js';
import { eraOf } from '../decision/revision.js';
import { recogniseTenants } from '../decision/tenant.js';
import type { OpenCounts } from '../identity/open-counts.js';
import { ANY_INSTANCE, keepsItsSession, legAt, type Leg } from '../identity/session.js';
import { ended } from '../process/ended.js';
import type { Instance } from '../upstream/instance.js';
import type { Pool } from '../upstream/pool.js';
import { keyOf, principalOf, type Exchange } from './exchange.js';
import type { Services } from './services.js';

type Supply = { readonly [F in Fact]: (exchange: Exchange, services: Services) => Required<Facts>[F] | Promise<Required<Facts>[F]> };

/** Bytes of all bodies that are in memory at once. A small container can hold these, and what it takes to judge them. */
const BODIES = 32 * 2 ** 20;

/** Nearly all bodies are this short, and have memory of their own: else eight callers that send long bodies slowly would shut out everybody. */
const SHORT = 65_536;
const FOR_SHORT = 8 * 2 ** 20;

/** Milliseconds after which a session that nobody uses stops counting against the limits. It stays valid. Most clients leave without a DELETE. */
export const SESSION_IDLE = 3_600_000;

/** Sets a place aside for a request that is going to hold a stream open. @returns false when there is none */
export function reserveStream(exchange: Exchange, counts: OpenCounts): boolean {
  const tenant = tenantIn(exchange.facts) ?? '';
  const { tables } = exchange.state;
  if (counts.streams >= tables.raw.limits.streams || counts.streamsOf(tenant) >= (tables.tenants.get(tenant)?.streams ?? Infinity)) return false;
  exchange.releaseStream = counts.openStream(tenant);
  return true;
}

export const FIND_FACT: Supply = {
  address: ({ state, head }) => {
    const retryAfter = state.perAddress.take(callerKey(head.address), performance.now());
    return retryAfter === 0 ? { kind: 'ok' } : { kind: 'empty', retryAfter };
  },

  principal: ({ state, head, judgement }, { metrics }) => {
    const principal = judgement?.principal ?? state.authenticate(head.request.headers);
    if (principal.kind !== 'anonymous') metrics.count('mcpgen_auth_attempts_total', { outcome: principal.kind === 'client' ? 'accepted' : principal.kind });
    // Guessing costs double, so that a guesser runs dry before it gets far.
    if (principal.kind === 'invalid') state.perAddress.penalise(callerKey(head.address), performance.now());
    return principal;
  },

  tenants: ({ state, head, facts, judgement }) => judgement?.tenants ?? recogniseTenants(state.tables, head, facts.principal),

  quota: (exchange, { counts }) => {
    const { state, head } = exchange;
    const tenant = tenantIn(exchange.facts) ?? '';
    const retryAfter = state.perTenant.get(tenant)?.take(tenant, performance.now()) ?? 0;
    if (retryAfter > 0) return { kind: 'rate', retryAfter };
    return head.request.method === 'GET' && !reserveStream(exchange, counts) ? { kind: 'streams' } : { kind: 'ok' };
  },

  body: async (exchange, { counts }) => {
    const { body: limit, depth } = exchange.state.tables.raw.limits;
    // A body without a declared length may grow to the limit.
    const room = exchange.client.length ?? limit;
    const most = Math.max(BODIES, limit) + (room > SHORT ? 0 : FOR_SHORT);
    if (counts.bodies + room > most) return { kind: 'refused', reason: 'instance-full', id: null };
    counts.bodies += room;
    exchange.releaseBody = () => (counts.bodies -= room);
    const body = await exchange.client.body(limit);
    if (typeof body === 'string') return { kind: 'refused', reason: body, id: null };
    exchange.body = body;
    const parsed = parseMessage(body, depth);
    if (!parsed.ok) return { kind: 'refused', reason: parsed.reason, id: parsed.id };
    const { message } = parsed;
    return { kind: 'message', message, era: eraOf(exchange.head, message) };
  },

  session: (exchange, { counts, pools, revocation }) => {
    const { state, head } = exchange;
    const tenant = tenantIn(exchange.facts) ?? '';
    const rule = head.kind.session;
    const opens = rule.openedBy === 'any-request' || (rule.openedBy === 'initialize' && messageIn(exchange.facts)?.method === 'initialize');
    if (opens) {
      const most = state.tables.tenants.get(tenant)?.sessions ?? Infinity;
      if (counts.sessions >= state.tables.raw.limits.sessions || counts.sessionsOf(tenant) >= most) return { kind: 'full' };
      exchange.releaseSession = counts.holdSession(tenant);
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
      counts.openSession(id, tenant, performance.now() + SESSION_IDLE);
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

const NONE_TRIED: ReadonlySet<Instance> = new Set();

/** The instance that a leg lives in; undefined where that has left the pool. */
function instanceOf({ instance }: Leg, pool: Pool | undefined): Instance | typeof ANY_INSTANCE | undefined {
  return instance === ANY_INSTANCE ? ANY_INSTANCE : pool?.byId(instance);
}
