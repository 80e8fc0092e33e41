/** Judges a request again whose body came after a reload, by the tables of now. */
import { tenantIn, type Facts } from '../decision/facts.js';
import { readHead } from '../decision/head.js';
import { parseMessage } from '../decision/message.js';
import { recogniseTenants } from '../decision/tenant.js';
import type { Exchange } from './exchange.js';
import type { State } from './state.js';

type Changeable = { -readonly [F in keyof Facts]: Facts[F] | undefined };

/**
 * Begins an exchange anew under the tables of now, with the body that it has. Its address has had its turn, and its tenant too if it is still the same:
 * nobody pays twice for one request.
 */
export function renew(exchange: Exchange, state: State): void {
  const facts = exchange.facts as Changeable;
  const before = tenantIn(exchange.facts);
  const { depth } = exchange.state.tables.raw.limits;
  const { items } = exchange.state.tables;
  exchange.state = state;
  exchange.judgement = null;
  exchange.holder = null;
  exchange.head = readHead(state.tables, exchange.head.request, state.trusted);
  facts.principal = state.authenticate(exchange.head.request.headers);
  facts.tenants = recogniseTenants(state.tables, exchange.head, facts.principal);
  if (tenantIn(exchange.facts) !== before) facts.quota = undefined;
  const { body } = exchange;
  const { limits } = state.tables.raw;
  if (body && body.length > limits.body) facts.body = { kind: 'refused', reason: 'body-too-large', id: null };
  else if (body && (limits.depth < depth || state.tables.items !== items)) {
    const parsed = parseMessage(body, limits.depth, undefined, state.tables.items?.read);
    if (!parsed.ok) facts.body = { kind: 'refused', reason: parsed.reason, id: parsed.id, writtenId: parsed.writtenId };
    else if (facts.body?.kind === 'message') facts.body = { ...facts.body, message: parsed.message };
  }
}
