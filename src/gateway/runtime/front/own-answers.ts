/** What the gateway answers itself: refusals, and the answers that the decision says are its own. Operators can see of each refusal why it was given. */
import type { Refusal } from '../decision/decide.js';
import { askedIn, tenantIn } from '../decision/facts.js';
import { reasonRow, type Reason } from '../decision/reasons.js';
import type { OwnAnswerName } from '../decision/rows.js';
import type { Step } from '../decision/steps.js';
import type { Pool } from '../upstream/pool.js';
import { idText } from '../wire/replies.js';
import { answerWith, type Exchange } from './exchange.js';
import { auditRefusal } from './report.js';
import { healthAnswer, JSON_HEADERS, preflightAnswer, refusalAnswer, type OwnAnswer } from './respond.js';
import type { Services } from './services.js';

/**
 * Refuses for a reason that no row of the decision knows: something failed on the way to the server.
 * @param wanted seconds after which it is worth asking again, where whoever failed knows
 */
export function refuse(services: Services, exchange: Exchange, reason: Reason, wanted?: number): void {
  const { status, code } = reasonRow(reason);
  const { facts } = exchange;
  const server = exchange.head.route?.server ?? '';
  const retryAfter = wanted ?? ((reason === 'no-instance' && services.pools.get(server)?.retryAfter) || 1);
  const wait = status === 503 || status === 429 ? { retryAfter } : {};
  const refusal: Refusal = { kind: 'refuse', step: 'instance', reason, status, code, at: `servers.${server}`, idText: idText(askedIn(facts)), ...wait };
  sendRefusal(services, exchange, refusal, null);
}

/** @param step the row that refuses, for the audit; null where none does */
export function sendRefusal(services: Services, exchange: Exchange, refusal: Refusal, step: Step | null = refusal.step): void {
  const { metrics, parts, pools } = services;
  const { head, state, client } = exchange;
  const { reason } = refusal;
  exchange.reason = reason;
  if (reason === 'no-instance') exchange.cause ??= pools.get(head.route?.server ?? '')?.cause ?? null;
  metrics.count('mcpgen_refusals_total', { reason });
  const { limit, origin, inBand } = reasonRow(reason);
  if (limit) metrics.count('mcpgen_rate_limited_total', { limit });
  if (origin) {
    metrics.count('mcpgen_origin_refusals_total', { server: head.route?.server ?? '', reason });
    exchange.note = `Origin validation failed for: ${shownOrigin(head.origin)}`;
  }
  auditRefusal(services, exchange, { ...refusal, step });
  if (client.hasBegun) return client.cut();
  const { deny, oauth } = parts();
  if (inBand && deny) {
    exchange.deniedAt = refusal.at;
    return deny(services, exchange);
  }
  const isChallenged = refusal.status === 401 || reason === 'scope-insufficient';
  const challenge = isChallenged ? oauth?.challenge(state.tables, head, refusal, exchange.facts.principal) : undefined;
  answerWith(exchange, refusalAnswer(state.tables, head, refusal, exchange.id, challenge));
}

/** An origin is the client's text: bounded before it is logged, and JSON escapes the rest. */
const shownOrigin = (origin: string | null): string => (origin === null ? 'none' : origin.slice(0, 200));

/** What cannot be answered now, and why. */
interface Unavailable {
  readonly why: string;
  readonly retryAfter: number;
}

type Given = OwnAnswer | Unavailable | null;
type Answer = (services: Services, exchange: Exchange) => Given | Promise<Given>;

const isRead = ({ head: { request } }: Exchange): boolean => request.method === 'GET' || request.method === 'HEAD';

/** Null where the method is not one for reading. */
const ANSWERS: Readonly<Record<OwnAnswerName, Answer>> = {
  preflight: (_services, { state, head }) => preflightAnswer(state.tables, head),
  servers: serversAnswer,
  wellknown: ({ parts }, { state, head }) => (head.wellKnown && parts().oauth?.document(state.tables, head, head.wellKnown)) ?? null,
  health: ({ isDraining }, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, isDraining()) : null),
  ready: ({ isDraining }, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, isDraining()) : null),
  // A process that drains still lives.
  live: (_services, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, false) : null),
};

export async function answerItself(services: Services, exchange: Exchange, what: OwnAnswerName): Promise<void> {
  const given = ANSWERS[what](services, exchange);
  const answer = given instanceof Promise ? await given : given;
  if (!answer) return refuse(services, exchange, 'method-not-allowed');
  if ('body' in answer) return answerWith(exchange, answer);
  exchange.note = answer.why;
  refuse(services, exchange, 'issuer-unavailable', answer.retryAfter);
}

/** The servers a caller may use and how many of their instances are well; all of them in profile `local`. */
function serversAnswer({ pools }: Services, exchange: Exchange): OwnAnswer {
  const { tables } = exchange.state;
  const tenant = tenantIn(exchange.facts);
  const granted = tenant === null ? undefined : tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '');
  const seen = pools.all().filter(({ server }) => tables.raw.profile === 'local' || granted?.has(server));
  const servers = Object.fromEntries(seen.map((pool) => [pool.server, healthOf(pool)]));
  const all = Object.values(servers).map(({ status }) => status);
  // What nobody has heard of yet is neither well nor degraded.
  const status = all.some((one) => one === 'down' || one === 'degraded') ? 'degraded' : all.includes('unknown') ? 'unknown' : 'ok';
  return { status: 200, headers: JSON_HEADERS, body: `${JSON.stringify({ status, servers })}\n` };
}

/** Callers learn the code of what is wrong; addresses and what a server said are for operators. */
function healthOf(pool: Pool) {
  const health = pool.health();
  const { healthy, total, unknown } = health;
  const status = total === 0 ? 'down' : healthy === total ? 'up' : unknown === total ? 'unknown' : healthy + unknown > 0 ? 'degraded' : 'down';
  const { cause } = pool;
  return { status, ...health, ...(cause && { code: cause.code }) };
}
