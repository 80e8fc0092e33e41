/** Whether an exchange that the tables of before a reload have allowed would be allowed by those of now. */
import { decide } from '../decision/decide.js';
import { tenantIn, type Facts, type Principal } from '../decision/facts.js';
import { readHead, type RequestHead } from '../decision/head.js';
import type { Tables } from '../decision/lookups.js';
import type { Reason } from '../decision/reasons.js';
import { rankOf, type Step } from '../decision/steps.js';
import { recogniseTenants } from '../decision/tenant.js';
import type { Asked } from '../identity/asked.js';
import { principalName } from '../identity/principal.js';
import type { Source } from '../identity/tokens.js';
import type { Exchange } from './exchange.js';
import type { State } from './state.js';

/** The rows that say who may use what. A limit that has become lower is no reason to end what has begun. */
const RIGHTS: ReadonlySet<Step> = new Set<Step>(['normal-form', 'host', 'route', 'origin', 'method', 'credentials', 'tenant', 'grant']);
const LAST = rankOf('grant');
const GIVEN: Facts = { address: { kind: 'ok' } };

/** Why the new tables would not have allowed this; null where whoever asked keeps the right to it. */
export function lostRight({ head, facts, state: before }: Exchange, state: State): Reason | null | Promise<Reason | null> {
  const { tables } = state;
  const again = readHead(tables, head.request, state.trusted);
  if (again.route && !leadsTo(again, head)) return 'unknown-route';
  const principal = knownAgain(state, again, facts.principal, sourceOf(before, facts.principal));
  return principal instanceof Promise ? principal.then((one) => lostBy(one, again, facts, tables)) : lostBy(principal, again, facts, tables);
}

/**
 * Who sends the same now. A token is not read again: whoever holds a stream or a session may have a newer one by now, and what ends a token is its time, not a
 * reload. It counts as long as its issuer does, with the same keys.
 */
export function knownAgain(state: State, asked: Asked, before: Facts['principal'], source: Source | undefined): Principal | Promise<Principal> {
  if (before?.kind !== 'token') return state.authenticate(asked);
  return state.tokens?.recognises(before, asked, source) ? before : { kind: 'invalid' };
}

/** Where the keys came from by which a token was accepted; undefined for anybody without one. */
export function sourceOf({ tokens }: State, principal: Facts['principal']): Source | undefined {
  return principal?.kind === 'token' ? tokens?.sources.get(principal.issuer) : undefined;
}

function lostBy(principal: Principal, again: RequestHead, facts: Facts, tables: Tables): Reason | null {
  const now: Facts = { ...GIVEN, principal, tenants: recogniseTenants(tables, again, principal) };
  for (let row = 0; row <= LAST; row++) {
    const decision = decide(tables, again, now, row);
    if (decision.kind !== 'refuse') break;
    if (RIGHTS.has(decision.step)) return decision.reason;
    row = rankOf(decision.step);
  }
  // A key that is another client's now, or a client that is another tenant's, does not inherit what the one before has opened.
  if (principalName(principal) !== principalName(facts.principal)) return 'credentials-invalid';
  return tenantIn(now) === tenantIn(facts) ? null : 'tenant-unknown';
}

const leadsTo = ({ route, kind }: RequestHead, before: RequestHead): boolean => route?.server === before.route?.server && kind === before.kind;
