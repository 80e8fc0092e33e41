/** What is only wrong in the whole, where each part is valid. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { least, problems, type Json } from '../support/planned.js';

describe('what only the whole shows', () => {
  const grant = (own: unknown, theirs: unknown, more: Json = {}): Json => ({
    name: 'acme',
    servers: { web: { kind: 'http', image: 'x', origins: theirs } },
    origins: {
      app: 'https://app.acme.com', twin: 'HTTPS://app.acme.com:443', other: 'https://other.acme.com', previews: 'https://*.acme.com',
      local: 'http://localhost:*', dev: 'http://localhost:3000', any: { preset: 'any-https' }, tunnel: { preset: 'ngrok' },
      mine: 'https://mine.ngrok.app', deep: 'https://*.deep.acme.com', list: ['https://x.com', 'https://app.acme.com'],
    },
    tenants: { acme: { match: { path: true }, servers: ['web'], origins: own } },
    ...more,
  });
  const EMPTY = 'empty-grant tenants.acme.origins: no origin of tenant "acme" is accepted by server "web", so no browser could call it for this tenant';

  const GRANTS: Readonly<Record<string, readonly [own: readonly string[], theirs: readonly string[], isEmpty: boolean]>> = {
    'the same origin': [['app'], ['app', 'other'], false],
    'another origin': [['app'], ['other'], true],
    'the same origin under another name': [['app'], ['twin'], false],
    'one of several': [['list'], ['app'], false],
    'none at all: native clients only': [[], ['app'], false],
    'a server without browsers': [['app'], [], true],
    'an origin that the server’s wildcard covers': [['app'], ['previews'], false],
    'a wildcard that covers the server’s origin': [['previews'], ['app'], false],
    'a wildcard at another depth': [['deep'], ['previews'], true],
    'an origin at another depth': [['app'], ['deep'], true],
    'a loopback port that every port covers': [['dev'], ['local'], false],
    'any https covers an https origin': [['app'], ['any'], false],
    'any https does not cover http': [['dev'], ['any'], true],
    'a tunnel of the preset': [['mine'], ['tunnel'], false],
    'any https covers tunnels': [['tunnel'], ['any'], false],
  };
  for (const [label, [own, theirs, isEmpty]] of Object.entries(GRANTS)) {
    test(`grants: ${label}`, () => assert.deepEqual(problems(grant(own, theirs)), isEmpty ? [EMPTY] : []));
  }

  test('grants: a server without a route is nobody’s to call', () => {
    assert.deepEqual(problems(grant(['app'], ['other'], { servers: { web: { kind: 'http', image: 'x', public: false, origins: ['other'] } } })), []);
  });

  test('grants: each server of each tenant is said', () => {
    const web = (origin: string): Json => ({ kind: 'http', image: 'x', origins: [origin] });
    const servers = { a: web('other'), b: web('app'), c: web('other') };
    const tenants = { one: { match: { path: true }, servers: '*', origins: ['app'] }, two: { match: { host: 'two.com' }, servers: ['c'], origins: ['app'] } };
    const names = /tenant "(\w+)" is accepted by server "(\w+)"/;
    const named = problems(grant([], [], { servers, tenants })).map((problem) => names.exec(problem)?.slice(1).join(' '));
    assert.deepEqual(named, ['one a', 'one c', 'two c']);
  });

  test('session keys are needed in production, where there are sessions', () => {
    const KEYS = 'session-keys gateway: profile "production" needs gateway.sessionKeys: without them every restart ends every session';
    assert.deepEqual(problems(least({ profile: 'production' })), [KEYS]);
    assert.deepEqual(problems(least({ gateway: { url: 'https://mcp.acme.com' } })), [KEYS]);
    assert.deepEqual(problems(least({ profile: 'local', gateway: { url: 'https://mcp.acme.com' } })), []);
    assert.deepEqual(problems(least({ profile: 'production', gateway: { revisions: ['2026-07-28'] } })), []);
    assert.deepEqual(problems(least({ profile: 'production', gateway: { sessionKeys: [{ secret: 'SEAL' }] } })), []);
  });

  test('a fallback that believes nobody is no fallback', () => {
    assert.deepEqual(problems(least({ gateway: { originFallback: 'forwarded' } })), [
      "origin-fallback gateway.originFallback: originFallback: 'forwarded' believes trusted hops only, and gateway.trustedProxies names none",
    ]);
    assert.deepEqual(problems(least({ gateway: { originFallback: 'forwarded', trustedProxies: ['10.0.0.0/8'] } })), []);
  });

  const WORKERS: Readonly<Record<string, readonly [config: Json, said: readonly string[]]>> = {
    'servers elsewhere': [{ servers: { web: { kind: 'http', image: 'web' } } }, []],
    'stdio servers in the gateway itself': [
      { servers: { web: { kind: 'http', image: 'web' }, one: { kind: 'stdio', command: ['x'] }, two: { kind: 'stdio', command: ['x'], npm: 'a@1.0.0' } } },
      ['"one", "two" would run in the gateway\'s own process, and a session with it live in one of 3 workers alone'],
    ],
    'a stdio server in a container': [{ servers: { one: { kind: 'stdio', command: ['x'], npm: 'a@1.0.0' } }, targets: { compose: {} } }, []],
    'streams of 2024-11-05 that the gateway holds': [
      {
        servers: { web: { kind: 'http', image: 'web' }, own: { kind: 'http', image: 'own', sse: '/sse' }, none: { kind: 'http', image: 'x', public: false } },
        gateway: { revisions: ['2024-11-05', '2025-06-18'] },
      },
      ['the gateway itself holds the 2024-11-05 streams of "web", each in one of 3 workers alone'],
    ],
    'streams of 2024-11-05 at the server': [
      { servers: { own: { kind: 'http', image: 'own', sse: '/sse' } }, gateway: { revisions: ['2024-11-05', '2025-06-18'] } },
      [],
    ],
  };
  for (const [label, [config, said]] of Object.entries(WORKERS)) {
    test(`workers: ${label}`, () => {
      const gateway = config['gateway'] as Json | undefined;
      assert.deepEqual(problems({ name: 'acme', ...config, gateway: { ...gateway, workers: 3 } }), said.map((words) => `workers gateway.workers: ${words}`));
      assert.deepEqual(problems({ name: 'acme', ...config }), []);
    });
  }

  test('all of it at once', () => {
    const wrong = grant(['app'], ['other'], { profile: 'production', gateway: { originFallback: 'forwarded' } });
    const codes = problems(wrong).map((problem) => problem.split(' ')[0]);
    assert.deepEqual(codes, ['empty-grant', 'session-keys', 'origin-fallback']);
  });
});
