/** TLS to a server by certificates of one's own: a private authority, a certificate of the gateway's, what goes wrong with them, and their rotation. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { authority, NO_OPENSSL, type Authority, type Certificate } from '../../support/certificates.js';
import { request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { failToStart, startGateway, temporaryFolder, type RunningGateway } from '../../support/gateway.js';
import { ask, until, type HttpAnswer } from '../../support/http.js';

describe('certificates to a server', { skip: NO_OPENSSL }, () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  let ours: Authority;
  let another: Authority;
  let client: Certificate;
  let server: Server;
  let gateway: RunningGateway;
  /** Who showed itself, by connection. */
  const seen = new Map<TLSSocket, string>();
  const subjects = (): string[] => [...seen.values()];
  const tls = { ca: { secret: 'CA' }, cert: { secret: 'CERT' }, key: { secret: 'CERT_KEY' } };
  const http = (more = {}) => ({ kind: 'http', instances: [{ url: 'https://127.0.0.1:9/mcp' }], ...more });
  const config = gatewayConfig({
    servers: {
      mutual: http({ upstream: { tls } }),
      probed: http({ upstream: { tls }, health: { path: '/health', every: '1s' } }),
      trusting: http({ upstream: { tls: { ca: { secret: 'CA' } } } }),
      misnamed: http({ upstream: { tls } }),
      doubting: http({ upstream: { tls: { ...tls, ca: { secret: 'OTHER_CA' } } } }),
      plain: http(),
    },
  });
  const give = (name: string, text: string): void => writeFileSync(at(name), text);
  const files = { CA_FILE: at('ca'), CERT_FILE: at('cert'), CERT_KEY_FILE: at('key'), OTHER_CA_FILE: at('other') };

  before(async () => {
    ours = authority('ours');
    another = authority('another');
    client = ours.issue('gateway-1', 'DNS:gateway');
    const own = ours.issue('crm', 'DNS:localhost');
    const options = { ...own, ca: ours.cert, requestCert: true, rejectUnauthorized: true };
    server = createServer(options, (incoming, response) => {
      const socket = incoming.socket as TLSSocket;
      if (incoming.url === '/mcp' && !seen.has(socket)) seen.set(socket, String(socket.getPeerCertificate().subject?.CN));
      incoming.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
    });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    give('ca', ours.cert);
    give('cert', client.cert);
    give('key', client.key);
    give('other', another.cert);
    const named = `https://localhost:${port}/mcp`;
    gateway = await startGateway({
      config,
      env: files,
      pools: { mutual: [named], probed: [named], trusting: [named], misnamed: [`https://127.0.0.1:${port}/mcp`], doubting: [named], plain: [named] },
    });
  });
  after(() => server?.close().closeAllConnections());

  const call = (name: string): Promise<HttpAnswer> => ask(gateway.port, { path: `/mcp/${name}`, message: request('tools/list') });
  const reason = ({ status, text }: HttpAnswer): unknown[] => [status, (JSON.parse(text) as ErrorBody).error.data.reason];
  const cause = async (name: string): Promise<readonly unknown[]> => {
    const { code, blame } = await gateway.waitFor('upstream-failed', (line) => line['server'] === name);
    return [code, blame];
  };

  test('of a private authority are believed, the gateway shows its own, and connections are used again', async () => {
    for (let i = 0; i < 3; i++) assert.equal((await call('mutual')).text, '{}');
    assert.ok(subjects().length >= 1 && subjects().every((subject) => subject === 'gateway-1'), subjects().join());
    const before = seen.size;
    await call('mutual');
    assert.equal(seen.size, before);
  });

  test('probes show it too', async () => {
    const health = async () => JSON.parse((await gateway.admin('/config')).text) as { pools: { server: string; instances: { up: boolean }[] }[] };
    await until('a probe of it', async () => (await health()).pools.some(({ server, instances }) => server === 'probed' && instances.every(({ up }) => up)));
    assert.ok(!gateway.logs.some(({ event, server }) => event === 'instance-down' && server === 'probed'));
  });

  test('names are checked all the same', async () => {
    assert.deepEqual(reason(await call('misnamed')), [503, 'no-instance']);
    assert.deepEqual(await cause('misnamed'), ['ERR_TLS_CERT_ALTNAME_INVALID', 'server']);
  });

  test('one of another authority is not believed, and one of the system’s does not know ours', async () => {
    for (const name of ['doubting', 'plain']) {
      assert.deepEqual(reason(await call(name)), [503, 'no-instance']);
      const [code, blame] = await cause(name);
      assert.match(String(code), /UNABLE_TO|SELF_SIGNED|CERT/, name);
      assert.equal(blame, 'server');
    }
  });

  test('a server that misses a certificate of ours is said to, and the config is to blame', async () => {
    const [status] = reason(await call('trusting'));
    assert.ok(status === 502 || status === 503, String(status));
    const [code, blame] = await cause('trusting');
    assert.match(String(code), /CERTIFICATE|HANDSHAKE/);
    assert.equal(blame, 'config');
  });

  test('change with a reload: whatever is opened from then on is made with the new ones', async () => {
    const next = ours.issue('gateway-2', 'DNS:gateway');
    give('cert', next.cert);
    give('key', next.key);
    await call('mutual');
    assert.equal((await gateway.sighup(config))['event'], 'reloaded');
    await call('mutual');
    assert.equal(subjects().at(-1), 'gateway-2', 'a kept connection of the old one is not used again');
    await until('a reload that leaves connections as they were, because it leaves the certificates so', async () => {
      await call('mutual');
      const { size } = seen;
      assert.equal((await gateway.sighup(config))['event'], 'reloaded');
      await call('mutual');
      return seen.size === size;
    });
  });

  test('a reload with ones that cannot be read, or do not belong together, changes nothing', async () => {
    for (const [name, text, wrong] of [
      ['ca', 'canary', /servers\.\w+\.upstream\.tls\.ca: secret CA is no certificate in PEM/],
      ['cert', '-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----', /tls\.cert: secret CERT is no certificate in PEM/],
      ['key', 'canary', /tls\.key: secret CERT_KEY is no private key in PEM/],
      ['key', client.key, /tls: secret CERT_KEY is not the key of secret CERT/],
    ] as const) {
      give('ca', ours.cert);
      const before = ours.issue('gateway-3', 'DNS:gateway');
      give('cert', before.cert);
      give('key', before.key);
      give(name, text);
      const line = await gateway.sighup(config);
      assert.equal(line['event'], 'reload-failed', name);
      assert.match(String(line['error']), wrong);
      assert.ok(!JSON.stringify(line).includes('canary'));
      assert.equal((await call('mutual')).status, 200);
      const { code, stderr } = await failToStart({ config, env: files });
      assert.equal(code, 2);
      assert.match(stderr, wrong);
      assert.ok(!stderr.includes('canary') && !stderr.includes('PRIVATE'));
    }
  });
});
