/** B5 and the security headers: the gateway sets them on every answer, once, and a server has no say in them. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initialize, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { ask, dial, type Head } from '../../support/http.js';
import { serveHere, type Served } from '../../support/served.js';
import { answerAll, json, startUpstream, stream } from '../../support/upstreams.js';

const EXPECTED = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
/** What a server would rather say. */
const OTHERS = { ...Object.fromEntries(Object.keys(EXPECTED).map((name) => [name, 'sameorigin'])), 'X-Frame-Options': 'ALLOWALL', 'x-own': 'kept' };

describe('security headers', () => {
  let gateway: Served;
  before(async () => {
    const server = await startUpstream((received) => {
      const { method, message, response } = received;
      if (method === 'GET') return void stream(response, OTHERS).end(': end\n\n');
      if (message?.id === undefined) return answerAll(received);
      json(response, { jsonrpc: '2.0', id: message.id, result: {} }, OTHERS);
    });
    gateway = await serveHere(
      gatewayConfig({
        profile: 'local',
        gateway: { url: 'https://mcp.example.com', admin: {} },
        origins: { app: 'https://app.example.com' },
        servers: { search: { kind: 'http', instances: [{ url: server.url }], origins: ['app'] } },
      }),
    );
  });

  const holds = ({ headers, lines }: Pick<Head, 'headers' | 'lines'>, expected: object = EXPECTED): void => {
    assert.deepEqual(Object.fromEntries(Object.keys(EXPECTED).flatMap((name) => (name in headers ? [[name, headers[name]]] : []))), expected);
    for (const name of Object.keys(expected)) assert.equal(lines.filter((line) => line.toLowerCase().startsWith(`${name}:`)).length, 1, name);
  };

  const origin = { origin: 'https://app.example.com' };
  const ASKED: Readonly<Record<string, readonly [number, Parameters<typeof ask>[1]]>> = {
    'what a server answers': [200, { path: '/mcp/search', message: request('tools/list') }],
    'the same again': [200, { path: '/mcp/search', message: request('tools/list') }],
    'what a server answers to a page': [200, { path: '/mcp/search', headers: origin, message: initialize }],
    'a stream': [200, { method: 'GET', path: '/mcp/search', headers: { accept: 'text/event-stream' } }],
    'a refusal': [404, { method: 'GET', path: '/nothing' }],
    'a refused origin': [403, { path: '/mcp/search', headers: { origin: 'https://evil.example' }, message: initialize }],
    'a preflight': [204, { method: 'OPTIONS', path: '/mcp/search', headers: { ...origin, 'access-control-request-method': 'POST' } }],
    'the health': [200, { method: 'GET', path: '/health' }],
    'the health of servers': [200, { method: 'GET', path: '/health/servers' }],
    'an expectation that nobody fulfils': [417, { path: '/mcp/search', headers: { expect: 'more' }, message: initialize }],
  };
  for (const [what, [status, asked]] of Object.entries(ASKED)) {
    test(`stand on ${what}`, async () => {
      const answer = await ask(gateway.port, { ...asked, headers: { host: 'mcp.example.com', ...asked.headers } });
      assert.equal(answer.status, status);
      holds(answer);
      if (asked.headers?.['origin'] === origin.origin) assert.equal(answer.headers['access-control-allow-origin'], origin.origin);
      assert.equal(answer.headers['x-own'], status === 200 && asked.path === '/mcp/search' ? 'kept' : undefined);
    });
  }

  test('stand on what the parser refuses', async () => {
    const connection = await dial(gateway.port);
    connection.send('GET / HTTP/1.1\r\nbad header\r\n\r\n');
    const answer = await connection.answer();
    assert.equal(answer.status, 400);
    holds(answer);
  });

  test('stand on what operators are told, but for the one that speaks of TLS', async () => {
    const { 'strict-transport-security': _, ...expected } = EXPECTED;
    for (const path of ['/metrics', '/nothing']) holds(await ask(gateway.adminPort ?? 0, { method: 'GET', path }), expected);
  });

  test('A reload changes them at once, also on a connection that is known', async () => {
    const config = gatewayConfig({ gateway: { headers: { csp: false, frame: 'SAMEORIGIN', referrer: 'origin' } } });
    const other = await serveHere(gatewayConfig());
    const connection = await dial(other.port);
    const asked = 'POST /mcp/search HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
    connection.send(asked);
    assert.equal((await connection.answer()).headers['x-frame-options'], 'DENY');
    await other.use(config);
    connection.send(asked);
    const { headers } = await connection.answer();
    assert.deepEqual([headers['x-frame-options'], headers['content-security-policy'], headers['referrer-policy']], ['SAMEORIGIN', undefined, 'origin']);
    connection.close();
  });
});
