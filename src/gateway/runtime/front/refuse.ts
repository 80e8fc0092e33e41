/** Turning a request away: what the client is told, and what operators can see of it. */
import type { Refusal } from '../decision/decide.js';
import { messageIn } from '../decision/facts.js';
import { reasonRow, type Reason } from '../decision/reasons.js';
import { idHeaders, type Exchange } from './exchange.js';
import { refusalAnswer } from './respond.js';
import type { Services } from './services.js';

/** Refuses for a reason that no row of the decision knows: something failed on the way to the server. */
export function refuse(services: Services, exchange: Exchange, reason: Reason): void {
  const { status, code } = reasonRow(reason);
  const id = messageIn(exchange.facts)?.id ?? null;
  const server = exchange.head.route?.server ?? '';
  const retryAfter = (reason === 'no-instance' && services.pools.get(server)?.retryAfter) || 1;
  const wait = status === 503 || status === 429 ? { retryAfter } : {};
  sendRefusal(services, exchange, { kind: 'refuse', step: 'instance', reason, status, code, at: `servers.${server}`, id, ...wait });
}

export function sendRefusal({ metrics }: Services, exchange: Exchange, refusal: Refusal): void {
  const { head, state, client } = exchange;
  const { reason } = refusal;
  exchange.reason = reason;
  metrics.count('mcpgen_refusals_total', { reason });
  const { limit, origin } = reasonRow(reason);
  if (limit) metrics.count('mcpgen_rate_limited_total', { limit });
  if (origin) {
    metrics.count('mcpgen_origin_refusals_total', { server: head.route?.server ?? '', reason });
    exchange.note = `Origin validation failed for: ${printable(head.origin)}`;
  }
  if (client.hasBegun) return client.cut();
  const { status, headers, body } = refusalAnswer(state.tables, head, refusal, exchange.id);
  client.answer(status, [...headers, ...idHeaders(exchange)], body);
}

/** An origin is the client's text: bounded before it is logged, and JSON escapes the rest. */
const printable = (origin: string | null): string => (origin === null ? 'none' : origin.slice(0, 200));
