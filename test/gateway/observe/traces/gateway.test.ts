import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { modern, modernHeaders, request } from '../../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../../support/gateway-tables.js';
import { as, startGateway, type RunningGateway } from '../../../support/gateway.js';
import { ask, until, within } from '../../../support/http.js';
import { closedPort, startUpstream, withSessions, type FakeUpstream } from '../../../support/upstreams.js';
import { spansOf, startCollector, type Exported } from './support.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const OTHER = '00-11111111111111111111111111111111-2222222222222222-01';
const CONTEXT = { tracestate: 'rojo=1,congo=2', baggage: 'user=alice' };

interface Traced {
  readonly gateway: RunningGateway;
  readonly upstream: FakeUpstream;
  readonly collector: FakeUpstream;
  /** Of all requests, when the gateway has ended. */
  readonly spans: () => Promise<Exported[]>;
}

async function startTraced({ gateway: more, ...rest }: Config & { readonly gateway?: Config } = {}, traces: Config = {}): Promise<Traced> {
  const [upstream, collector] = await Promise.all([startUpstream(), startCollector()]);
  const config = gatewayConfig({ ...rest, gateway: { traces: { otlp: `http://127.0.0.1:${collector.port}`, ...traces }, ...more } });
  const gateway = await startGateway({ config, pools: { search: [upstream.url] } });
  const spans = async (): Promise<Exported[]> => {
    assert.equal((await gateway.stop()).code, 0, gateway.stderr());
    return collector.received.flatMap((one) => spansOf(one));
  };
  return { gateway, upstream, collector, spans };
}

const listTools = (traceparent?: string) => request('tools/list', traceparent === undefined ? {} : { _meta: { traceparent } });

describe('traces of a gateway', () => {
  it('are sent when it ends, with what the log and the server behind know of them', async () => {
    const { gateway, upstream, spans } = await startTraced();
    const answer = await ask(gateway.port, {
      path: '/mcp/search',
      headers: { traceparent: PARENT, ...CONTEXT },
      message: request('tools/call', { name: 'add', arguments: { a: 1 } }),
    });
    assert.equal(answer.status, 200);
    const line = await gateway.waitFor('request');
    const [span, ...more] = await spans();
    assert.deepEqual(more, []);
    assert.deepEqual([span?.traceId, span?.parentSpanId, span?.name, span?.isError], [TRACE, '00f067aa0ba902b7', 'tools/call add', false]);
    assert.equal(line['trace_id'], TRACE);
    assert.deepEqual({ ...span?.attributes }, {
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'mcp.method.name': 'tools/call',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'add',
      'mcpgen.server': 'search',
      'mcpgen.tenant': line['tenant'] ?? undefined,
      'mcpgen.instance': line['instance'],
      'mcpgen.request_id': answer.headers['x-request-id'],
    });
    const { headers } = await upstream.nth(1, ({ method }) => method === 'POST');
    assert.deepEqual(
      [headers['traceparent'], headers['tracestate'], headers['baggage']],
      [`00-${TRACE}-${span?.spanId}-01`, CONTEXT.tracestate, CONTEXT.baggage],
    );
  });

  it('have the parent that the message names, or else the header', async () => {
    const { gateway, upstream, spans } = await startTraced();
    const CASES: readonly (readonly [meta: string | undefined, header: string | undefined, trace: string | null, state: boolean])[] = [
      [PARENT, OTHER, TRACE, false],
      [PARENT, undefined, TRACE, false],
      [PARENT, PARENT, TRACE, true],
      ['nonsense', PARENT, TRACE, true],
      [undefined, PARENT, TRACE, true],
      [undefined, 'nonsense', null, false],
      [undefined, undefined, null, false],
    ];
    for (const [meta, header] of CASES) {
      await ask(gateway.port, { path: '/mcp/search', headers: { ...CONTEXT, traceparent: header ?? null }, message: listTools(meta) });
    }
    const exported = await spans();
    for (const [i, [meta, header, trace, state]] of CASES.entries()) {
      const span = exported[i];
      const { headers, message } = await upstream.nth(i + 1, ({ method }) => method === 'POST');
      const why = `${meta} and ${header}`;
      assert.equal(headers['traceparent'], `00-${span?.traceId}-${span?.spanId}-01`, why);
      assert.deepEqual(
        [span?.traceId === TRACE, headers['tracestate'], headers['baggage']],
        [trace === TRACE, state ? CONTEXT.tracestate : undefined, CONTEXT.baggage],
        why,
      );
      assert.deepEqual(message, listTools(meta), 'the body is the caller\'s');
    }
  });

  it('that the caller does not sample, and those of no share, go on and are not exported', async () => {
    const { gateway, upstream, collector, spans } = await startTraced({}, { sample: '0%' });
    for (const traceparent of [PARENT.replace(/01$/, '00'), null, PARENT])
      await ask(gateway.port, { path: '/mcp/search', headers: { traceparent }, message: listTools() });
    const sent = upstream.received.filter(({ method }) => method === 'POST').map(({ headers }) => headers['traceparent'] ?? '');
    assert.match(sent[0] ?? '', new RegExp(`^00-${TRACE}-(?!00f067aa0ba902b7)[0-9a-f]{16}-00$`));
    assert.match(sent[1] ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    assert.equal((await spans()).length, 1, 'a caller may ask for its own');
    assert.equal(collector.received.length, 1);
  });

  it('hold what was refused, and not what only asks how it is', async () => {
    const { gateway, spans } = await startTraced({ auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } } });
    const refused = await ask(gateway.port, { path: '/mcp/search', headers: { traceparent: PARENT }, message: listTools() });
    assert.equal((await ask(gateway.port, { path: '/health/ready' })).status, 200);
    await ask(gateway.port, { path: '/nowhere', headers: as('acme') });
    const line = await gateway.waitFor('request', ({ status }) => status === 401);
    const exported = await spans();
    assert.deepEqual([refused.status, line['trace_id']], [401, TRACE]);
    assert.deepEqual(
      exported.map(({ name, traceId, isError, attributes }) => [
        name,
        traceId === TRACE,
        isError,
        attributes['http.response.status_code'],
        attributes['mcpgen.reason'],
      ]),
      [
        ['POST', true, false, 401, line['reason']],
        ['GET', false, false, 404, 'unknown-route'],
      ],
    );
  });

  it('say that a server failed', async () => {
    const { gateway, upstream, spans } = await startTraced();
    upstream.behave = ({ response }) => void response.destroy();
    assert.equal((await ask(gateway.port, { path: '/mcp/search', message: request('tools/call', { name: 'x' }) })).status, 502);
    const [span] = await spans();
    assert.deepEqual([span?.isError, span?.attributes['error.type'], span?.attributes['http.response.status_code']], [true, 'upstream-lost', 502]);
  });

  it('hold no argument, key, session or URI', async () => {
    const { gateway, upstream, collector, spans } = await startTraced({
      auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } },
      tenants: { acme: { match: { client: 'acme' }, servers: ['search'] } },
    });
    upstream.behave = withSessions('secret-session');
    const opened = await ask(gateway.port, {
      path: '/mcp/search',
      headers: as('acme'),
      message: request('initialize', { protocolVersion: '2025-11-25', clientInfo: { name: 'secret-client' } }),
    });
    const session = opened.headers['mcp-session-id'] ?? '';
    assert.notEqual(session, '', opened.text);
    const headers = { ...as('acme'), 'mcp-session-id': session, cookie: 'secret-cookie' };
    await ask(gateway.port, {
      path: '/mcp/search',
      headers,
      message: request('tools/call', { name: 'add', arguments: { a: 'secret-argument' } }, 'secret-id'),
    });
    await ask(gateway.port, { path: '/mcp/search', headers, message: request('resources/read', { uri: 'file:///secret-file' }) });
    await ask(gateway.port, {
      path: '/mcp/search?key=secret-query',
      headers: { ...as('acme'), ...modernHeaders('tools/call', 'x') },
      message: modern('tools/call', { name: 'x', arguments: { b: 'secret-argument' } }),
    });
    assert.ok((await spans()).length >= 4);
    const all = collector.received.map(({ body }) => body.toString()).join();
    for (const secret of ['secret-', session, as('acme').authorization.slice(7)]) assert.ok(!all.includes(secret), secret);
  });

  it('are counted, and sent where a reload says', async () => {
    const { gateway, collector, upstream } = await startTraced();
    await ask(gateway.port, { path: '/mcp/search', message: listTools() });
    // A reload sends what the collector of before has not.
    const config = gatewayConfig({ gateway: { traces: { otlp: `http://127.0.0.1:${collector.port}/other/v1/traces` } } });
    assert.equal((await gateway.sighup(config, { search: [upstream.url] }))['event'], 'reloaded');
    await until('the count', async () => (await gateway.metrics()).get('mcpgen_spans_total{outcome="exported"}') === 1);
    await ask(gateway.port, { path: '/mcp/search', message: listTools() });
    await gateway.stop();
    assert.deepEqual(collector.received.map(({ url }) => url), ['/v1/traces', '/other/v1/traces']);
  });

  it('do not keep a gateway from answering, or from ending', async () => {
    const port = await closedPort();
    const upstream = await startUpstream();
    const gateway = await startGateway({
      config: gatewayConfig({ gateway: { traces: { otlp: `http://127.0.0.1:${port}` } } }),
      pools: { search: [upstream.url] },
    });
    for (let i = 0; i < 20; i++) assert.equal((await ask(gateway.port, { path: '/mcp/search', message: listTools() })).status, 200);
    assert.equal((await within(gateway.stop(), 'its end')).code, 0);
    assert.equal(gateway.logs.filter(({ event }) => event === 'traces-failing').length, 1);
  });
});

describe('a gateway without traces', () => {
  it('passes the context on as it is, and has none of it', async () => {
    const upstream = await startUpstream();
    const gateway = await startGateway({ config: gatewayConfig(), pools: { search: [upstream.url] } });
    await ask(gateway.port, { path: '/mcp/search', headers: { traceparent: PARENT, ...CONTEXT }, message: listTools() });
    const { headers } = await upstream.nth(1, ({ method }) => method === 'POST');
    assert.deepEqual([headers['traceparent'], headers['tracestate'], headers['baggage']], [PARENT, CONTEXT.tracestate, CONTEXT.baggage]);
    assert.ok(
      existsSync(join(gateway.folder, 'gateway/runtime/parts.js')) &&
        !existsSync(join(gateway.folder, 'gateway/runtime/traces')) &&
        !existsSync(join(gateway.folder, 'gateway/runtime/transform')),
    );
    assert.ok(!('trace_id' in (await gateway.waitFor('request'))));
  });
});
