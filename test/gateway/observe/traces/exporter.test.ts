import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Message } from '#src/gateway/runtime/decision/message.js';
import { Prometheus } from '#src/gateway/runtime/observe/prometheus.js';
import type { Pace } from '#src/gateway/runtime/observe/traces/exporter.js';
import type { SpanFacts } from '#src/gateway/runtime/observe/traces/otlp.js';
import { createTracer, type Tracer } from '#src/gateway/runtime/observe/traces/tracer.js';
import { until, within } from '../../../support/http.js';
import { closedPort, startRawUpstream, type Behave } from '../../../support/upstreams.js';
import { accept, spansOf, startCollector, urlOf } from './support.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const FACTS: SpanFacts = {
  method: 'POST',
  status: 200,
  message: undefined,
  revision: undefined,
  server: 'search',
  tenant: null,
  instance: null,
  reason: null,
  requestId: 'r1',
};
const message = (fields: Partial<Message>): Message => ({ method: 'tools/list', name: null, ...fields }) as Message;

interface Traced {
  readonly tracer: Tracer;
  readonly logs: { readonly level: string; readonly event: string; readonly fields: unknown }[];
  /** How many spans had each outcome. */
  readonly counts: () => Readonly<Record<string, number>>;
  spans(n: number, facts?: Partial<SpanFacts>): void;
}

/** Waits for nothing unless it is told to. */
function trace(otlp: string, pace: Partial<Pace> = {}): Traced {
  const metrics = new Prometheus();
  const logs: { level: string; event: string; fields: unknown }[] = [];
  const tracer = createTracer({
    otlp,
    sample: 1,
    service: 'test',
    metrics,
    log: (level, event, fields) => void logs.push({ level, event, fields }),
    pace: { every: 1, backoff: 1, ...pace },
  });
  return {
    tracer,
    logs,
    counts: () =>
      Object.fromEntries([...metrics.text().matchAll(/^mcpgen_spans_total\{outcome="(\w+)"\} (\d+)$/gm)].map(([, outcome = '', n]) => [outcome, Number(n)])),
    spans: (n, facts = {}) => {
      for (let i = 0; i < n; i++) tracer.begin(null, undefined, performance.now()).end({ ...FACTS, ...facts });
    },
  };
}
const counted = (traced: Traced, expected: Readonly<Record<string, number>>): Promise<void> =>
  until(`counts ${JSON.stringify(expected)}`, () => Object.entries(expected).every(([outcome, n]) => traced.counts()[outcome] === n));
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Behave =>
  ({ response }) =>
    void response.writeHead(code, headers).end();
/** One behaviour after the other; the last goes on. */
const inTurn = (...behaviours: Behave[]): Behave => (received) => (behaviours.length > 1 ? behaviours.shift() : behaviours[0])?.(received);

describe('a span', () => {
  const sent = async (parents: readonly [string | null, string | undefined], facts: Partial<SpanFacts>) => {
    const collector = await startCollector();
    const { tracer } = trace(urlOf(collector));
    const before = BigInt(Date.now() - 5000) * 1_000_000n;
    const span = tracer.begin(...parents, performance.now() - 250);
    span.end({ ...FACTS, ...facts });
    const [exported] = spansOf(await collector.nth(1));
    assert.ok(exported);
    assert.ok(exported.start > before && exported.end < BigInt(Date.now() + 5000) * 1_000_000n, 'on the clock of the wall');
    assert.ok(exported.end - exported.start >= 250_000_000n);
    assert.equal(span.traceparent, `00-${exported.traceId}-${exported.spanId}-01`);
    return exported;
  };

  it('goes on with the trace of the caller', async () => {
    const { traceId, parentSpanId } = await sent([null, PARENT], {});
    assert.deepEqual([traceId, parentSpanId], [TRACE, '00f067aa0ba902b7']);
  });

  it('begins one where there is none', async () => {
    for (const parents of [[null, undefined], ['x', 'y']] as const) assert.equal((await sent(parents, {})).parentSpanId, undefined);
  });

  const REST = { 'mcpgen.server': 'search', 'mcpgen.request_id': 'r1' };
  const HTTP = { 'http.request.method': 'POST', 'http.response.status_code': 200 };
  const CASES: readonly (readonly [what: string, facts: Partial<SpanFacts>, name: string, attributes: object, isError: boolean])[] = [
    ['no message', { method: 'GET', status: 405 }, 'GET', { ...REST, 'http.request.method': 'GET', 'http.response.status_code': 405 }, false],
    ['no known method', { method: 'other' }, 'other', { ...REST, ...HTTP, 'http.request.method': '_OTHER' }, false],
    ['no server', { server: '' }, 'POST', { ...HTTP, 'mcpgen.request_id': 'r1' }, false],
    ['a batch', { message: message({ shape: 'batch', method: '' }) }, 'POST', { ...REST, ...HTTP }, false],
    [
      'a method',
      { message: message({}), revision: '2026-07-28' },
      'tools/list',
      { ...REST, ...HTTP, 'mcp.method.name': 'tools/list', 'mcp.protocol.version': '2026-07-28' },
      false,
    ],
    ['a revision that is none', { message: message({}), revision: 'Bearer x' }, 'tools/list', { ...REST, ...HTTP, 'mcp.method.name': 'tools/list' }, false],
    [
      'a tool',
      { message: message({ method: 'tools/call', name: 'add' }), tenant: 'acme', instance: 'a' },
      'tools/call add',
      {
        ...REST,
        ...HTTP,
        'mcp.method.name': 'tools/call',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'add',
        'mcpgen.tenant': 'acme',
        'mcpgen.instance': 'a',
      },
      false,
    ],
    [
      'a tool without a name',
      { message: message({ method: 'tools/call' }) },
      'tools/call',
      { ...REST, ...HTTP, 'mcp.method.name': 'tools/call', 'gen_ai.operation.name': 'execute_tool' },
      false,
    ],
    [
      'a prompt',
      { message: message({ method: 'prompts/get', name: 'hi' }) },
      'prompts/get hi',
      { ...REST, ...HTTP, 'mcp.method.name': 'prompts/get', 'gen_ai.prompt.name': 'hi' },
      false,
    ],
    [
      'a resource, whose URI is not said',
      { message: message({ method: 'resources/read', name: 'file:///x' }) },
      'resources/read',
      { ...REST, ...HTTP, 'mcp.method.name': 'resources/read' },
      false,
    ],
    [
      'a method of the prototype',
      { message: message({ method: 'constructor', name: 'x' }) },
      'constructor',
      { ...REST, ...HTTP, 'mcp.method.name': 'constructor' },
      false,
    ],
    [
      'a refusal',
      { status: 403, reason: 'origin-not-allowed' },
      'POST',
      { ...REST, ...HTTP, 'http.response.status_code': 403, 'mcpgen.reason': 'origin-not-allowed' },
      false,
    ],
    [
      'a failure here',
      { status: 502, reason: 'upstream-lost' },
      'POST',
      { ...REST, ...HTTP, 'http.response.status_code': 502, 'mcpgen.reason': 'upstream-lost', 'error.type': 'upstream-lost' },
      true,
    ],
    ['a failure behind', { status: 500 }, 'POST', { ...REST, ...HTTP, 'http.response.status_code': 500, 'error.type': '500' }, true],
  ];
  for (const [what, facts, name, attributes, isError] of CASES) {
    it(`of ${what}`, async () => {
      const exported = await sent([null, undefined], facts);
      assert.deepEqual({ ...exported.attributes }, attributes);
      assert.deepEqual([exported.name, exported.isError], [name, isError]);
    });
  }

  it('is small, whatever a caller says', async () => {
    const exported = await sent([null, undefined], { message: message({ method: 'x'.repeat(1000) }), revision: '9'.repeat(1000) });
    assert.equal(exported.name.length, 64);
    const tool = await sent([null, undefined], { message: message({ method: 'tools/call', name: 'n'.repeat(1_000_000) }) });
    assert.equal(tool.name.length, 'tools/call '.length + 128);
  });
});

describe('the context that is passed on', () => {
  const { tracer } = trace('http://127.0.0.1:9/v1/traces');
  const OTHER = '00-11111111111111111111111111111111-2222222222222222-01';
  const CASES: readonly (readonly [what: string, message: string | null, header: string | undefined, trace: string | null, flags: string, keeps: boolean])[] = [
    ['the request says', null, PARENT, TRACE, '01', true],
    ['the request says, unsampled', null, PARENT.replace(/01$/, '00'), TRACE, '00', true],
    ['the message says', PARENT, undefined, TRACE, '01', false],
    ['the message says first', PARENT, OTHER, TRACE, '01', false],
    ['both say', PARENT, PARENT.replace('00f0', '11f0'), TRACE, '01', true],
    ['the request says, and the message nothing that can be read', 'x', PARENT, TRACE, '01', true],
    ['nobody says', null, undefined, null, '01', false],
    ['nobody says anything that can be read', 'x', 'ff', null, '01', false],
    ['a version to come', null, PARENT.replace(/^00/, '01').concat('-more'), TRACE, '01', true],
    ['flags to come', null, PARENT.replace(/01$/, 'ff'), TRACE, '01', true],
  ];
  for (const [what, message, header, expected, flags, keeps] of CASES) {
    it(what, () => {
      const span = tracer.begin(message, header, 0);
      const [version, traceId, spanId, flag] = span.traceparent.split('-');
      assert.deepEqual([version, flag, span.keepsState, span.traceId], ['00', flags, keeps, traceId]);
      assert.match(spanId ?? '', /^[0-9a-f]{16}$/);
      if (expected !== null) assert.equal(traceId, expected);
      else assert.notEqual(traceId, TRACE);
      assert.ok(!PARENT.includes(spanId ?? ''), 'a span of its own');
    });
  }
});

describe('export', () => {
  it('of what is not sampled does not happen', async () => {
    const collector = await startCollector();
    const traced = trace(urlOf(collector));
    traced.tracer.begin(null, PARENT.replace(/01$/, '00'), 0).end(FACTS);
    await traced.tracer.close();
    assert.deepEqual([collector.received.length, traced.counts()], [0, {}]);
  });

  it('in batches, the last when its time has come', async () => {
    const collector = await startCollector();
    const traced = trace(`${urlOf(collector)}?tenant=1`, { batch: 4, every: 20 });
    traced.spans(11);
    await counted(traced, { exported: 11 });
    assert.deepEqual(collector.received.map((one) => spansOf(one).length), [4, 4, 3]);
    assert.ok(collector.received.every(({ url }) => url === '/v1/traces?tenant=1'));
    assert.deepEqual(traced.logs, []);
  });

  it('again after 429, 502, 503 and 504, and each span once', async () => {
    const collector = await startCollector(inTurn(status(429), status(502), status(503), status(504), accept));
    const traced = trace(urlOf(collector));
    traced.spans(1);
    await counted(traced, { exported: 1 });
    assert.equal(new Set(collector.received.map(({ body }) => body.toString())).size, 1);
    assert.equal(collector.received.length, 5);
    assert.deepEqual(traced.logs.map(({ level, event }) => `${level} ${event}`), ['warn traces-failing', 'info traces-exported'], 'one line for each change');
    assert.deepEqual(traced.logs[0]?.fields, { collector: `127.0.0.1:${collector.port}`, status: 429 });
  });

  it('not before the collector wants it', async () => {
    let told = 0;
    const answered = new Map<number, number>();
    const collector = await startCollector((received) => {
      answered.set(told, performance.now());
      const wishes = [{ 'retry-after': '1' }, { 'retry-after': new Date(Date.now() + 2000).toUTCString() }];
      const wish = wishes[told++];
      return wish ? status(503, wish)(received) : accept(received);
    });
    const traced = trace(urlOf(collector));
    traced.spans(1);
    await counted(traced, { exported: 1 });
    const [first = 0, second = 0, third = 0] = [...answered.values()];
    // A date has whole seconds.
    assert.ok(second - first >= 990 && third - second >= 900, `${second - first} and ${third - second} ms`);
  });

  for (const code of [400, 401, 404, 413, 500, 501, 301]) {
    it(`never again after ${code}`, async () => {
      const collector = await startCollector(inTurn(status(code, { location: '/' }), accept));
      const traced = trace(urlOf(collector));
      traced.spans(2);
      await counted(traced, { failed: 2 });
      traced.spans(1);
      await counted(traced, { exported: 1 });
      assert.equal(collector.received.length, 2);
    });
  }

  it('of a part is counted as such', async () => {
    const collector = await startCollector(
      inTurn(
        ({ response }) => void response.end('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}'),
        ({ response }) => void response.end('{"partialSuccess":{"rejectedSpans":99}}'),
        accept,
      ),
    );
    const traced = trace(urlOf(collector), { batch: 3 });
    traced.spans(3);
    await counted(traced, { exported: 1, failed: 2 });
    traced.spans(3);
    await counted(traced, { exported: 1, failed: 5 });
    assert.equal(collector.received.length, 2);
  });

  it('to nobody costs one line and so many spans', async () => {
    const port = await closedPort();
    const traced = trace(`http://127.0.0.1:${port}/v1/traces`, { batch: 4, queue: 10, attempts: 3 });
    traced.spans(25);
    assert.deepEqual(traced.counts(), { dropped: 15 });
    await counted(traced, { dropped: 15, failed: 10 });
    assert.deepEqual(traced.logs, [{ level: 'warn', event: 'traces-failing', fields: { collector: `127.0.0.1:${port}`, error: 'ECONNREFUSED' } }]);
  });

  it('goes on when the collector is back', async () => {
    const collector = await startCollector();
    await collector.kill();
    const traced = trace(urlOf(collector), { attempts: Infinity, backoff: 0 });
    traced.spans(3);
    await until('a line', () => traced.logs.length === 1);
    await collector.revive();
    await counted(traced, { exported: 3 });
    assert.deepEqual(traced.logs.map(({ event }) => event), ['traces-failing', 'traces-exported']);
  });

  it('to one that does not answer is given up in time', async () => {
    const collector = await startCollector(inTurn(() => {}, accept));
    const traced = trace(urlOf(collector), { timeout: 20 });
    traced.spans(1);
    await within((await collector.nth(1)).abandoned, 'the end of the first');
    await counted(traced, { exported: 1 });
    assert.equal(collector.received.length, 2);
  });

  it('does not read an answer without an end', async () => {
    const collector = await startCollector(({ response }) => {
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        response.once('drain', write);
      };
      write();
    });
    const traced = trace(urlOf(collector));
    traced.spans(1);
    await counted(traced, { exported: 1 });
    await within((await collector.nth(1)).abandoned, 'its end');
  });

  for (const [what, bytes, outcome] of [
    ['is none', 'nonsense\r\n\r\n', 'failed'],
    ['changes the protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', 'failed'],
    ['only announces one', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'failed'],
    ['never comes', '', 'failed'],
    ['is cut short', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{', 'exported'],
  ] as const) {
    it(`goes on after an answer that ${what}`, async () => {
      const { port } = await startRawUpstream((socket) => socket.on('data', () => socket.end(bytes)));
      const traced = trace(`http://127.0.0.1:${port}/v1/traces`, { attempts: 1 });
      for (const n of [1, 2]) {
        traced.spans(1);
        await counted(traced, { [outcome]: n });
      }
    });
  }

  it('holds no connection open', async () => {
    const collector = await startCollector();
    const traced = trace(urlOf(collector));
    traced.spans(1);
    assert.equal((await collector.nth(1)).headers['connection'], 'close');
  });
});

describe('the end', () => {
  it('sends what is left', async () => {
    const collector = await startCollector();
    const traced = trace(urlOf(collector), { batch: 4, every: 1_000_000 });
    traced.spans(3);
    await traced.tracer.close();
    assert.deepEqual(traced.counts(), { exported: 3 });
    traced.spans(1);
    await counted(traced, { exported: 4 });
  });

  it('waits for one that is being sent, and sends the rest behind it', async () => {
    const held: (() => void)[] = [];
    const collector = await startCollector((received) => void held.push(() => void accept(received)));
    const traced = trace(urlOf(collector), { batch: 2, every: 1_000_000, end: 60_000 });
    traced.spans(5);
    await collector.nth(1);
    const closed = traced.tracer.close();
    for (let i = 1; i <= 3; i++) {
      await collector.nth(i);
      held[i - 1]?.();
    }
    await within(closed, 'the end');
    assert.deepEqual(traced.counts(), { exported: 5 });
  });

  it('does not wait for one that does not answer', async () => {
    const collector = await startCollector(() => {});
    const traced = trace(urlOf(collector), { end: 10 });
    traced.spans(1);
    await within(traced.tracer.close(), 'the end');
  });

  it('tries at once what was to be tried later, and no more', async () => {
    const collector = await startCollector(status(503, { 'retry-after': '3000' }));
    const traced = trace(urlOf(collector), { end: 60_000 });
    traced.spans(1);
    await until('the first attempt', () => traced.logs.length === 1);
    await within(traced.tracer.close(), 'the end');
    assert.deepEqual([collector.received.length, traced.counts()], [2, { failed: 1 }]);
  });
});
