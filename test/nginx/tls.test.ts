/** TLS at nginx: an unknown name gets no handshake, the rows decide about an unknown Host, and plain HTTP is redirected to HTTPS. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { nginxModel } from '#src/emit/nginx/model.js';
import { word } from '#src/emit/nginx/tokens.js';
import type { Item, NginxDocument } from '#src/emit/nginx/types.js';
import { freePort, NGINXES, NO_NGINX, start, writeDocument, type Nginx, type Running } from './binaries.js';
import { untenanted, widePlan } from './plans.js';
import { get, request, send } from './raw.js';
import { stub, type Stub } from './stand.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'mcpgen-tls-'));
const TLS = { certificate: join(FOLDER, 'cert;{file}.pem'), key: join(FOLDER, 'key.pem') };
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', TLS.key];
const MADE = spawnSync('openssl', ['req', '-x509', ...KEY, '-days', '2', '-subj', '/CN=mcp.acme.test', '-out', TLS.certificate]);
const SKIP = NO_NGINX || (MADE.status === 0 ? false : 'no openssl here to make a certificate');

describe('TLS at nginx', { skip: SKIP }, () => {
  let gateway: Stub;
  before(async () => void (gateway = await stub()));
  after(() => {
    gateway.close();
    rmSync(FOLDER, { recursive: true });
  });

  for (const nginx of NGINXES) {
    describe(`nginx ${nginx.version}`, () => {
      let edge: Running & { readonly https: number; readonly http: number };
      before(async () => void (edge = await secureStand(nginx, gateway.port)));
      after(() => edge.close());

      const over = (servername: string) => ({
        socket: (): TLSSocket => connect({ port: edge.https, host: '127.0.0.1', servername, rejectUnauthorized: false }),
      });

      it('refuses the handshake for a name that is not ours', async () => {
        const socket = over('nobody.test').socket();
        const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
        assert.match(String(error.code), /UNRECOGNIZED_NAME/);
      });

      it('answers the rows to a Host that the handshake did not name', async () => {
        const ask = async (path: string, host: string): Promise<number> => (await send(edge.https, get(path, { Host: host }), over('mcp.acme.test'))).status;
        assert.deepEqual(
          [
            await ask('/mcp/search', 'mcp.acme.test'),
            await ask('/mcp/search', 'nobody.test'),
            await ask('/mcp//search', 'nobody.test'),
            await ask('/health', 'nobody.test'),
            await ask('/nowhere', 'acme.acme.test'),
          ],
          [200, 421, 404, 200, 404],
        );
        const { body } = await send(edge.https, get('/mcp/search', { Host: 'nobody.test' }), over('mcp.acme.test'));
        assert.equal((JSON.parse(body) as { error: { data: { reason: string } } }).error.data.reason, 'unknown-host');
      });

      it('speaks HTTP/2, by the same rows', async (t) => {
        const session = connectHttp2(`https://127.0.0.1:${edge.https}`, { servername: 'mcp.acme.test', rejectUnauthorized: false });
        t.after(() => session.destroy());
        const status = async (path: string, authority: string, more = {}): Promise<unknown> => {
          const stream = session.request({ ':path': path, ':authority': authority, ...more });
          const [headers] = (await once(stream.resume(), 'response')) as [Record<string, unknown>];
          return headers[':status'];
        };
        assert.deepEqual(
          [
            await status('/mcp/search', 'mcp.acme.test:443'),
            await status('/mcp/search', 'nobody.test'),
            await status('/mcp/Search', 'mcp.acme.test'),
            await status('/mcp/%73earch', 'mcp.acme.test'),
            await status('/mcp/search', 'mcp.acme.test', { origin: 'https://evil.test' }),
            await status('/mcp/search', 'mcp.acme.test', { ':method': 'PUT' }),
          ],
          [200, 421, 404, 404, 403, 405],
        );
        assert.equal(gateway.seen.at(-1)?.headers['x-forwarded-proto'], 'https');
      });

      it('leads plain HTTP to HTTPS on the same host, and nobody else', async () => {
        const moved = await send(edge.http, request('POST', '/mcp/search?a=b', { Host: 'ACME.acme.test:80' }));
        assert.deepEqual([moved.status, moved.headers['location']], [308, 'https://ACME.acme.test/mcp/search?a=b']);
        assert.equal((await send(edge.http, get('/mcp/search', { Host: 'nobody.test' }))).status, 421);
        assert.equal((await send(edge.https, get('/mcp/search', { Host: 'mcp.acme.test' }))).status, 400, 'plain HTTP on the HTTPS port');
      });
    });
  }
});

/** Puts ports that the system chose in the place of 443 and 80. */
async function secureStand(nginx: Nginx, gateway: number): Promise<Running & { https: number; http: number }> {
  const [https, http] = [await freePort(), await freePort()];
  const plan = widePlan(untenanted({ tls: { at: 'nginx', ...TLS } }), { gateway, nginx: 443, version: nginx.version });
  const ports: Readonly<Record<string, number>> = { 443: https, 80: http };
  const running = await start(nginx, writeDocument(listenOn(nginxModel(plan), ports)), https);
  return { ...running, https, http };
}

function listenOn({ files }: NginxDocument, ports: Readonly<Record<string, number>>): NginxDocument {
  const edit = (items: readonly Item[]): readonly Item[] =>
    items.map((item) => {
      if (item.kind !== 'directive') return item;
      const [first, ...rest] = item.args;
      if (item.name === 'listen' && first) return { ...item, args: [word(first.value.replace(/\d+$/, (port) => String(ports[port]))), ...rest] };
      return item.block ? { ...item, block: edit(item.block) } : item;
    });
  return { files: files.map((file) => ({ ...file, items: edit(file.items) })) };
}
