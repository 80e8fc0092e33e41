import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route } from '#src/plan/types.js';
import { routeOverlap as rule } from '#src/policy/rules/route-overlap.js';
import { findingsOf, found, planOf, random } from '../support.js';

const routes = (paths: Readonly<Record<string, string>>): readonly Route[] =>
  Object.entries(paths).map(([server, path]) => ({
    path,
    kind: 'mcp',
    server,
    origins: 'app',
    methods: ['POST'],
    from: `servers.${server}.route`,
  }));
const foundFor = (paths: Readonly<Record<string, string>>): readonly string[] =>
  found(rule, planOf({ traffic: { routes: routes(paths) } }));

test('the same path twice', () => {
  assert.deepEqual(foundFor({ a: '/tools', b: '/tools' }), ['error servers.b.route']);
  assert.equal(foundFor({ a: '/tools', b: '/tools', c: '/tools' }).length, 2);
});

test('a route inside another one is reported at the inner one', () => {
  assert.deepEqual(foundFor({ inner: '/mcp/acme/search', outer: '/mcp/acme' }), ['error servers.inner.route']);
  assert.deepEqual(foundFor({ slash: '/mcp/acme/', plain: '/mcp/acme' }), ['error servers.slash.route']);
  const [finding] = findingsOf(rule, planOf({ traffic: { routes: routes({ inner: '/mcp/acme/search', outer: '/mcp/acme' }) } }));
  assert.match(finding?.message ?? '', /lies inside "\/mcp\/acme" of outer/);
  assert.match(finding?.help ?? '', /servers\.outer\.route/);
});

test('routes that differ in case alone', () => {
  assert.deepEqual(foundFor({ a: '/mcp/Search', b: '/mcp/search' }), ['error servers.b.route']);
});

test('reserved paths, in any case', () => {
  for (const path of ['/health', '/health/live', '/t/acme', '/metrics', '/.well-known/x', '/Config', '/openapi.json']) {
    assert.deepEqual(foundFor({ a: path }), ['error servers.a.route'], path);
  }
});

test('neighbours, common beginnings without a boundary, and words that begin like reserved ones are not', () => {
  assert.deepEqual(foundFor({ a: '/mcp/acme', b: '/mcp/acme-evil', c: '/mcp/acme2', d: '/mcp/b' }), []);
  assert.deepEqual(foundFor({ a: '/healthcare', b: '/tools', c: '/metrics-server', d: '/mcp/health', e: '/mcp/t' }), []);
});

test('any set of routes: every pair that clashes is found at one of the two, and nothing else is', () => {
  const next = random('route-overlap');
  const words = ['a', 'b', 'A', 'ab', 'c-d'];
  for (let round = 0; round < 300; round++) {
    const paths = Array.from(
      { length: 2 + Math.floor(next() * 6) },
      () => `/x/${Array.from({ length: 1 + Math.floor(next() * 3) }, () => words[Math.floor(next() * words.length)]).join('/')}`,
    );
    const named = Object.fromEntries(paths.map((path, index) => [`s${index}`, path]));
    const clashes = paths.some((one, i) =>
      paths.some((other, j) => i !== j && (one.toLowerCase() === other.toLowerCase() || one.startsWith(`${other}/`))),
    );
    assert.equal(foundFor(named).length > 0, clashes, JSON.stringify(paths));
  }
});
