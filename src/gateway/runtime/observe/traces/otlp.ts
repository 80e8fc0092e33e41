/** Spans as OTLP writes them in JSON: proto3's mapping, but with ids in hex (OTLP/HTTP, JSON Protobuf Encoding). */
import type { Message } from '../../decision/message.js';
import type { TraceContext } from './context.js';

/** What a span says about its request when it ends. Never arguments, credentials or session ids. */
export interface SpanFacts {
  readonly method: string;
  readonly status: number;
  readonly message: Message | undefined;
  /** As the client says it. */
  readonly revision: string | undefined;
  readonly server: string;
  readonly tenant: string | null;
  readonly instance: string | null;
  readonly reason: string | null;
  readonly requestId: string;
}

export interface EndedSpan {
  readonly context: TraceContext;
  readonly spanId: string;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly facts: SpanFacts;
}

const SERVER = 2;
const ERROR = 2;

/** An `ExportTraceServiceRequest` of spans that are text already. */
export function requestOf(service: string, spans: readonly string[]): string {
  const resource = JSON.stringify({ attributes: attributes({ 'service.name': service }) });
  return `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":{"name":"mcpgen"},"spans":[${spans.join()}]}]}]}`;
}

/** As text, because a span that waits must not keep the message it came from in memory. */
export function encodeSpan({ context, spanId, startedAt, endedAt, facts }: EndedSpan): string {
  return JSON.stringify({
    traceId: context.traceId,
    spanId,
    parentSpanId: context.parentId ?? undefined,
    name: nameOf(facts),
    kind: SERVER,
    startTimeUnixNano: unixNano(startedAt),
    endTimeUnixNano: unixNano(endedAt),
    attributes: attributes(attributesOf(facts)),
    // What a caller did wrong is no error of this side (HTTP spans, Status).
    status: facts.status >= 500 ? { code: ERROR } : {},
  });
}

/** Microseconds are what a number holds of a time of today. */
const unixNano = (at: number): string => `${Math.round((performance.timeOrigin + at) * 1000)}000`;

/** Methods whose names are few; a resource is named by a URI, which may say anything. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'gen_ai.tool.name'],
  ['prompts/get', 'gen_ai.prompt.name'],
]);

const targetOf = ({ method, name }: Message): string | null => (NAMED.has(method) ? (name?.slice(0, 128) ?? null) : null);

/** `{mcp.method.name} {target}` (MCP conventions, Server span); HTTP's method where there is no one message. */
function nameOf({ method, message }: SpanFacts): string {
  const target = message && targetOf(message);
  return (message?.method.slice(0, 64) || method) + (target ? ` ${target}` : '');
}

type Values = Readonly<Record<string, string | number | null | undefined>>;

/** OpenTelemetry's names where it has one (HTTP spans; MCP conventions, in development), ours elsewhere. */
function attributesOf({ method, status, message, revision = '', server, tenant, instance, reason, requestId }: SpanFacts): Values {
  return {
    'http.request.method': method === 'other' ? '_OTHER' : method,
    'http.response.status_code': status,
    'error.type': status >= 500 ? (reason ?? String(status)) : null,
    'mcp.method.name': message?.method.slice(0, 64) || null,
    'mcp.protocol.version': /^\d{4}-\d\d-\d\d$/.test(revision) ? revision : null,
    'gen_ai.operation.name': message?.method === 'tools/call' ? 'execute_tool' : null,
    ...(message && { [NAMED.get(message.method) ?? '']: targetOf(message) }),
    'mcpgen.server': server || null,
    'mcpgen.tenant': tenant,
    'mcpgen.instance': instance,
    'mcpgen.reason': reason,
    'mcpgen.request_id': requestId,
  };
}

/** A 64-bit number is text in proto3's JSON. */
function attributes(values: Values) {
  const known = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return known.map(([key, value]) => ({ key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }));
}
