import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nginxModel } from '#src/emit/nginx/model.js';
import { token } from '#src/emit/nginx/print.js';
import type { Directive, Entry, Item, NginxDocument } from '#src/emit/nginx/types.js';
import { ROWS } from '#src/gateway/runtime/decision/rows.js';
import type { NginxPlan } from '#src/plan/target-types.js';
import type { Plan } from '#src/plan/types.js';
import type { Traffic } from '#src/plan/traffic-types.js';
import { buildPlan, EXAMPLE_TARGETS, TRANSPORTS, type PlanOptions } from '../../support/plan.js';

const planFor = (traffic: Partial<Traffic> = {}, nginx: Partial<NginxPlan> = {}, more: PlanOptions = {}): Plan =>
  buildPlan({ ...more, traffic, targets: { nginx: { ...EXAMPLE_TARGETS.nginx!, ...nginx } } });

function walk(items: readonly Item[]): readonly Directive[] {
  return items.flatMap((item) => (item.kind === 'directive' ? [item, ...walk(item.block ?? [])] : []));
}
const directives = (document: NginxDocument): readonly Directive[] => document.files.flatMap(({ items }) => walk(items));
const named = (document: NginxDocument, name: string): readonly string[] =>
  directives(document)
    .filter((one) => one.name === name)
    .map(({ args }) => args.map(token).join(' '));
const mapOf = (document: NginxDocument, variable: string): readonly Entry[] =>
  directives(document)
    .filter(({ name, args }) => name === 'map' && args[1]?.value === `$${variable}`)
    .flatMap(({ block = [] }) => block.filter((item) => item.kind === 'entry'));

describe('the nginx document', () => {
  it('decides in the order of the rows', () => {
    const refusals = mapOf(nginxModel(planFor({ requireOrigin: true })), 'mcp_refuse');
    const rows = refusals.flatMap(({ comment }) => (comment?.match(/^\d+/) ? [Number.parseInt(comment, 10)] : []));
    assert.deepEqual(rows, ROWS.flatMap(({ nginx }, index) => (nginx === 'decides' ? [index] : [])));
  });

  it('has no `if` with anything but `return`, one place with add_header, and one with proxy_set_header', () => {
    const document = nginxModel(planFor({ trustedProxies: ['10.0.0.0/8'] }));
    const all = directives(document);
    for (const { block = [] } of all.filter(({ name }) => name === 'if')) {
      assert.deepEqual(block.map((item) => item.kind === 'directive' && item.name), ['return']);
    }
    const holders = (name: string): number => all.filter(({ block = [] }) => block.some((item) => item.kind === 'directive' && item.name === name)).length;
    assert.deepEqual([holders('add_header'), holders('proxy_set_header')], [1, 1]);
  });

  it('uses no variable that it does not define, but those of nginx', () => {
    const trustedProxies = ['10.0.0.0/8'];
    const cors = { credentials: true, maxAge: 0, exposeHeaders: [], allowHeaders: [] };
    for (const traffic of [{}, { trustedProxies }, { trustedProxies, originFallback: 'forwarded' as const }, { cors }]) {
      const all = directives(nginxModel(planFor(traffic)));
      const entries = all.flatMap(({ block = [] }) => block.filter((item) => item.kind === 'entry'));
      const maps = all.filter(({ name }) => name === 'map' || name === 'geo').map(({ args }) => args[1]!.value.slice(1));
      const captures = entries.flatMap(({ key }) => [...key.value.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name!));
      const defined = new Set([...maps, ...captures]);
      const values = [...all.flatMap(({ args }) => args), ...entries.map(({ value }) => value)];
      const texts = values.filter(({ kind }) => kind === 'template' || kind === 'condition');
      const used = new Set(texts.flatMap(({ value }) => [...value.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!)));
      assert.deepEqual([...used].filter((name) => name.startsWith('mcp_') && !defined.has(name)), []);
    }
  });

  it('says http2 as the version does', () => {
    const tls = { certificate: '/c', key: '/k' };
    const of = (release: NginxPlan['release']) => nginxModel(planFor({}, { release, tls, listen: 443 }));
    const said = (document: NginxDocument) => [named(document, 'http2'), named(document, 'listen')];
    assert.deepEqual(said(of([1, 25, 0])), [[], ['443 ssl http2 default_server', '443 ssl http2', '80 default_server']]);
    assert.deepEqual(said(of([1, 25, 1])), [['on', 'on'], ['443 ssl default_server', '443 ssl', '80 default_server']]);
  });

  it('keeps connections to the gateway in every version', () => {
    const of = (release: NginxPlan['release']) => nginxModel(planFor({}, { release }));
    assert.deepEqual([named(of([1, 29, 6]), 'proxy_http_version'), named(of([1, 29, 6]), 'proxy_set_header').includes('Connection ""')], [['1.1'], true]);
    assert.deepEqual([named(of([1, 29, 7]), 'proxy_http_version'), named(of([1, 29, 7]), 'proxy_set_header').includes('Connection ""')], [[], false]);
  });

  it('has one default server that takes any host when any host is served, TLS or not', () => {
    const tls = { certificate: '/c', key: '/k' };
    assert.deepEqual(named(nginxModel(planFor({ anyHost: true }, { tls, listen: 8443 })), 'listen'), ['8443 ssl default_server']);
    assert.deepEqual(named(nginxModel(planFor({ anyHost: true })), 'ssl_reject_handshake'), []);
  });

  it('waits longer than the most patient of the servers', () => {
    const [pool] = planFor().traffic.pools;
    const own = { ...pool!, timeouts: { ...pool!.timeouts, response: 3_600_000 } };
    assert.deepEqual(named(nginxModel(planFor({ pools: [own] })), 'proxy_read_timeout'), ['3605s']);
  });

  it('tells the routes of one server apart by their transport', () => {
    const document = nginxModel(planFor({ routes: TRANSPORTS }));
    const entriesOf = (variable: string) => mapOf(document, variable).map(({ key, value }) => `${token(key)} ${token(value)}`);
    assert.deepEqual(entriesOf('mcp_route').slice(1), [
      '"~^/health/servers$" gateway.health', '"~^/mcp/search$" search', '"~^/mcp/search/message$" search.message', '"~^/mcp/search/sse$" search.sse',
    ]);
    assert.deepEqual(entriesOf('mcp_allow').slice(1), [
      'gateway.health "GET, HEAD"', 'search "DELETE, GET, POST"', 'search.message POST', 'search.sse GET',
    ]);
  });

  it('waits longer than the gateway, and reaches it where it listens', () => {
    const document = nginxModel(planFor({ timeouts: { ...planFor().traffic.timeouts, idleStream: 900_500 } }, {}, { gateway: { port: 9000 } }));
    assert.deepEqual([named(document, 'proxy_read_timeout'), named(document, 'proxy_connect_timeout')], [['906s'], ['2s']]);
    assert.equal(named(document, 'server').at(-1), '127.0.0.1:9000 max_fails=3 fail_timeout=10s');
  });

  for (const [tokens, window, rate, burst, retry] of [
    [20, 1000, '20r/s', ' burst=19 nodelay', '1'],
    [100, 60_000, '100r/m', ' burst=99 nodelay', '1'],
    [1, 60_000, '1r/m', '', '60'],
    [7, 3_600_000, '1r/m', ' burst=6 nodelay', '515'],
    [90, 3_600_000, '2r/m', ' burst=89 nodelay', '40'],
  ] as const) {
    it(`meters ${tokens} in ${window} ms, never below what the gateway lets through`, () => {
      const document = nginxModel(planFor({ limits: { ...planFor().traffic.limits, perAddress: { tokens, window } } }));
      assert.deepEqual(named(document, 'limit_req_zone'), [`$mcp_rate_key zone=mcp_address:10m rate=${rate}`]);
      assert.deepEqual(named(document, 'limit_req'), [`zone=mcp_address${burst}`]);
      assert.equal(mapOf(document, 'mcp_sent_retry').at(-1)?.value.value, retry);
    });
  }

  it('grows with sets and not with routes times origins', () => {
    const routes = Array.from({ length: 500 }, (_, index) => ({ ...planFor().traffic.routes[0]!, path: `/mcp/s${index}`, server: `s${index}` }));
    const entries = mapOf(nginxModel(planFor({ routes })), 'mcp_origin_is').length;
    assert.equal(entries, mapOf(nginxModel(planFor()), 'mcp_origin_is').length);
  });
});
