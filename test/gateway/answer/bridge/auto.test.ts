/** Servers that do not say which eras they speak: found out by a question that does nothing, never by a call. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { connect } from '../../../support/client.js';
import { initialize, modern, modernHeaders, request, VERSION } from '../../../support/gateway-messages.js';
import { ROOT } from '../../../support/folder.js';
import { gatewayConfig } from '../../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../../support/gateway.js';
import { ask } from '../../../support/http.js';
import { json, startUpstream, withSessions, type FakeUpstream, type Received } from '../../../support/upstreams.js';
import { startExample } from '../../../support/examples.js';
import { askLegacy, askModern, callOf, legacyPost, openSession, startLegacy, startModern, type Json, type ModernServer } from './support.js';

const http = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const NAMES = Array.from({ length: 40 }, (_, i) => `s${i}`);
let gateway: RunningGateway;
/** Each test has a server of its own, of which nothing is known yet. */
const behind = new Map<string, FakeUpstream>();
const pools: Record<string, string[]> = {};
before(async () => {
  for (const name of NAMES) {
    const upstream = await startUpstream();
    behind.set(name, upstream);
    pools[name] = [upstream.url];
  }
  const config = gatewayConfig({
    servers: { ...Object.fromEntries(NAMES.map((name) => [name, http])), search: http },
    gateway: { admin: {}, limits: { perAddress: '10000/s' }, timeouts: { firstByte: '400ms' } },
  });
  gateway = await startGateway({ config, pools: { ...pools, search: [(await startExample('search.js')).url] } });
});
let used = 0;
const next = (): [string, FakeUpstream] => {
  const name = NAMES[used++] ?? assert.fail('more servers');
  return [`/mcp/${name}`, behind.get(name) as FakeUpstream];
};
const methods = (upstream: FakeUpstream): (string | undefined)[] => upstream.received.map(({ message, method }) => message?.method ?? method);
const error = (status: number, code: number, data?: unknown) => ({ message, response }: Received): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({
    jsonrpc: '2.0',
    id: message?.id ?? null,
    error: { code, message: 'no', data },
  }));
const bare = (status: number) => ({ response }: Received): void => void response.writeHead(status, { 'content-type': 'text/html' }).end('<p>');
const result = (fields: Json) => ({ message, response }: Received): void => json(response, { jsonrpc: '2.0', id: message?.id, result: fields });
const ANSWER = { resultType: 'complete', content: [] };

describe('a modern client, before a server that answers the look with', () => {
  const TABLE: readonly (readonly [string, (received: Received) => void, 'passes' | 'falls back'])[] = [
    ['200 and what it supports', result({ resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} }), 'passes'],
    ['400 -32022, legacy versions', error(400, -32022, { supported: ['2025-11-25'], requested: '2026-07-28' }), 'falls back'],
    ['400 -32022, modern versions', error(400, -32022, { supported: ['2027-01-01'] }), 'passes'],
    ['400 in HTML', bare(400), 'falls back'],
    ['404', bare(404), 'falls back'],
    ['405', bare(405), 'falls back'],
    ['400 -32000', error(400, -32000), 'falls back'],
    ['400 -32020, which only a modern server says', error(400, -32020), 'passes'],
    ['200 -32601', error(200, -32601), 'falls back'],
    ['404 -32601', error(404, -32601), 'falls back'],
    ['401', bare(401), 'passes'],
    ['403', bare(403), 'passes'],
    ['429', bare(429), 'passes'],
    ['500', bare(500), 'passes'],
    ['a result that is no description', result({ echoed: true }), 'passes'],
    ['nothing in time', () => {}, 'passes'],
  ];
  for (const [what, look, outcome] of TABLE) {
    test(`${what}: ${outcome}`, async () => {
      const [path, upstream] = next();
      upstream.behave = (received) => (received.message?.method === 'server/discover' ? look(received) : result(ANSWER)(received));
      const asked = await askModern(gateway.port, path, 'tools/call', { name: 'echo' }, 'mine');
      if (outcome === 'passes') assert.deepEqual([asked.status, asked.json['result'], methods(upstream)], [200, ANSWER, ['server/discover', 'tools/call']]);
      else {
        const { requestId, ...data } = asked.json['error'].data as Record<string, unknown>;
        assert.match(String(requestId), /^[0-9a-f-]{36}$/);
        assert.deepEqual([asked.status, asked.json['id'], asked.json['error'].code, data], [
          400,
          'mine',
          -32022,
          { supported: ['2025-03-26', '2025-06-18', '2025-11-25'], requested: '2026-07-28', reason: 'revision-not-served' },
        ]);
        assert.deepEqual(methods(upstream), ['server/discover']);
      }
      // What was found out is kept.
      const looks = upstream.received.length;
      await askModern(gateway.port, path, 'tools/list');
      assert.equal(upstream.received.length, looks + (outcome === 'passes' ? 1 : 0));
    });
  }

  test('one look serves all who ask meanwhile, and what it shows is logged', async () => {
    const [path, upstream] = next();
    const held: Received[] = [];
    upstream.behave = (received) => (received.message?.method === 'server/discover' ? void held.push(received) : result(ANSWER)(received));
    const asked = Array.from({ length: 5 }, () => askModern(gateway.port, path, 'tools/list'));
    await upstream.nth(1);
    result({ supportedVersions: ['2026-07-28'] })(held[0] ?? assert.fail());
    assert.deepEqual((await Promise.all(asked)).map(({ status }) => status), Array(5).fill(200));
    assert.equal(held.length, 1);
    const line = await gateway.waitFor('era', (line) => `/mcp/${String(line['server'])}` === path);
    assert.deepEqual([line['modern'], line['legacy']], [true, null]);
  });

  test('what a caller says beside its message does not have the look refused for everybody', async () => {
    const [path, upstream] = next();
    upstream.behave = (received) =>
      (received.headers['x-odd'] ? bare(405) : result({ ...ANSWER, supportedVersions: ['2026-07-28'] }))(received);
    const message = modern('tools/list');
    const odd = await ask(gateway.port, {
      path,
      message,
      headers: { ...modernHeaders('tools/list'), 'x-odd': 'GET', 'user-agent': '() { :; }' },
    });
    assert.equal(odd.status, 405, 'its own refusal');
    assert.equal((await askModern(gateway.port, path, 'tools/list')).status, 200);
    assert.deepEqual(methods(upstream), ['server/discover', 'tools/list', 'tools/list']);
  });

  test('nobody at all: what its own request meets', async () => {
    const [path, upstream] = next();
    await upstream.kill();
    assert.equal((await askModern(gateway.port, path, 'server/discover')).status, 503);
    await upstream.revive();
  });
});

describe('a legacy client', () => {
  test('and a legacy server meet as if nothing were between them', async (t) => {
    const { client } = await connect(t, new URL(`http://127.0.0.1:${gateway.port}/mcp/search`), null);
    assert.ok((await client.listTools()).tools.length > 0);
    const [path, upstream] = next();
    upstream.behave = withSessions();
    const session = await openSession(gateway.port, path);
    const { json: answer } = await askLegacy(gateway.port, path, request('tools/list'), session);
    assert.equal(answer['result'].session, 'up-1');
    assert.deepEqual(methods(upstream), ['initialize', 'notifications/initialized', 'tools/list']);
  });

  const REFUSALS: readonly ModernServer['refusal'][] = [
    { status: 400, code: -32022, data: { supported: ['2026-07-28'], requested: '2025-11-25' } },
    { status: 400, code: -32602 },
    { status: 400, code: -32020 },
    { status: 404, code: -32601 },
  ];
  for (const refusal of REFUSALS) {
    test(`is bridged to a server that says ${refusal.status} ${refusal.code}, and remembered`, async () => {
      const modern = await startModern();
      modern.refusal = refusal;
      const [path, upstream] = next();
      upstream.behave = modern.behave;
      const session = await openSession(gateway.port, path);
      for (const id of [session, undefined]) {
        const { status, json: answer } = await askLegacy(gateway.port, path, callOf('echo'), id);
        assert.deepEqual([status, 'resultType' in answer['result']], [200, false]);
      }
      await openSession(gateway.port, path);
      // The caller's, and the gateway's own, by which alone the era is learned.
      assert.equal(methods(upstream).filter((method) => method === 'initialize').length, 2);
      const modernToo = await askModern(gateway.port, path, 'tools/call', { name: 'echo' });
      assert.equal(modernToo.json['result'].resultType, 'complete');
      assert.equal((await ask(gateway.port, { path, method: 'DELETE', headers: { 'mcp-session-id': session } })).status, 200);
    });
  }

  for (const [what, params, headers] of [
    ['parameters', { protocolVersion: '2025-11-25' }, {}],
    ['revision', { ...initialize.params, protocolVersion: '1999-01-01' }, {}],
    ['headers', initialize.params, { 'mcp-method': 'tools/list' }],
    ['claims', { ...initialize.params, _meta: { [VERSION]: '2025-11-25' } }, {}],
    ['capabilities', { ...initialize.params, capabilities: { roots: 7 } }, {}],
    ['names', initialize.params, { 'x-turn-away': 'yes' }],
  ] as const) {
    test(`field-31a of odd ${what}, refused by a server of both eras, does not have all others bridged`, async () => {
      const [path, upstream] = next();
      const open = withSessions();
      upstream.behave = (received) => {
        const { message, headers } = received;
        if (message?.method === 'server/discover') return result({ supportedVersions: ['2026-07-28'], capabilities: {} })(received);
        const isOdd = headers['mcp-method'] !== undefined || message?.params?.['protocolVersion'] !== '2025-11-25' || !message.params['clientInfo']
          || message.params['_meta'] !== undefined || JSON.stringify(message.params['capabilities']) !== '{}' || headers['x-turn-away'] !== undefined;
        return message?.method === 'initialize' && isOdd ? error(400, -32602)(received) : open(received);
      };
      const odd = legacyPost(path, request('initialize', params));
      assert.equal((await ask(gateway.port, { ...odd, headers: { ...odd.headers, ...headers } })).status, 200, 'bridged');
      const session = await openSession(gateway.port, path);
      assert.equal((await askLegacy(gateway.port, path, request('tools/list'), session)).json['result'].session, 'up-1');
    });
  }

  test('has the very refusal of a server that is no modern one', async () => {
    const [path, upstream] = next();
    upstream.behave = error(400, -32602, { mine: 1 });
    const refused = await askLegacy(gateway.port, path, initialize);
    assert.deepEqual([refused.status, refused.json['error'], methods(upstream)], [
      400,
      { code: -32602, message: 'no', data: { mine: 1 } },
      ['initialize', 'server/discover'],
    ]);
  });
});

test('a bridged session is served by a process that has not met its server', async () => {
  const modern = await startModern();
  const config = gatewayConfig({ servers: { it: http }, gateway: { sessionKeys: [{ secret: 'SESSION_KEY' }] } });
  const [one, other] = await Promise.all([startGateway({ config, pools: { it: [modern.url] } }), startGateway({ config, pools: { it: [modern.url] } })]);
  const session = await openSession(one.port, '/mcp/it');
  const { status, json: answer } = await askLegacy(other.port, '/mcp/it', callOf('echo', { a: 1 }), session);
  assert.deepEqual([status, (JSON.parse(answer['result'].content[0].text) as Json)['args']], [200, { a: 1 }]);
  await Promise.all([one.stop(), other.stop()]);
});

test('a gateway takes another era for its server when it is told so', async () => {
  const old = await startLegacy();
  const of = (revision: string) => gatewayConfig({ servers: { it: { ...http, revision } }, gateway: { admin: {} } });
  const fresh = await startGateway({ config: of('auto'), pools: { it: [old.url] } });
  const asked = () => askModern(fresh.port, '/mcp/it', 'tools/list');
  assert.equal((await asked()).status, 400);
  assert.equal((await fresh.sighup(of('legacy')))['event'], 'reloaded');
  assert.equal((await asked()).json['result'].resultType, 'complete');
  assert.equal((await ask(fresh.port, legacyPost('/mcp/it', initialize))).status, 200);
  await fresh.stop();
});

test('a stdio server, which is spoken to in the legacy era: its own modules tell a modern client to fall back', async () => {
  const config = gatewayConfig({ servers: { files: { kind: 'stdio', command: [process.execPath, join(ROOT, 'examples/servers/files.js'), ROOT] } } });
  const alone = await startGateway({ config });
  assert.equal(existsSync(join(alone.folder, 'runtime/bridge')), false);
  const { status, text } = await ask(alone.port, { path: '/mcp/files', message: modern('tools/list'), headers: modernHeaders('tools/list') });
  const { error } = JSON.parse(text) as { error: { code: number; data: { supported: string[]; requested: string } } };
  assert.deepEqual([status, error.code, error.data.requested], [400, -32022, '2026-07-28']);
  assert.ok(error.data.supported.includes('2025-11-25'));
  await openSession(alone.port, '/mcp/files');
  await alone.stop();
});
