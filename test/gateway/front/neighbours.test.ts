/** What an attack on the merged gateway found: callers hold nothing longer than they may, and take nothing from others. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { createSealer } from '#src/gateway/runtime/identity/session.js';
import { as, client, secretValue, startGateway, type RunningGateway } from '../../support/gateway.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { initialize, request } from '../../support/gateway-messages.js';
import { ask, dial, until } from '../../support/http.js';
import { startUpstream, stream } from '../../support/upstreams.js';

const running: (() => Promise<unknown>)[] = [];
after(() => Promise.all(running.map((stop) => stop())));

async function started(options: Parameters<typeof startGateway>[0]): Promise<RunningGateway> {
  const gateway = await startGateway(options);
  running.push(() => gateway.stop());
  return gateway;
}

const json = { 'content-type': 'application/json' };
const reply = (id: unknown, result: unknown = {}): string => JSON.stringify({ jsonrpc: '2.0', id, result });

describe('field-30 a client that leaves', () => {
  test('gives back its stream at once, though it has sent a body that nobody reads', async () => {
    let left = 0;
    const upstream = await startUpstream(({ response, abandoned }) => {
      void abandoned.then(() => left++);
      stream(response).write(': open\n\n');
    });
      const gateway = await started({ config: gatewayConfig({ servers: { search: { kind: 'http', instances: [{ url: upstream.url }] } } }) });
    const head = 'GET /mcp/search HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\ncontent-length: 100000\r\n\r\n';
    const connections = await Promise.all([dial(gateway.port), dial(gateway.port)]);
    for (const connection of connections) {
      connection.send(head + 'x'.repeat(100_000));
      assert.equal((await connection.head()).status, 200);
    }
    for (const connection of connections) connection.close();
    await until('its server is told', () => left === 2);
    await until('its place is free', async () => (await gateway.metrics()).get('mcpgen_streams_open') === 0);
  });
});

test('field-07 a reload ends the session that stands in place of a lost one', async () => {
  const open = new Set<unknown>();
  let last = 0;
  const upstream = await startUpstream(({ message, method, headers, response }) => {
    const id = headers['mcp-session-id'];
    if (message?.method === 'initialize') {
      open.add(`s${++last}`);
      return void response.writeHead(200, { ...json, 'mcp-session-id': `s${last}` }).end(reply(message.id, { protocolVersion: '2025-11-25' }));
    }
    if (!open.has(id)) return void response.writeHead(404, json).end('{}');
    if (method === 'DELETE') open.delete(id);
    if (message?.id === undefined) return void response.writeHead(202).end();
    response.writeHead(200, json).end(reply(message.id));
  });
  const config = (...clients: readonly string[]) =>
    gatewayConfig({
      servers: { search: { kind: 'http', instances: [{ url: upstream.url }], sessionLoss: 'reinitialise' } },
      auth: { clients: Object.fromEntries(clients.map((name) => [name, client(name)])) },
      tenants: Object.fromEntries(clients.map((name) => [name, { match: { client: name }, servers: ['search'] }])),
    });
  const gateway = await started({ config: config('acme', 'globex') });
  const opened = await ask(gateway.port, { path: '/mcp/search', headers: as('globex'), message: initialize });
  open.clear();
  const headers = { ...as('globex'), 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' };
  assert.equal((await ask(gateway.port, { path: '/mcp/search', headers, message: request('tools/list') })).status, 200);
  assert.deepEqual([...open], ['s2']);
  assert.equal((await gateway.sighup(config('acme')))['event'], 'reloaded');
  await until('nothing is open at the server', () => open.size === 0);
});

test('field-35 a message that another replica vouches for is good once, also where a reload comes before its body', async () => {
  const upstream = await startUpstream(({ message, response }) => {
    if (message?.id === undefined) return void response.writeHead(202).end();
    response.writeHead(200, json).end(reply(message.id));
  });
  const config = (streams: number) =>
    gatewayConfig({
      gateway: { replicas: 2, revisions: ['2024-11-05', '2025-11-25'], sessionKeys: [{ secret: 'SESSION_KEY' }], limits: { streams } },
      servers: { fake: { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] } },
      auth: { clients: { acme: client('acme') } },
      tenants: { acme: { match: { client: 'acme' }, servers: '*' } },
    });
  const gateway = await started({ config: config(100), pools: { fake: [upstream.url] } });
  const listener = await dial(gateway.port);
  listener.send(`GET /mcp/fake/sse HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nauthorization: ${as('acme').authorization}\r\n\r\n`);
  await listener.head();
  const endpoint = /data: (\S+)/.exec((await listener.body((text) => /sessionId=[^\n]*\n\n/.test(text))).text)?.[1] ?? '';
  const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
  const body = JSON.stringify(request('tools/list'));
  const leg = { server: 'fake', instance: '', upstreamId: `${digest(endpoint.split('sessionId=')[1] ?? '')} ${digest(body)}` };
  const acme = { principal: 'client:acme', caller: { kind: 'client', client: 'acme', permissions: [] } } as const;
  const session = { transport: 'relay', tenant: 'acme', ...acme, issuedAt: Date.now(), init: null, legs: [leg] } as const;
  const proof = createSealer([secretValue('SESSION_KEY')], 1e9, Date.now).seal(session);
  const lines = [`POST ${endpoint} HTTP/1.1`, 'host: localhost', 'content-type: application/json', `mcpgen-relay: ${proof}`, `content-length: ${body.length}`];
  const head = `${lines.join('\r\n')}\r\n\r\n`;
  const late = await dial(gateway.port);
  late.send(head + body.slice(0, 10));
  await until('its head is judged', async () => ((await gateway.metrics()).get('mcpgen_body_bytes') ?? 0) > 0);
  assert.equal((await gateway.sighup(config(101)))['event'], 'reloaded');
  late.send(body.slice(10));
  assert.equal((await late.answer()).status, 202);
  const again = await dial(gateway.port);
  again.send(head + body);
  assert.equal((await again.answer()).status, 401);
  for (const connection of [listener, late, again]) connection.close();
});
