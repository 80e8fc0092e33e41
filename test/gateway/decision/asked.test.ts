/** Row 0 and 1: what a head says, and that it can be read in one way only. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readHead, type RequestHead } from '#src/gateway/runtime/decision/head.js';
import { isServed } from '#src/gateway/runtime/decision/host.js';
import type { Tables } from '#src/gateway/runtime/decision/lookups.js';
import { randomOf } from '../../support/random.js';
import { askedOf, gatewayConfig, tablesOf, type HeadOptions } from '../../support/gateway-tables.js';

const serves = (tables: Tables, { host, request }: RequestHead): boolean => isServed(tables, host, request);
const CONFIG = gatewayConfig({
  auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } },
  tenants: {
    acme: { match: [{ client: 'acme' }, { path: true }], servers: '*' },
    globex: { match: { path: true }, servers: '*' },
    hidden: { match: { host: 'hidden.example.com' }, servers: '*' },
  },
  gateway: { url: 'https://mcp.example.com', hosts: ['alias.example.com'], sessionKeys: [{ secret: 'SESSION_KEY' }] },
});
const TABLES = tablesOf(CONFIG);
const asked = (head: HeadOptions = {}): RequestHead => askedOf(TABLES, head);
const hop = (address: string): boolean => address === '10.0.0.1';
const throughHop = (headers: Readonly<Record<string, string>>): RequestHead => asked({ peer: '10.0.0.1', trusted: hop, headers });

describe('normal form', () => {
  test('only the literal spelling of a path is a path', () => {
    for (const target of [
      '/mcp/%73earch', '/mcp//search', '//mcp/search', '/mcp/./search', '/mcp/../mcp/search', '/mcp/search/..', '/mcp/search/.', '/..',
      '/mcp/search%00', '/mcp/search%2f', '/t/acme//mcp/search',
    ]) {
      assert.equal(asked({ target }).fault, 'path-not-literal', target);
    }
    for (const target of ['/mcp/search', '/mcp/search?x=%2e%2e//../', '/mcp/...', '/mcp/.hidden', '/mcp/search;v=1', '/mcp\\search', '/mcp/search/']) {
      assert.equal(asked({ target }).fault, null, target);
    }
    for (const target of ['/mcp/search;v=1', '/mcp\\search', '/mcp/search/', '/MCP/search', '/mcp/search#', '/mcp/search ', '/mcp/...'])
      assert.equal(asked({ target }).route, undefined, target);
  });

  test('the query says nothing', () => {
    assert.equal(asked({ target: '/mcp/search?tenant=globex&server=notes' }).route?.server, 'search');
    assert.equal(asked({ target: '/mcp/search?' }).path, '/mcp/search');
  });

  test('a target is a path or an http URL', () => {
    for (const target of [
      '*', 'mcp/search', 'ftp://mcp.example.com/mcp/search', 'mcp.example.com:443', 'http:/mcp/search', 'https://user@mcp.example.com/mcp/search',
      'http://mcp.example.com#/mcp/search',
    ]) {
      assert.equal(asked({ target }).fault, 'malformed-request', target);
    }
  });

  test('one Host, which must be an authority', () => {
    assert.equal(asked({ hosts: 2 }).fault, 'repeated-header');
    assert.equal(asked({ hosts: 0, headers: { host: undefined } }).fault, 'malformed-request');
    for (const host of [
      '', ' ', 'a b', 'a/b', 'a@b', 'user:pass@mcp.example.com', 'mcp.example.com:port', 'mcp.example.com:80:80', '[::1', '::1', 'a\tb', 'é.example',
      'a"b', 'mcp.example.com\\@evil', '[::1]x', '<script>',
    ]) {
      assert.equal(asked({ headers: { host } }).fault, 'malformed-request', host);
    }
    for (const host of ['mcp.example.com', 'mcp.example.com:', 'MCP.Example.com:443', '[::1]:8080', '127.0.0.1', 'a_b'])
      assert.equal(asked({ headers: { host } }).fault, null, host);
  });

  test('a missing Host is missing in absolute form too (RFC 9112 §3.2)', () => {
    assert.equal(asked({ target: 'http://mcp.example.com/mcp/search', hosts: 0, headers: { host: undefined } }).fault, 'malformed-request');
  });

  test('two Origins, as Node joins them, are refused', () => {
    assert.equal(asked({ headers: { origin: 'https://a.example, https://b.example' } }).fault, 'repeated-header');
    assert.equal(asked({ headers: { origin: 'https://a.example,' } }).fault, 'repeated-header');
  });

  test('both framings at once are refused', () => {
    assert.equal(asked({ headers: { 'transfer-encoding': 'chunked', 'content-length': '3' } }).fault, 'malformed-request');
  });
});

describe('host', () => {
  const host = (text: string): string => asked({ headers: { host: text } }).host;
  test('port, case and a trailing dot do not count', () => {
    for (const text of ['mcp.example.com', 'MCP.EXAMPLE.COM', 'mcp.example.com:8443', 'mcp.example.com.', 'mcp.example.com.:443'])
      assert.equal(host(text), 'mcp.example.com', text);
    assert.equal(host('[::1]:9'), '[::1]');
    assert.notEqual(host('mcp.example.com..'), 'mcp.example.com');
  });

  test('accepted: declared names, tenants’ names, and loopback names from loopback', () => {
    const accepted = (text: string, peer = '203.0.113.7'): boolean => serves(TABLES, asked({ peer, headers: { host: text } }));
    for (const name of ['mcp.example.com', 'alias.example.com', 'hidden.example.com']) assert.ok(accepted(name), name);
    for (const name of ['evil.example', 'mcp.example.com.evil.example', 'xmcp.example.com', 'localhost', '127.0.0.1', '[::1]', '0.0.0.0', 'test-gateway'])
      assert.ok(!accepted(name), name);
    for (const name of ['localhost', '127.0.0.1', '[::1]', 'LOCALHOST:8080'])
      assert.ok(accepted(name, '::ffff:127.0.0.1') && accepted(name, '::1') && accepted(name, '127.8.8.8'), name);
    for (const name of ['localhost.evil.example', '127.0.0.1.nip.io', '0', '127.1', '[::ffff:127.0.0.1]']) assert.ok(!accepted(name, '127.0.0.1'), name);
  });

  test('the platform’s own names, where that platform is', () => {
    const config = { ...CONFIG, targets: { kubernetes: {}, compose: {}, fly: { region: 'ord' } } };
    const accepts = (placement: 'local' | 'compose' | 'kubernetes' | 'fly', name: string): boolean => {
      const tables = tablesOf(config, placement);
      return serves(tables, askedOf(tables, { peer: '10.9.9.9', headers: { host: name } }));
    };
    assert.ok(accepts('kubernetes', 'test-gateway.test.svc.cluster.local') && accepts('compose', 'gateway') && accepts('fly', 'test.internal'));
    assert.ok(accepts('compose', 'localhost') && accepts('compose', '[::1]') && !accepts('kubernetes', 'localhost'));
    assert.ok(!accepts('local', 'gateway') && !accepts('compose', 'test.internal') && !accepts('fly', 'gateway') && !accepts('kubernetes', 'gateway'));
  });

  test('X-Forwarded-Host counts from a trusted hop alone, and the absolute form before both', () => {
    assert.equal(asked({ headers: { host: 'mcp.example.com', 'x-forwarded-host': 'hidden.example.com' } }).host, 'mcp.example.com');
    assert.equal(throughHop({ host: 'gateway:8080', 'x-forwarded-host': 'Hidden.example.com:443' }).host, 'hidden.example.com');
    assert.equal(throughHop({ host: 'mcp.example.com', 'x-forwarded-host': '' }).host, 'mcp.example.com');
    for (const several of ['mcp.example.com, hidden.example.com', 'mcp.example.com,hidden.example.com']) {
      const found = throughHop({ host: 'x', 'x-forwarded-host': several });
      assert.ok(found.fault !== null || !serves(TABLES, found), several);
    }
    const absolute = asked({
      target: 'HTTP://MCP.example.com:80/mcp/search?q',
      headers: { host: 'hidden.example.com', 'x-forwarded-host': 'alias.example.com' },
    });
    assert.deepEqual([absolute.host, absolute.path, absolute.route?.server], ['mcp.example.com', '/mcp/search', 'search']);
  });
});

describe('origin', () => {
  test('lower case; absent and empty are none', () => {
    assert.equal(asked({ headers: { origin: 'HTTPS://App.Example' } }).origin, 'https://app.example');
    assert.equal(asked().origin, null);
    assert.equal(asked({ headers: { origin: '' } }).origin, null);
    assert.equal(asked({ headers: { origin: 'null' } }).origin, 'null');
  });

  test('forwarded: only when configured, from a trusted hop, and absent an Origin', () => {
    const tables = tablesOf(gatewayConfig({ gateway: { trustedProxies: ['10.0.0.0/8'], originFallback: 'forwarded' } }));
    const of = (peer: string, headers: Readonly<Record<string, string>>): string | null => askedOf(tables, { peer, trusted: hop, headers }).origin;
    const both = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'App.Example' };
    assert.equal(of('10.0.0.1', both), 'https://app.example');
    assert.equal(of('10.0.0.1', { ...both, origin: 'https://real.example' }), 'https://real.example');
    assert.equal(of('203.0.113.7', both), null);
    assert.equal(of('10.0.0.1', { 'x-forwarded-host': 'app.example' }), null);
    assert.equal(throughHop(both).origin, null);
  });
});

describe('tenant in the path', () => {
  const split = (target: string): [string | null, string, string | undefined] => {
    const { pathTenant, path, route } = asked({ target });
    return [pathTenant, path, route?.server];
  };
  test('/t/<tenant>/… is the route behind it', () => {
    assert.deepEqual(split('/t/acme/mcp/search'), ['acme', '/mcp/search', 'search']);
    assert.deepEqual(split('/t/globex/mcp/search?t=acme'), ['globex', '/mcp/search', 'search']);
  });
  test('tenants that match otherwise, unknown ones and doubled prefixes are no route', () => {
    for (const target of [
      '/t/hidden/mcp/search', '/t/nobody/mcp/search', '/t/acme/t/globex/mcp/search', '/t/acme', '/t/acme/', '/t//mcp/search', '/t/ACME/mcp/search',
      '/T/acme/mcp/search', '/t/__proto__/mcp/search', '/t/acme;/mcp/search',
    ]) {
      assert.equal(split(target)[2], undefined, target);
    }
  });
});

test('whatever comes, a head is read without throwing, and either refused or in normal form', () => {
  const { seed, pick, below } = randomOf();
  const PIECES = [
    '/', '//', 't/', 'acme', 'mcp', 'search', '.', '..', '%2e', '%', '?', '#', ':', '@', 'http://', 'mcp.example.com', '[::1]', ',', ' ', '\t',
    '\u00e9', '*', ';', '\\', '0', '__proto__',
  ];
  const text = (): string => Array.from({ length: below(7) }, () => pick(PIECES)).join('');
  for (let i = 0; i < 5000; i++) {
    const head = {
      target: pick(['/', '', '/mcp/search', 'http://']) + text(),
      method: pick(['GET', 'POST', 'OPTIONS', 'PROPFIND']),
      peer: pick(['', '127.0.0.1', '10.0.0.1', 'fe80::1%eth0', '::ffff:10.0.0.1', text()]),
      hosts: below(3),
      headers: {
        host: text(),
        origin: text(),
        'x-forwarded-host': text(),
        'x-forwarded-for': [text(), '10.0.0.1', text()].join(','),
        'x-forwarded-proto': text(),
      },
    };
    const found = readHead(TABLES, head, hop);
    const shown = `MCPGEN_SEED=${seed}: ${JSON.stringify(head)}`;
    if (found.fault !== null) continue;
    assert.ok(found.path.startsWith('/') && !/%|\/\/|\/\.\.?(\/|$)|\?/.test(found.path), shown);
    assert.match(found.host, /^([^\s/@:?#]*|\[[0-9a-f:.]+\])$/, shown);
    assert.ok(found.origin === null || !found.origin.includes(','), shown);
  }
});
