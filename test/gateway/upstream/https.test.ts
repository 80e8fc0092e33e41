/** Instances behind TLS: named in the handshake, believed only with a certificate for that name. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, type HttpAnswer } from '../../support/http.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'mcpgen-https-'));
const CERTIFICATE = join(FOLDER, 'certificate.pem');
const KEY = join(FOLDER, 'key.pem');
const NAMES = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
const MADE = spawnSync('openssl', [
  'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', ...NAMES, '-keyout', KEY, '-out', CERTIFICATE,
]);

describe('TLS to an instance', { skip: MADE.status === 0 ? false : 'no openssl here to make a certificate' }, () => {
  const large = 'x'.repeat(3_000_000);
  const sockets = new Set<TLSSocket>();
  const names: unknown[] = [];
  let server: Server;
  let port = 0;
  let trusting: RunningGateway;
  let doubting: RunningGateway;

  before(async () => {
    server = createServer({ key: readFileSync(KEY), cert: readFileSync(CERTIFICATE) }, (incoming, response) => {
      const socket = incoming.socket as TLSSocket;
      if (!sockets.has(socket)) names.push(socket.servername);
      sockets.add(socket);
      incoming.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' });
        // One at once, the other in pieces.
        if (incoming.url === '/large') response.write(large);
        response.end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    const instances = [{ url: 'http://127.0.0.1:9/mcp' }];
    const options = {
      config: gatewayConfig({ servers: { named: { kind: 'http', instances }, address: { kind: 'http', instances }, large: { kind: 'http', instances } } }),
      pools: { named: [`https://localhost:${port}/mcp`], address: [`https://127.0.0.1:${port}/mcp`], large: [`https://localhost:${port}/large`] },
    };
    trusting = await startGateway({ ...options, env: { NODE_EXTRA_CA_CERTS: CERTIFICATE } });
    doubting = await startGateway(options);
  });
  after(() => {
    server.close().closeAllConnections();
    rmSync(FOLDER, { recursive: true });
  });

  const call = (gateway: RunningGateway, path: string): Promise<HttpAnswer> => ask(gateway.port, { path: `/mcp/${path}`, message: request('tools/list') });
  const reason = ({ status, text }: HttpAnswer): unknown[] => [status, (JSON.parse(text) as ErrorBody).error.data.reason];

  test('names it, and uses the connection again', async () => {
    for (let i = 0; i < 3; i++) assert.deepEqual([(await call(trusting, 'named')).text], ['{}']);
    assert.deepEqual([...names], ['localhost']);
  });

  test('large answers come whole', async () => {
    const { text, complete } = await call(trusting, 'large');
    assert.ok(complete && text === `${large}{}`, `${text.length} bytes`);
  });

  test('a certificate for another name is refused', async () => {
    const before = sockets.size;
    assert.deepEqual(reason(await call(trusting, 'address')), [503, 'no-instance']);
    assert.equal(sockets.size, before, 'no request was sent');
  });

  test('a certificate of nobody’s is refused', async () => {
    assert.deepEqual(reason(await call(doubting, 'named')), [503, 'no-instance']);
  });
});
