/** Answers of the gateway's own, where the decision says that it answers itself. */
import { tenantIn } from '../decision/facts.js';
import type { OwnAnswerName } from '../decision/rows.js';
import { idHeaders, type Exchange } from './exchange.js';
import { refuse } from './refuse.js';
import { healthAnswer, JSON_HEADERS, preflightAnswer, type OwnAnswer } from './respond.js';
import type { Services } from './services.js';

type Answer = (services: Services, exchange: Exchange) => OwnAnswer | null;

const isRead = ({ head: { request } }: Exchange): boolean => request.method === 'GET' || request.method === 'HEAD';

/** Null where the method is not one for reading. */
const ANSWERS: Readonly<Record<OwnAnswerName, Answer>> = {
  preflight: (_services, { state, head }) => preflightAnswer(state.tables, head),
  servers: serversAnswer,
  health: ({ isDraining }, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, isDraining()) : null),
  ready: ({ isDraining }, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, isDraining()) : null),
  // A process that drains still lives.
  live: (_services, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, false) : null),
};

export function answerItself(services: Services, exchange: Exchange, what: OwnAnswerName): void {
  const answer = ANSWERS[what](services, exchange);
  if (!answer) return refuse(services, exchange, 'method-not-allowed');
  exchange.client.answer(answer.status, [...answer.headers, ...idHeaders(exchange)], answer.body);
}

/** The servers a caller may use and how many of their instances are well; all of them in profile `local`. */
function serversAnswer({ pools }: Services, exchange: Exchange): OwnAnswer {
  const { tables } = exchange.state;
  const tenant = tenantIn(exchange.facts);
  const granted = tenant === null ? undefined : tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '');
  const seen = pools.all().filter(({ server }) => tables.raw.profile === 'local' || granted?.has(server));
  const servers = Object.fromEntries(seen.map((pool) => [pool.server, pool.health()]));
  const well = Object.values(servers).every(({ healthy, total }) => total > 0 && healthy === total);
  return { status: 200, headers: JSON_HEADERS, body: `${JSON.stringify({ status: well ? 'ok' : 'degraded', servers })}\n` };
}
