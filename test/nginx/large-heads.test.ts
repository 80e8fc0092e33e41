/** The largest head that the gateway makes passes nginx: a head that does not would be a 502 for a call that has run. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { FEATURES } from '#src/gateway/tables.js';
import { serve } from '#src/gateway/runtime/serve.js';
import { NGINXES, NO_NGINX } from './binaries.js';
import { widePlan } from './plans.js';
import { request, send } from './raw.js';
import { CALL, stand } from './stand.js';

/** What the gateway reads of a server's head at most. */
const LIMIT = 65_536;
/** The longest id of a server that still fits into a sealed one of 4096 bytes here. */
const SERVERS_OWN_ID = 'i'.repeat(2780);
const RESULT = JSON.stringify({
  jsonrpc: '2.0', id: 1, result: { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'large', version: '1' } },
});
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});

/** An answer whose head is as large as the gateway takes it, in headers that grow the most when the gateway writes them again. */
function answer(): string {
  const head = [
    'HTTP/1.1 200 OK', 'content-type:application/json', `content-length:${RESULT.length}`, `mcp-session-id:${SERVERS_OWN_ID}`, '',
  ].join('\r\n');
  return `${head}${'a:\r\n'.repeat(Math.floor((LIMIT - head.length - 4) / 4))}\r\n${RESULT}`;
}

describe('a head near the limit of the gateway', { skip: NO_NGINX }, () => {
  const server = createServer((socket) => socket.on('error', () => {}).on('data', () => socket.write(answer())));
  let gateway: Awaited<ReturnType<typeof serve>>;
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const tables = gatewayTables(widePlan());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    const pools = JSON.stringify(Object.fromEntries(tables.pools.map(([name]) => [name, [url]])));
    gateway = await serve(tables, FEATURES, { PORT: '0', SESSION_KEY: 'k'.repeat(48), MCPGEN_POOLS: pools }, () => {});
  });
  after(async () => {
    await gateway.stop();
    server.close();
  });

  for (const nginx of NGINXES) {
    it(`field-37 nginx ${nginx.version}: passes, with a sealed id of nearly 4 kB`, async (t) => {
      const edge = await stand(nginx, gateway.port);
      t.after(() => edge.close());
      const headers = { ...CALL, Host: 'acme.acme.test', Accept: 'application/json, text/event-stream' };
      const { status, headers: returned, body } = await send(edge.port, request('POST', '/mcp/search', headers, INITIALIZE));
      assert.deepEqual([status, body], [200, RESULT], edge.errors());
      const length = returned['mcp-session-id']?.length ?? 0;
      assert.ok(length > 3900 && length <= 4096, `an id of ${length} bytes`);
    });
  }
});
