/** Which paths are served, and where a request goes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { least, planOf, type Json } from '../support/planned.js';
import { FULL } from './support.js';

const trafficOf = (config: Json) => planOf(config).traffic;
const gateway = (gateway: Json): Json => least({ gateway: { sessionKeys: [{ secret: 'SEAL' }], ...gateway } });
const endpoint = (config: Json) => trafficOf(config).routes.find(({ kind }) => kind === 'mcp');

describe('routes', () => {
  test('one for each public server', () => {
    assert.deepEqual(trafficOf(FULL).routes.map(({ path, server, from }) => [path, server, from]), [
      ['/health/servers', '', 'gateway'],
      ['/mcp/bare', 'bare', 'servers.bare'],
      ['/mcp/crm', 'crm', 'servers.crm'],
      ['/mcp/files', 'files', 'servers.files'],
      ['/mcp/shell', 'shell', 'servers.shell'],
      ['/mcp/tables', 'tables', 'servers.tables'],
      ['/web', 'web', 'servers.web.route'],
    ]);
  });

  test('GET and DELETE belong to legacy sessions', () => {
    const methods = (revisions?: readonly string[]) => endpoint(gateway(revisions ? { revisions } : {}))?.methods;
    assert.deepEqual(methods(), ['DELETE', 'GET', 'POST']);
    assert.deepEqual(methods(['2026-07-28']), ['POST']);
    assert.deepEqual(methods(['2025-11-25']), ['DELETE', 'GET', 'POST']);
    // What 2024-11-05 adds is elsewhere.
    assert.deepEqual(methods(['2024-11-05', '2026-07-28']), ['POST']);
  });

  test('2024-11-05 has two endpoints of its own, with the server’s origins', () => {
    const origins = { a: 'https://a.com', b: 'https://b.com' };
    const old = (more: Json = {}, revisions: readonly string[] = ['2024-11-05', '2025-03-26']) =>
      trafficOf(least({ gateway: { revisions }, servers: { web: { kind: 'http', image: 'x', origins: ['a'], ...more } }, origins }))
        .routes.filter(({ server }) => server === 'web')
        .map(({ path, kind, methods, origins, from }) => [path, kind, methods.join(), origins, from].join(' '));
    assert.deepEqual(old(), [
      '/mcp/web mcp DELETE,GET,POST a servers.web',
      '/mcp/web/message message POST a servers.web',
      '/mcp/web/sse sse GET a servers.web',
    ]);
    assert.deepEqual(old({ route: '/w' }), [
      '/w mcp DELETE,GET,POST a servers.web.route',
      '/w/message message POST a servers.web.route',
      '/w/sse sse GET a servers.web.route',
    ]);
    assert.deepEqual(old({ public: false }), []);
    // Alone, it leaves nothing to be said at the endpoint of the others.
    assert.deepEqual(old({}, ['2024-11-05']), ['/mcp/web/message message POST a servers.web', '/mcp/web/sse sse GET a servers.web']);
  });

  test('the gateway’s own account of its servers is for no browser', () => {
    for (const revisions of [['2024-11-05'], ['2026-07-28']]) {
      const health = trafficOf(gateway({ revisions })).routes.find(({ kind }) => kind === 'health');
      assert.deepEqual(health, { path: '/health/servers', kind: 'health', server: '', origins: '+none', methods: ['GET', 'HEAD'], from: 'gateway' });
    }
  });

  test('without origins of its own a server has all that are declared', () => {
    const origins = { a: 'https://a.com', b: 'https://b.com' };
    const of = (server: Json, declared: Json = origins) =>
      endpoint(least({ servers: { web: { kind: 'http', image: 'x', ...server } }, origins: declared }))?.origins;
    assert.equal(of({}), '+all');
    assert.equal(of({ origins: ['b'] }), 'b');
    assert.equal(of({ origins: [] }), '+none');
    assert.equal(of({}, {}), '+none');
  });
});

describe('where a request goes that names no path', () => {
  const asked = (request: Readonly<Record<string, unknown>>, revisions: readonly string[]) => {
    const { policy } = planOf(least({ gateway: { revisions }, policy: { expect: [{ request, decision: 'allow' }] } }));
    const { path, method, revision } = policy.expectations[0]?.request ?? {};
    return `${method} ${path} ${revision}`;
  };
  const BOTH = ['2024-11-05', '2026-07-28'];

  test('2024-11-05 begins with its stream, the others with a message', () => {
    assert.equal(asked({ server: 'web', revision: '2024-11-05' }, BOTH), 'GET /mcp/web/sse 2024-11-05');
    assert.equal(asked({ server: 'web' }, BOTH), 'POST /mcp/web 2026-07-28');
    assert.equal(asked({ server: 'web' }, ['2024-11-05']), 'GET /mcp/web/sse 2024-11-05');
  });

  test('also where the revision is not served', () => {
    assert.equal(asked({ server: 'web', revision: '2024-11-05' }, ['2026-07-28']), 'GET /mcp/web/sse 2024-11-05');
    assert.equal(asked({ server: 'web', revision: '2026-07-28' }, ['2024-11-05']), 'POST /mcp/web 2026-07-28');
  });

  test('what is given is kept', () => {
    assert.equal(asked({ server: 'web', revision: '2024-11-05', method: 'POST' }, BOTH), 'POST /mcp/web/sse 2024-11-05');
    assert.equal(asked({ path: '/mcp/web/message', revision: '2024-11-05' }, BOTH), 'POST /mcp/web/message 2024-11-05');
    assert.equal(asked({ path: '/mcp/web', revision: '2024-11-05' }, BOTH), 'POST /mcp/web 2024-11-05');
    assert.equal(asked({ path: '/nowhere' }, BOTH), 'POST /nowhere 2026-07-28');
    // No message is sent to these.
    assert.equal(asked({ path: '/mcp/web/sse' }, BOTH), 'GET /mcp/web/sse 2026-07-28');
    assert.equal(asked({ path: '/health/servers' }, BOTH), 'GET /health/servers 2026-07-28');
  });
});
