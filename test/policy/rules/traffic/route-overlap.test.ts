import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Route } from '#src/plan/traffic-types.js';
import { routeOverlap as rule } from '#src/policy/rules/traffic/route-overlap.js';
import { planOf as planned } from '../../../support/planned.js';
import { randomOf } from '../../../support/random.js';
import { findingsOf, found, planOf } from '../../support.js';

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
  assert.deepEqual(finding?.related, [{ at: 'servers.outer.route', message: 'route "/mcp/acme" of outer' }]);
});

test('routes that differ in case alone', () => {
  assert.deepEqual(foundFor({ a: '/mcp/Search', b: '/mcp/search' }), ['error servers.b.route']);
});

describe('the endpoints of 2024-11-05', () => {
  const web = (more: object) => ({ kind: 'http', image: 'x', ...more });
  const messages = (servers: object, revisions: readonly string[] = ['2024-11-05', '2025-06-18']) =>
    findingsOf(rule, planned({ name: 'acme', gateway: { revisions }, servers })).map(({ at, message }) => `${at}: ${message}`);

  test('are routes that another server must not have', () => {
    for (const endpoint of ['sse', 'message']) {
      const servers = { a: web({}), b: web({ route: `/mcp/a/${endpoint}` }) };
      // Inside the route of `a` at the same time: one thing is wrong, and it is said once.
      assert.deepEqual(messages(servers), [`servers.b.route: route "/mcp/a/${endpoint}" of b is also the route of a`]);
      // Alone, the revision leaves nothing at b's own path; what is below it is inside a's.
      assert.match(messages(servers, ['2024-11-05']).join(), new RegExp(`^servers\\.b\\.route: [^,]* lies inside "/mcp/a/${endpoint}" of a: [^,]*$`));
    }
  });

  test('also where the path above is nobody’s', () => {
    assert.deepEqual(messages({ a: web({ route: '/x' }), b: web({ route: '/x' }) }, ['2024-11-05']).length, 1);
    assert.deepEqual(messages({ a: web({ route: '/x' }), b: web({ route: '/X' }) }, ['2024-11-05']).length, 1);
  });

  test('are said once of a route within another, or of one that is reserved', () => {
    const nested = messages({ a: web({ route: '/x' }), b: web({ route: '/x/y' }) });
    assert.deepEqual(nested.map((line) => line.replace(/:[^:]*$/, '')), ['servers.b.route: route "/x/y" of b lies inside "/x" of a']);
    assert.deepEqual(messages({ a: web({ route: '/health/a' }) }).length, 1);
  });

  test('lie inside the server’s own route, and are its neighbours’ neighbours', () => {
    assert.deepEqual(messages({ a: web({}), b: web({}), sse: web({}), message: web({ route: '/mcp/a-sse' }) }), []);
  });

  test('are nobody’s where the revision is not served', () => {
    assert.match(messages({ a: web({}), b: web({ route: '/mcp/a/sse' }) }, ['2025-06-18']).join(), /lies inside "\/mcp\/a" of a/);
    assert.deepEqual(messages({ a: web({ public: false }), b: web({ route: '/mcp/a/sse' }) }), []);
  });
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
  const { below, pick } = randomOf();
  const words = ['a', 'b', 'A', 'ab', 'c-d'];
  for (let round = 0; round < 300; round++) {
    const paths = Array.from(
      { length: 2 + below(6) },
      () => `/x/${Array.from({ length: 1 + below(3) }, () => pick(words)).join('/')}`,
    );
    const named = Object.fromEntries(paths.map((path, index) => [`s${index}`, path]));
    const clashes = paths.some((one, i) =>
      paths.some((other, j) => i !== j && (one.toLowerCase() === other.toLowerCase() || one.startsWith(`${other}/`))),
    );
    assert.equal(foundFor(named).length > 0, clashes, JSON.stringify(paths));
  }
});
