/** What is said of a request, and counted: its audit lines, its span, its log line. */
import { createHash } from 'node:crypto';
import { eraOf } from '../decision/revision.js';
import { messageOf, tenantOf, type Exchange } from './exchange.js';
import type { Services } from './facts.js';
import type { Log } from '../process/log.js';
import type { Span } from '../observe/traces/tracer.js';

export interface Reporting extends Pick<Services, 'metrics' | 'parts'> {
  readonly log: Log;
}

export function beginSpan({ parts }: Reporting, exchange: Exchange): Span | null {
  return parts().tracer?.begin(messageOf(exchange)?.traceparent ?? null, exchange.head.request.headers['traceparent'], exchange.startedAt) ?? null;
}

/** One line for each tool call: who called what, and a digest that shows whether two calls were alike without showing either. */
export function audit({ log, metrics }: Reporting, exchange: Exchange): void {
  const message = messageOf(exchange);
  const server = exchange.head.route?.server ?? '';
  const { limits } = exchange.state.tables.raw;
  if (message) metrics.count('mcpgen_messages_total', { server, era: eraOf(exchange.head, message) });
  for (const { tool, argumentsJson } of message?.calls ?? []) {
    metrics.count('mcpgen_tool_calls_total', { server, tool: metrics.toolLabel(server, tool ?? '', limits.toolNames) });
    if (!exchange.state.tables.raw.log.audit) continue;
    const digest = createHash('sha256').update(argumentsJson).digest('hex').slice(0, 16);
    const ids = { request_id: exchange.id, correlation_id: exchange.correlationId };
    log('info', 'audit', { ...ids, ...who(exchange), server, tool: tool?.slice(0, 128) ?? null, arguments_digest: digest });
  }
}

function who(exchange: Exchange): { tenant: string | null; client: string | null } {
  const { principal } = exchange.facts;
  return { tenant: tenantOf(exchange), client: principal?.kind === 'client' ? principal.client : null };
}

/** Known methods keep the label's values few. */
const METHODS = new Set(['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD']);

/** Once its answer has ended, or its client has gone. */
export function report(options: Reporting, exchange: Exchange): void {
  const { metrics, log } = options;
  const { head, outgoing, state } = exchange;
  const message = messageOf(exchange);
  const duration = performance.now() - exchange.startedAt;
  const server = head.route?.server ?? '';
  const status = outgoing.headersSent ? outgoing.statusCode : 499;
  const method = METHODS.has(head.request.method) ? head.request.method : 'other';
  metrics.count('mcpgen_requests_total', { server, method, status: String(status) });
  metrics.duration(server, duration / 1000);
  // What was turned away is part of the caller's trace too; probes and preflights are not worth a span.
  if (exchange.reason !== null) exchange.span ??= beginSpan(options, exchange);
  exchange.span?.end({
    method,
    status,
    message,
    revision: head.request.headers['mcp-protocol-version'],
    server,
    tenant: tenantOf(exchange),
    instance: exchange.instance?.id ?? null,
    reason: exchange.reason,
    requestId: exchange.id,
  });
  // What was turned away is always said; the rest when asked for.
  if ((head.health || !state.tables.raw.log.requests) && exchange.reason === null) return;
  log(exchange.note === null ? 'info' : 'warn', 'request', {
    ...(exchange.note === null ? {} : { message: exchange.note }),
    request_id: exchange.id,
    correlation_id: exchange.correlationId,
    ...(exchange.span ? { trace_id: exchange.span.traceId } : {}),
    ...who(exchange),
    server: server || null,
    method,
    rpc: message?.shape === 'batch' ? 'batch' : (message?.method.slice(0, 64) ?? null),
    tool: message?.method === 'tools/call' ? (message.name?.slice(0, 128) ?? null) : null,
    status,
    reason: exchange.reason,
    complete: outgoing.writableFinished && exchange.reason !== 'body-aborted',
    instance: exchange.instance?.id ?? null,
    duration_ms: Math.round(duration * 10) / 10,
  });
}
