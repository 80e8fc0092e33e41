/** A collector that takes OTLP/HTTP JSON, and looks at every field of it. */
import assert from 'node:assert/strict';
import { startUpstream, type Behave, type FakeUpstream, type Received } from '../../../support/upstreams.js';

export type Attributes = Readonly<Record<string, string | number>>;

export interface Exported {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Attributes;
  readonly isError: boolean;
}

export const accept: Behave = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
export const startCollector = (behave: Behave = accept): Promise<FakeUpstream> => startUpstream(behave);
export const urlOf = ({ port }: FakeUpstream): string => `http://127.0.0.1:${port}/v1/traces`;

type Json = Readonly<Record<string, unknown>>;
const keysOf = (value: unknown): string[] => Object.keys(value as object).sort();

/** The spans of an export; throws for what `ExportTraceServiceRequest` (opentelemetry-proto, trace/v1) does not know. */
export function spansOf({ body, headers, method, url }: Pick<Received, 'body' | 'headers' | 'method' | 'url'>, service = 'test'): Exported[] {
  assert.deepEqual(
    [method, url.split('?')[0], headers['content-type'], headers['content-length']],
    ['POST', '/v1/traces', 'application/json', String(body.length)],
  );
  const request = JSON.parse(body.toString()) as { resourceSpans: { resource: { attributes: unknown[] }; scopeSpans: { scope: Json; spans: Json[] }[] }[] };
  assert.deepEqual(keysOf(request), ['resourceSpans']);
  assert.equal(request.resourceSpans.length, 1);
  return request.resourceSpans.flatMap((ofResource) => {
    assert.deepEqual(keysOf(ofResource), ['resource', 'scopeSpans']);
    assert.deepEqual(ofResource.resource, { attributes: [{ key: 'service.name', value: { stringValue: service } }] });
    return ofResource.scopeSpans.flatMap((ofScope) => {
      assert.deepEqual(ofScope.scope, { name: 'mcpgen' });
      assert.deepEqual(keysOf(ofScope), ['scope', 'spans']);
      return ofScope.spans.map(spanOf);
    });
  });
}

const KNOWN = ['attributes', 'endTimeUnixNano', 'kind', 'name', 'parentSpanId', 'spanId', 'startTimeUnixNano', 'status', 'traceId'];

function spanOf(span: Json): Exported {
  const { traceId, spanId, parentSpanId, name, kind, startTimeUnixNano: start, endTimeUnixNano: end, attributes, status } = span;
  assert.deepEqual(keysOf(span), parentSpanId === undefined ? KNOWN.filter((key) => key !== 'parentSpanId') : KNOWN);
  assert.match(traceId as string, /^(?!0+$)[0-9a-f]{32}$/);
  assert.match(spanId as string, /^(?!0+$)[0-9a-f]{16}$/);
  if (parentSpanId !== undefined) assert.match(parentSpanId as string, /^(?!0+$)[0-9a-f]{16}$/);
  assert.ok(typeof name === 'string' && name !== '');
  assert.equal(kind, 2);
  for (const time of [start, end]) assert.ok(typeof time === 'string' && /^\d{19}$/.test(time), String(time));
  assert.ok(BigInt(start as string) <= BigInt(end as string));
  assert.ok(JSON.stringify(status) === '{}' || JSON.stringify(status) === '{"code":2}');
  const pairs = (attributes as { key: string; value: Json }[]).map((attribute) => {
    assert.deepEqual(keysOf(attribute), ['key', 'value']);
    const [[kind, value] = ['', null], ...more] = Object.entries(attribute.value);
    assert.deepEqual(more, []);
    assert.ok(attribute.key !== '' && (kind === 'stringValue' || kind === 'intValue') && typeof value === 'string', JSON.stringify(attribute));
    if (kind === 'intValue') assert.match(value, /^-?\d+$/);
    return [attribute.key, kind === 'intValue' ? Number(value) : value] as const;
  });
  assert.equal(new Set(pairs.map(([key]) => key)).size, pairs.length, 'keys are unique (common/v1)');
  return {
    traceId: traceId as string,
    spanId: spanId as string,
    parentSpanId: parentSpanId as string | undefined,
    name,
    start: BigInt(start as string),
    end: BigInt(end as string),
    attributes: Object.fromEntries(pairs),
    isError: JSON.stringify(status) !== '{}',
  };
}
