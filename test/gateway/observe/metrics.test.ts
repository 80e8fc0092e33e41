/** What is counted, as Prometheus reads it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { NO_METRICS } from '#src/gateway/runtime/process/metrics.js';
import { Prometheus } from '#src/gateway/runtime/observe/prometheus.js';
import { initialize, modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask } from '../../support/http.js';
import { startUpstream } from '../../support/upstreams.js';

const NO_PROMTOOL = spawnSync('promtool', ['--version']).status === 0 ? false : 'promtool is not installed';
if (NO_PROMTOOL !== false && process.env['CI'] === 'true') throw new Error(NO_PROMTOOL);

describe('tool names', () => {
  test('so many of a server have a label, the others share one', () => {
    const metrics = new Prometheus();
    const labels = Array.from({ length: 5 }, (_, i) => metrics.toolLabel('a', `tool-${i}`, 3, true));
    assert.deepEqual(labels, ['tool-0', 'tool-1', 'tool-2', 'other', 'other']);
    assert.deepEqual([metrics.toolLabel('a', 'tool-1', 3, false), metrics.toolLabel('b', 'tool-4', 3, true)], ['tool-1', 'tool-4']);
  });
  test('field-30 one caller among others names half of what the others leave, and is told apart from nobody by what it names', () => {
    const metrics = new Prometheus();
    const caller = (name: string) => ({ tenant: 't', caller: name, hasNeighbours: false, hasPeers: true });
    const labels = Array.from({ length: 9 }, (_, i) => metrics.toolLabel('a', `made-up-${i}`, 8, true, caller('one')));
    assert.equal(new Set(labels).size, 5, 'four of its own, and other');
    assert.equal(metrics.toolLabel('a', 'real', 8, true, caller('two')), 'real');
    assert.equal(metrics.toolLabel('a', 'real', 8, true, caller('one')), 'real');
  });
  test('what could not be a tool’s name has none, and takes no place', () => {
    const metrics = new Prometheus();
    for (const name of ['', 'a b', 'x'.repeat(129), 'a"b', 'a\nb', 'ä']) assert.equal(metrics.toolLabel('a', name, 1, true), 'other');
    assert.equal(metrics.toolLabel('a', 'real', 1, true), 'real');
  });
  test('field-31b what no server has confirmed has none, and takes no place', () => {
    const metrics = new Prometheus();
    assert.equal(metrics.toolLabel('a', 'invented', 1, false), 'other');
    assert.deepEqual([metrics.toolLabel('a', 'real', 1, true), metrics.toolLabel('a', 'real', 1, false)], ['real', 'real']);
  });
});

test('series are told apart by their labels, and escaped', () => {
  const metrics = new Prometheus();
  metrics.count('mcpgen_refusals_total', { reason: 'a"b\\c\nd' }, 2);
  metrics.count('mcpgen_refusals_total', { reason: 'a"b\\c\nd' });
  assert.ok(metrics.text().includes('mcpgen_refusals_total{reason="a\\"b\\\\c\\nd"} 3\n'));
});

test('without an admin listener nothing is kept', () => {
  NO_METRICS.count('mcpgen_requests_total', {});
  NO_METRICS.duration('a', 1);
  NO_METRICS.toolCalls('a', ['b'], 1, null);
});

describe('a running gateway', () => {
  let gateway: RunningGateway;
  before(async () => {
    const upstream = await startUpstream();
    gateway = await startGateway({
      config: gatewayConfig({ gateway: { admin: {}, limits: { perAddress: '1000/s', toolNames: 2 } } }),
      pools: { search: [upstream.url] },
    });
    const call = (name: string) => ask(gateway.port, { path: '/mcp/search', message: request('tools/call', { name, arguments: {} }) });
    for (const name of ['add', 'add', 'remove', 'move']) assert.equal((await call(name)).status, 200);
    await ask(gateway.port, { path: '/mcp/search', message: modern('tools/list'), headers: modernHeaders('tools/list') });
    await ask(gateway.port, { path: '/mcp/search', message: initialize });
    await ask(gateway.port, { path: '/mcp/search', message: initialize, headers: { origin: 'https://evil.example' } });
  });

  test('tool calls by tool, messages by era, origins by reason', async () => {
    const metrics = await gateway.metrics();
    const calls = ['add', 'remove', 'other'].map((tool) => metrics.get(`mcpgen_tool_calls_total{server="search",tool="${tool}"}`));
    assert.deepEqual(calls, [2, 1, 1]);
    assert.deepEqual(['legacy', 'modern'].map((era) => metrics.get(`mcpgen_messages_total{server="search",era="${era}"}`)), [5, 1]);
    assert.equal(metrics.get('mcpgen_origin_refusals_total{server="search",reason="origin-not-allowed"}'), 1);
  });

  test('promtool finds nothing to say', { skip: NO_PROMTOOL }, async () => {
    const { text } = await gateway.admin('/metrics');
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    assert.deepEqual([checked.status, checked.stdout, checked.stderr], [0, '', '']);
  });

  test('a correlation id is taken, repeated, passed on and logged; what is none is not', async () => {
    const given = await ask(gateway.port, { path: '/mcp/search', message: request('tools/list'), headers: { 'x-correlation-id': 'order-7:a.b' } });
    assert.equal(given.headers['x-correlation-id'], 'order-7:a.b');
    await gateway.waitFor('request', (line) => line['correlation_id'] === 'order-7:a.b' && line['request_id'] === given.headers['x-request-id']);
    for (const bad of ['a b', 'x'.repeat(129), '"']) {
      const { headers } = await ask(gateway.port, { path: '/mcp/search', message: request('tools/list'), headers: { 'x-correlation-id': bad } });
      assert.equal(headers['x-correlation-id'], undefined);
      await gateway.waitFor('request', (line) => line['correlation_id'] === headers['x-request-id']);
    }
  });
});
