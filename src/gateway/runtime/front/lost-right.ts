/** Whether an exchange that the tables of before a reload have allowed would be allowed by those of now. */
import { decide } from '../decision/decide.js';
import { tenantIn, type Facts } from '../decision/facts.js';
import { readHead, type RequestHead } from '../decision/head.js';
import { callerIn } from '../decision/items.js';
import type { Tables } from '../decision/lookups.js';
import type { Reason } from '../decision/reasons.js';
import { rankOf, type Step } from '../decision/steps.js';
import { principalName } from '../identity/principal.js';
import { isListening, type Exchange } from './exchange.js';
import { groundsOf, identifyAgain, isSilent } from './identify-again.js';
import type { State } from './state.js';

/**
 * The rows that say who may use what; of row `address` only its lists, since its bucket is given. A limit that has become lower is no reason to end what has
 * begun.
 */
const RIGHTS: ReadonlySet<Step> = new Set<Step>(['normal-form', 'host', 'route', 'origin', 'method', 'address', 'credentials', 'tenant', 'grant']);
const LAST = rankOf('grant');
const GIVEN: Facts = { address: { kind: 'ok' } };

/** Why the new tables would not have allowed this; null where whoever asked keeps the right to it. */
export async function lostRight(exchange: Exchange, state: State): Promise<Reason | null> {
  const { head, facts } = exchange;
  const { tables } = state;
  const grounds = groundsOf(exchange);
  const again = readHead(tables, head.request, state.trusted);
  if (again.route && !leadsTo(again, head)) return 'unknown-route';
  const identity = await identifyAgain(state, again, grounds);
  if (isSilent(identity)) return null;
  const { principal } = identity;
  const now = { ...GIVEN, ...identity } as Facts;
  for (let row = 0; row <= LAST; row++) {
    const decision = decide(tables, again, now, row);
    if (decision.kind !== 'refuse') break;
    if (RIGHTS.has(decision.step)) return decision.reason;
    row = rankOf(decision.step);
  }
  // A key that is another client's now, or a client that is another tenant's, does not inherit what the one before has opened.
  if (principalName(principal) !== principalName(facts.principal)) return 'credentials-invalid';
  if (tenantIn(now) !== tenantIn(facts)) return 'tenant-unknown';
  return isListening(exchange) && !showsTheSame(exchange, state, now) ? 'access-revoked' : null;
}

const NO_RULES = JSON.stringify([null, { call: null, list: null }]);

/** A stream shows lists by the rules that it was opened with, so it does not outlive them. */
function showsTheSame({ state: { tables: before }, head, facts }: Exchange, { tables }: State, now: Facts): boolean {
  if (!before.items && !tables.items) return true;
  const tenant = tenantIn(facts) ?? '';
  const server = head.route?.server ?? '';
  const text = (of: Tables, { principal }: Facts): string => (of.items?.textOf(tenant, server) ?? NO_RULES) + JSON.stringify(callerIn(of, principal));
  return text(before, facts) === text(tables, now);
}

const leadsTo = ({ route, kind }: RequestHead, before: RequestHead): boolean => route?.server === before.route?.server && kind === before.kind;
