/** What a server is shown of the gateway: on whatever the gateway sends to it, to no other server, and by nobody else. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { failToStart, startGateway, temporaryFolder, type RunningGateway } from '../../support/gateway.js';
import { ask } from '../../support/http.js';
import { answerAll, startUpstream, type FakeUpstream, type Received } from '../../support/upstreams.js';

const SECRET = 'sk-live-canary-0123456789';
const OTHER = 'sk-live-canary-9876543210';
const upstream = { auth: { bearer: { secret: 'CRM_TOKEN' } }, headers: { 'X-Api-Version': '7', 'X-Team': { secret: 'CRM_TEAM' } } };
const server = (more = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...more });

const folder = temporaryFolder();
const file = join(folder, 'crm-token');
const names = ['plain', 'crm', 'legacy', 'modern', 'pinged', 'asked', 'discovered'] as const;
const upstreams = new Map<string, FakeUpstream>();
const at = (name: (typeof names)[number]): FakeUpstream => upstreams.get(name) ?? assert.fail();
let gateway: RunningGateway;
const config = gatewayConfig({
  servers: {
    plain: server(),
    crm: server({ upstream }),
    legacy: server({ upstream, revision: 'legacy' }),
    modern: server({ upstream, revision: 'modern' }),
    pinged: server({ upstream, health: { mcp: 'ping', every: '1s' } }),
    discovered: server({ upstream, revision: 'modern', health: { mcp: 'discover', every: '1s' } }),
    asked: server({ upstream, health: { path: '/health', every: '1s' } }),
  },
});

before(async () => {
  for (const name of names) upstreams.set(name, await startUpstream());
  writeFileSync(file, `${SECRET}\n`);
  gateway = await startGateway({
    config,
    env: { CRM_TOKEN_FILE: file, CRM_TEAM: 'team-canary' },
    pools: Object.fromEntries([...upstreams].map(([name, { url }]) => [name, [url]])),
  });
});

const shownIn = ({ headers }: Pick<Received, 'headers'>): unknown[] => [headers['authorization'], headers['x-api-version'], headers['x-team']];
const SHOWN = [`Bearer ${SECRET}`, '7', 'team-canary'];
const INITIALIZE = request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'c', version: '1' } });

describe('what a server is shown', () => {
  test('is on every call to it, whatever a client says under these names, and on none to another server', async () => {
    const spoofed = { 'x-api-version': '1', 'X_Api_Version': '2', 'x-team': 'spoofed', 'x_team': 'spoofed', 'authorization': 'Bearer spoofed' };
    for (let i = 0; i < 3; i++) {
      for (const name of ['crm', 'plain'] as const) {
        const answer = await ask(gateway.port, { path: `/mcp/${name}`, message: request('tools/list'), headers: spoofed });
        assert.equal(answer.status, 200);
      }
      const received = at('crm').received.at(-1) ?? assert.fail();
      assert.deepEqual(shownIn(received), SHOWN);
      assert.equal(received.rawHeaders.filter((text) => /^x[-_](?:api|team)/i.test(text)).length, 2);
      const { headers } = at('plain').received.at(-1) ?? assert.fail();
      assert.deepEqual([headers['authorization'], headers['x-team']], [undefined, 'spoofed'], 'a header of another server’s is one like any other');
    }
  });

  test('is on what the bridge says by itself, in both directions', async () => {
    await ask(gateway.port, { path: '/mcp/legacy', message: modern('tools/list'), headers: modernHeaders('tools/list') });
    await ask(gateway.port, { path: '/mcp/modern', message: INITIALIZE });
    for (const name of ['legacy', 'modern'] as const) {
      const { received } = at(name);
      assert.ok(received.length > 0, name);
      for (const one of received) assert.deepEqual(shownIn(one), SHOWN, `${name} ${one.message?.method ?? one.method}`);
    }
    assert.equal(at('legacy').received[0]?.message?.method, 'initialize');
  });

  test('is on what opens a lost session again', async () => {
    let sessions = 0;
    at('crm').behave = (one) => {
      const json = { 'content-type': 'application/json' };
      if (one.message?.method === 'initialize') {
        return void one.response.writeHead(200, { ...json, 'mcp-session-id': `s${++sessions}` }).end('{"jsonrpc":"2.0","id":1,"result":{}}');
      }
      if (one.headers['mcp-session-id'] === 's1') return void one.response.writeHead(404).end();
      return answerAll(one);
    };
    const opened = await ask(gateway.port, { path: '/mcp/crm', message: INITIALIZE });
    const session = opened.headers['mcp-session-id'] ?? assert.fail();
    const since = at('crm').received.length;
    const answer = await ask(gateway.port, { path: '/mcp/crm', message: request('tools/list'), headers: { 'mcp-session-id': session } });
    assert.equal(answer.status, 200);
    const sent = at('crm').received.slice(since);
    assert.deepEqual(sent.map(({ message }) => message?.method), ['tools/list', 'initialize', 'notifications/initialized', 'tools/list']);
    for (const one of sent) assert.deepEqual(shownIn(one), SHOWN);
    at('crm').behave = answerAll;
  });

  test('is on probes of every sort', async () => {
    for (const [name, which] of [['pinged', 'ping'], ['discovered', 'server/discover'], ['asked', '/health']] as const) {
      await at(name).nth(1, ({ message, url }) => message?.method === which || url === which);
      for (const one of at(name).received) assert.deepEqual(shownIn(one), SHOWN, `${name} ${one.message?.method ?? one.url}`);
    }
  });

  test('changes with a reload, in the instances that are there, and is never logged', async () => {
    writeFileSync(file, OTHER);
    const line = await gateway.sighup(config);
    assert.equal(line['event'], 'reloaded');
    await ask(gateway.port, { path: '/mcp/crm', message: request('tools/list') });
    assert.deepEqual(shownIn(at('crm').received.at(-1) ?? assert.fail()), [`Bearer ${OTHER}`, '7', 'team-canary']);
    const shown = JSON.stringify(gateway.logs) + (await gateway.admin('/config')).text + (await gateway.admin('/metrics')).text + gateway.stderr();
    assert.ok(!/canary/.test(shown));
    assert.equal(gateway.logs.some(({ event }) => event === 'instance-removed'), false);
  });

  test('a secret that no header can carry ends the start, and is named and not shown', async () => {
    const { code, stderr } = await failToStart({ config, env: { CRM_TEAM: 'canary\nx-evil: 1' } });
    assert.equal(code, 2);
    assert.match(stderr, /servers\.\w+\.upstream: secret CRM_TEAM is too long for a header, or has characters/);
    assert.ok(!stderr.includes('canary') && !stderr.includes('evil'));
  });
});
