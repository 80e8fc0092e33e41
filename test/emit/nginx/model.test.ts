import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nginxModel } from '#src/emit/nginx/model.js';
import { token } from '#src/emit/nginx/print.js';
import type { Directive, Entry, Item, NginxDocument } from '#src/emit/nginx/types.js';
import { ROWS } from '#src/gateway/runtime/decision/rows.js';
import { examplePlan, existing, image, type Changes } from '../../support/example.js';

type GatewayChanges = NonNullable<Changes['gateway']>;
const documentFor = (gateway: GatewayChanges = {}, changes: Changes = {}): NginxDocument => nginxModel(examplePlan({ ...changes, gateway }));
/** The document for an exact release, such as `1.25.0`. */
const documentOf = (version: `${number}.${number}.${number}`, gateway: GatewayChanges = {}): NginxDocument =>
  documentFor(gateway, { targets: { nginx: { version } } });
const TLS = { at: 'nginx', certificate: '/c', key: '/k' } as const;

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
    const rows = mapOf(documentFor({ requireOrigin: true }), 'mcp_refuse').flatMap(({ comment }) =>
      comment?.match(/^\d+/) ? [Number.parseInt(comment, 10)] : [],
    );
    assert.deepEqual(rows, ROWS.flatMap(({ nginx }, index) => (nginx === 'decides' ? [index] : [])));
  });

  it('has no `if` with anything but `return` and `rewrite … last`, one place with add_header, and one with proxy_set_header', () => {
    const document = documentFor({ trustedProxies: ['10.0.0.0/8'] });
    const all = directives(document);
    for (const { block = [] } of all.filter(({ name }) => name === 'if')) {
      const [only, ...others] = block.map((item) => (item.kind === 'directive' ? [item.name, item.args.at(-1)?.value] : []));
      assert.ok(others.length === 0 && (only?.[0] === 'return' || (only?.[0] === 'rewrite' && only[1] === 'last')), String(only));
    }
    const holders = (name: string): number => all.filter(({ block = [] }) => block.some((item) => item.kind === 'directive' && item.name === name)).length;
    assert.deepEqual([holders('add_header'), holders('proxy_set_header')], [1, 1]);
  });

  it('uses no variable that it does not define, but those of nginx', () => {
    const trustedProxies = ['10.0.0.0/8'];
    const cors = { credentials: true };
    for (const gateway of [{}, { trustedProxies }, { trustedProxies, originFallback: 'forwarded' as const }, { cors }]) {
      const all = directives(documentFor(gateway));
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

  it('turns HTTP/2 on as each version wants it', () => {
    const [old, later] = [documentOf('1.25.0', { tls: TLS }), documentOf('1.25.1', { tls: TLS })];
    const both = (ports: readonly string[]): readonly string[] => ports.flatMap((port) => [port, `[::]:${port}`]);
    assert.deepEqual([named(old, 'http2'), named(old, 'listen')], [[], both(['443 ssl http2 default_server', '443 ssl http2', '80 default_server'])]);
    assert.deepEqual([named(later, 'http2'), named(later, 'listen')], [['on', 'on'], both(['443 ssl default_server', '443 ssl', '80 default_server'])]);
  });

  it('keeps connections to the gateway in every version', () => {
    const [old, later] = [documentOf('1.29.6'), documentOf('1.29.7')];
    assert.deepEqual([named(old, 'proxy_http_version'), named(old, 'proxy_set_header').includes('Connection ""')], [['1.1'], true]);
    assert.deepEqual([named(later, 'proxy_http_version'), named(later, 'proxy_set_header').includes('Connection ""')], [[], false]);
  });

  it('has one default server that takes any host when any host is served, TLS or not', () => {
    const secure = documentFor({ hosts: 'any', tls: TLS }, { targets: { nginx: { listen: 8443 } } });
    assert.deepEqual(named(secure, 'listen'), ['8443 ssl default_server', '[::]:8443 ssl default_server']);
    assert.deepEqual(named(documentFor({ hosts: 'any' }), 'ssl_reject_handshake'), []);
  });

  it('waits longer than the longest timeout of any server', () => {
    const servers = { hasty: image(), patient: image({ strategy: 'waits' }) };
    const strategies = { waits: { balance: 'random', timeouts: { response: '1h' } } } as const;
    assert.deepEqual(named(documentFor({}, { servers, strategies }), 'proxy_read_timeout'), ['3605s']);
  });

  it('tells the routes of one server apart by their transport', () => {
    const revisions = ['2024-11-05', '2025-06-18'] as const;
    const document = documentFor({ revisions }, { servers: { search: image() } });
    const entriesOf = (variable: string) => mapOf(document, variable).map(({ key, value }) => `${token(key)} ${token(value)}`);
    assert.deepEqual(entriesOf('mcp_route').slice(1), [
      '"~^/health/servers$" gateway.health', '"~^/mcp/search$" search', '"~^/mcp/search/message$" search.message', '"~^/mcp/search/sse$" search.sse',
    ]);
    assert.deepEqual(entriesOf('mcp_allow').slice(1), [
      'gateway.health "GET, HEAD"', 'search "DELETE, GET, POST"', 'search.message POST', 'search.sse GET',
    ]);
  });

  it('waits longer than the gateway, and connects to the port on which the gateway listens', () => {
    const document = documentFor({ timeouts: { idleStream: '900500ms' }, listen: { port: 9000 } });
    assert.deepEqual([named(document, 'proxy_read_timeout'), named(document, 'proxy_connect_timeout')], [['906s'], ['2s']]);
    const servers = [9000, 9001].map((port) => `127.0.0.1:${port} max_fails=3 fail_timeout=10s`);
    assert.deepEqual(named(document, 'server').filter(Boolean), servers);
  });

  for (const [perAddress, rate, burst, retry] of [
    ['20/s', '20r/s', ' burst=19 nodelay', '1'],
    ['100/min', '100r/m', ' burst=99 nodelay', '1'],
    ['1/min', '1r/m', '', '60'],
    ['7/h', '1r/m', ' burst=6 nodelay', '515'],
    ['90/h', '2r/m', ' burst=89 nodelay', '40'],
  ] as const) {
    it(`meters ${perAddress}, and lets no fewer requests through than the gateway`, () => {
      const document = documentFor({ limits: { perAddress } });
      assert.deepEqual(named(document, 'limit_req_zone'), [`$mcp_rate_key zone=mcp_address:10m rate=${rate}`]);
      assert.deepEqual([...new Set(named(document, 'limit_req'))], [`zone=mcp_address${burst}`]);
      assert.equal(mapOf(document, 'mcp_sent_retry').at(-1)?.value.value, retry);
    });
  }

  it('grows with the sets of origins, and not with routes times origins', () => {
    const servers = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`s${index}`, existing('https://a.acme.test/mcp')]));
    assert.equal(mapOf(documentFor({}, { servers }), 'mcp_route').length, 500 + 2);
    assert.equal(mapOf(documentFor({}, { servers }), 'mcp_origin_is').length, mapOf(documentFor(), 'mcp_origin_is').length);
  });

  it('field-22a is run in a container with two workers, and as a service where the distribution expects its files', () => {
    const container = documentFor();
    assert.deepEqual([named(container, 'worker_processes'), named(container, 'pid'), named(container, 'user')], [['2'], ['/tmp/nginx.pid'], []]);
    const logs = ['stderr warn', 'stderr crit', 'stderr error'];
    assert.deepEqual([named(container, 'error_log'), named(container, 'access_log')[0]], [logs, '/dev/stdout mcpgen']);
    const service = documentFor({}, { targets: { nginx: { run: 'service' } } });
    const names = ['user', 'worker_processes', 'pid', 'client_body_temp_path'];
    assert.deepEqual(names.map((name) => named(service, name)), [['www-data'], ['auto'], ['/run/nginx.pid'], []]);
    const errors = ['warn', 'crit', 'error'].map((level) => `/var/log/nginx/error.log ${level}`);
    assert.deepEqual([named(service, 'error_log'), named(service, 'access_log')[0]], [errors, '/var/log/nginx/access.log mcpgen']);
    for (const [document, how] of [[container, /in a container/], [service, /systemctl reload nginx/]] as const) {
      assert.match(document.files[0]?.opening.join(' ') ?? '', how);
    }
  });

  it('field-22b has a line for each gateway process, and tries each of them', () => {
    const document = documentFor({ replicas: 3, listen: { port: 8087 } });
    const addresses = named(document, 'server').filter(Boolean).map((line) => line.split(' ')[0]);
    assert.deepEqual(addresses, ['127.0.0.1:8087', '127.0.0.1:8089', '127.0.0.1:8090']);
    assert.deepEqual(named(document, 'proxy_next_upstream_tries'), ['3']);
  });
});
