/** Reports a request once its answer has ended or its client has left. The counters, the span and the log line are made here. */
import { messageIn, tenantIn } from '../decision/facts.js';
import { sessionIdOf, type RequestHead } from '../decision/head.js';
import type { Beside, Outcome } from '../observe/audit.js';
import type { Span } from '../observe/traces/tracer.js';
import { quoted } from '../process/log.js';
import { causeOf } from '../wire/cause.js';
import { clientOf, type Exchange } from './exchange.js';
import type { Services } from './services.js';

export function beginSpan({ parts }: Services, { facts, head, startedAt }: Exchange): Span | null {
  const { tracer } = parts();
  return tracer?.begin(messageIn(facts)?.traceparent ?? null, head.request.headers['traceparent'], startedAt) ?? null;
}

/** Tells the audit of the calls in a message that is about to be passed on. */
export function auditCalls({ parts }: Services, exchange: Exchange): void {
  parts().audit?.calls(exchange, besideOf(exchange));
}

export function auditRefusal({ parts }: Services, exchange: Exchange, outcome: Outcome): void {
  parts().audit?.refusal(exchange, besideOf(exchange), outcome);
}

const besideOf = ({ head, facts, isRelayed }: Exchange): Beside => ({
  hasSession: sessionIdOf(head) !== undefined,
  tenant: tenantIn(facts),
  isRelayed,
});

/** Methods that have a label of their own; all others share one, so that the label has few values. */
const METHODS = new Set(['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD']);
/** The status that proxies log for a client that left before its answer began. */
const CLIENT_LEFT = 499;
/** Characters of a method, and of a tool's name, that a log line repeats. */
const MOST_OF_METHOD = 64;
const MOST_OF_NAME = 128;

/** Characters of a host and of a path that a log line repeats. */
const MOST_ASKED = 200;

/** What was asked for where nothing is: the host as the request names it, and the path without its query, which may hold a session. */
function askedFor({ request: { headers, target }, host }: RequestHead): string {
  const path = target.split('?', 1)[0] ?? '';
  const forwarded = headers['x-forwarded-host'];
  const named = forwarded === undefined ? '' : `"forwarded_host":${quoted(forwarded.slice(0, MOST_ASKED))},`;
  return `"host":${quoted((headers['host'] ?? host).slice(0, MOST_ASKED))},${named}"path":${quoted(path.slice(0, MOST_ASKED))},`;
}

export function report(services: Services, exchange: Exchange): void {
  const { metrics, log } = services;
  const failure = exchange.failure?.() ?? null;
  if (failure) {
    exchange.reason ??= failure.reason;
    exchange.cause ??= causeOf(failure.fault);
  }
  const { head, client, state, facts, reason, note } = exchange;
  const message = messageIn(facts);
  const duration = performance.now() - exchange.startedAt;
  const server = head.route?.server ?? '';
  const status = client.hasBegun ? client.status : CLIENT_LEFT;
  const method = METHODS.has(head.request.method) ? head.request.method : 'other';
  const instance = (exchange.instance ?? exchange.claimed)?.id ?? null;
  metrics.count('mcpgen_requests_total', { server, method, status: String(status) });
  metrics.duration(server, duration / 1000);
  // A refused request is part of the caller's trace too. Probes and preflights are not worth a span.
  if (reason !== null) exchange.span ??= beginSpan(services, exchange);
  exchange.span?.end({
    method,
    status,
    message,
    revision: head.request.headers['mcp-protocol-version'],
    server,
    tenant: tenantIn(facts),
    instance,
    reason,
    requestId: exchange.id,
  });
  // A refusal is always logged; other requests are logged where the config asks for it.
  if ((head.health || !state.tables.raw.log.requests) && reason === null) return;
  const rpc = message?.shape === 'batch' ? 'batch' : (message?.method.slice(0, MOST_OF_METHOD) ?? null);
  const tool = message?.method === 'tools/call' ? (message.name?.slice(0, MOST_OF_NAME) ?? null) : null;
  const asked = status === 421 || status === 404 ? askedFor(head) : '';
  // Every request has such a line. Written piece by piece it costs a third of what an object and its serialisation would.
  log.text(
    note === null ? 'info' : 'warn',
    'request',
    `${note === null ? '' : `"message":${quoted(note)},`}"request_id":${quoted(exchange.id)},"correlation_id":${quoted(exchange.correlationId)},` +
      `${exchange.span ? `"trace_id":${quoted(exchange.span.traceId)},` : ''}"tenant":${quoted(tenantIn(facts))},"client":${quoted(clientOf(exchange))},` +
      `"server":${quoted(server || null)},"method":"${method}","rpc":${quoted(rpc)},"tool":${quoted(tool)},"status":${status},"reason":${quoted(reason)},` +
      `${exchange.deniedAt === null ? '' : `"at":${quoted(exchange.deniedAt)},`}${asked}"complete":${client.isComplete && reason !== 'body-aborted'},"instance":${quoted(instance)},` +
      `${causeMembers(exchange)}"duration_ms":${Math.round(duration * 10) / 10}`,
  );
}

/** Why what is behind the gateway failed the request; nothing for nearly all. */
function causeMembers({ cause }: Exchange): string {
  return cause ? `"code":${quoted(cause.code)},"cause":${quoted(cause.cause)},"blame":"${cause.blame}",` : '';
}
