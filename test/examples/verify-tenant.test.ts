/** The verifier of signed tenants, in a server behind a real gateway: it believes what the gateway signs, and nothing else. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { before, describe, test } from 'node:test';
import { modern, modernHeaders, request } from '../support/gateway-messages.js';
import { gatewayConfig } from '../support/gateway-tables.js';
import { as, client, secretValue, startGateway, type RunningGateway } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { answerAll, startUpstream, type FakeUpstream } from '../support/upstreams.js';

interface Verifier {
  verifyTenant(request: { readonly rawHeaders: readonly string[] }, options: { prefix: string; secrets: readonly string[]; now?: () => number }): string | null;
}
const SECRET = secretValue('ACME_SIGNS');
const options = { prefix: 'X-TB-', secrets: [SECRET] };
const server = (more = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...more });

describe('examples/verify-tenant', () => {
  let verify: Verifier['verifyTenant'];
  let upstream: FakeUpstream;
  let legacy: FakeUpstream;
  let gateway: RunningGateway;

  before(async () => {
    const module = pathToFileURL(join(process.cwd(), 'examples', 'verify-tenant', 'verify-tenant.js')).href;
    ({ verifyTenant: verify } = (await import(module)) as Verifier);
    upstream = await startUpstream();
    legacy = await startUpstream();
    gateway = await startGateway({
      config: gatewayConfig({
        auth: { clients: { acme: client('acme'), beta: client('beta') } },
        tenants: {
          acme: {
            ...{ match: { client: 'acme' }, servers: '*' },
            forward: { signed: { prefix: 'X-TB-', secret: { secret: 'ACME_SIGNS' } }, headers: { 'X-Acme-Client': { fact: 'client' }, 'X-Acme-Plan': 'gold' } },
          },
          beta: { match: { client: 'beta' }, servers: '*' },
        },
        servers: { search: server(), legacy: server({ revision: 'legacy', transform: { request: { pass: ['X-TB-Tenant-ID'] } } }) },
        gateway: { admin: {}, limits: { perAddress: '100000/s' }, sessionKeys: [{ secret: 'K_SESSION' }] },
      }),
      pools: { search: [upstream.url], legacy: [legacy.url] },
    });
  });

  const post = (who: string, headers: Readonly<Record<string, string>> = {}, path = '/mcp/search') =>
    ask(gateway.port, { path, message: request('tools/list'), headers: { ...as(who), ...headers } });
  const last = (of = upstream) => of.received.at(-1) ?? assert.fail();

  test('believes the gateway, on a connection that is used again too', async () => {
    for (let i = 0; i < 3; i++) {
      assert.equal((await post('acme')).status, 200);
      assert.equal(verify(last(), options), 'acme');
      assert.deepEqual([last().headers['x-acme-client'], last().headers['x-acme-plan']], ['acme', 'gold']);
    }
  });

  test('whatever a caller says under the prefix is not there, in any spelling, and for tenants that nobody signs too', async () => {
    const at = Date.now();
    const forged = { 'X-TB-Tenant-ID': 'beta', 'X-TB-Timestamp': `${at}`, 'X-TB-Signature': 'f'.repeat(64), 'X_TB_Tenant_ID': 'beta', 'x-tb_other': 'beta' };
    for (const spoofed of [forged, { ...forged, 'X-Acme-Client': 'beta', 'X_Acme_Client': 'beta', 'x-acme-plan': 'beta' }]) {
      for (const path of ['/mcp/search', '/mcp/legacy']) {
        const of = path === '/mcp/search' ? upstream : legacy;
        assert.equal((await post('acme', spoofed, path)).status, 200);
        assert.equal(verify(last(of), options), 'acme', path);
        assert.ok(!last(of).rawHeaders.includes('beta'), path);
        assert.equal((await post('beta', spoofed, path)).status, 200);
        assert.equal(verify(last(of), options), null, path);
        assert.ok(!last(of).rawHeaders.includes('beta') && !last(of).rawHeaders.some((text) => /^x[-_](?:tb|acme)/i.test(text)), path);
      }
    }
  });

  test('what the bridge says for a caller is signed as well: its introduction, and the end of it', async () => {
    const since = legacy.received.length;
    legacy.behave = (one) => {
      if (one.message?.method !== 'initialize') return answerAll(one);
      const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } };
      const json = { 'content-type': 'application/json', 'mcp-session-id': 'one' };
      return void one.response.writeHead(200, json).end(JSON.stringify({ jsonrpc: '2.0', id: one.message.id, result }));
    };
    await ask(gateway.port, { path: '/mcp/legacy', message: modern('tools/list'), headers: { ...as('acme'), ...modernHeaders('tools/list') } });
    await gateway.stop();
    const sent = legacy.received.slice(since);
    assert.deepEqual(sent.map(({ method, message }) => message?.method ?? method), ['initialize', 'notifications/initialized', 'tools/list', 'DELETE']);
    for (const one of sent) assert.equal(verify(one, options), 'acme', one.message?.method ?? one.method);
  });

  describe('believes nothing else', () => {
    const AT = 1_700_000_000_000;
    const sign = (tenant: string, at: number | string, secret = SECRET): string => createHmac('sha256', secret).update(`${tenant}:${at}`).digest('hex');
    const raw = (tenant: string, at: number | string, signature: string) => ['X-TB-Tenant-ID', tenant, 'X-TB-Timestamp', `${at}`, 'X-TB-Signature', signature];
    const judge = (rawHeaders: string[], more = {}) => verify({ rawHeaders }, { ...options, now: () => AT, ...more });
    const good = raw('acme', AT, sign('acme', AT));

    test('takes what is signed, for five minutes either way, by any secret that is good', () => {
      assert.equal(judge(good), 'acme');
      for (const off of [-300_000, 300_000]) assert.equal(judge(good, { now: () => AT + off }), 'acme');
      assert.equal(judge(good, { secrets: ['x'.repeat(32), SECRET] }), 'acme');
      assert.equal(judge(good.map((text, i) => (i % 2 ? text : text.toLowerCase()))), 'acme');
    });

    test('refuses the rest', () => {
      for (const [why, headers, more] of [
        ['too old', good, { now: () => AT + 300_001 }],
        ['of the future', good, { now: () => AT - 300_001 }],
        ['by another secret', raw('acme', AT, sign('acme', AT, 'y'.repeat(32)))],
        ['by no secret', raw('acme', AT, sign('acme', AT, '')), { secrets: ['', undefined] }],
        ['of another tenant', raw('beta', AT, sign('acme', AT))],
        ['of another time', raw('acme', AT + 1, sign('acme', AT))],
        ['in capitals', raw('acme', AT, sign('acme', AT).toUpperCase())],
        ['cut', raw('acme', AT, sign('acme', AT).slice(1))],
        ['a time that is none', raw('acme', 'NaN', sign('acme', 'NaN'))],
        ['a time with a sign', raw('acme', `+${AT}`, sign('acme', `+${AT}`))],
        ['nothing', []],
        ['a part', good.slice(0, 4)],
        ['repeated', [...good, 'X-TB-Tenant-ID', 'acme']],
        ['repeated in another spelling', [...good, 'X_TB_Tenant_ID', 'beta']],
        ['spelled with underscores', good.map((text, i) => (i % 2 ? text : text.replaceAll('-', '_')))],
        ['an empty tenant', raw('', AT, sign('', AT))],
      ] as const) {
        assert.equal(judge([...headers], more), null, why);
      }
    });
  });
});
