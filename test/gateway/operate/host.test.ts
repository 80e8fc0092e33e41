import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { after, test } from 'node:test';
import { once } from 'node:events';
import { runHost, startHost, type Host } from '#src/gateway/runtime/operate/host.js';
import type { Upstream } from '#src/gateway/runtime/upstream/upstream.js';
import { CodedError } from '#src/gateway/runtime/wire/cause.js';
import { UpstreamFault } from '#src/gateway/runtime/wire/fault.js';
import type { GatewayTables } from '#src/gateway/runtime/tables/gateway.js';
import { join } from 'node:path';
import { gatewayConfig, tablesOf } from '../../support/gateway-tables.js';
import { dial, requestBytes, until } from '../../support/http.js';
import { call, CHILDREN, INITIALIZE, open, request, start, type Json } from '../stdio/support.js';

async function host(upstream: Upstream): Promise<{ host: Host; url: string; logs: Json[] }> {
  const logs: Json[] = [];
  const log = (level: string, event: string, fields: Json = {}): void => void logs.push({ level, event, ...fields });
  const host = await startHost({ upstream, server: 'files', host: '127.0.0.1', port: 0, path: '/mcp', bodyLimit: 10_000, log });
  after(() => host.close(0));
  return { host, url: `http://127.0.0.1:${host.port}`, logs };
}

const broken = (fault: Error): Upstream => ({ send: () => Promise.reject(fault), async close() {} });
const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const get = async (url: string, session: string): Promise<IncomingMessage> => {
  const [response] = await once(httpRequest(url, { headers: { 'mcp-session-id': session, accept: 'text/event-stream' } }).end(), 'response');
  return response;
};

test('health is answered, and nothing else beside the path', async () => {
  const { url } = await host(broken(new Error('not asked')));
  for (const path of ['/health', '/health/live', '/health/ready?x=1']) {
    const response = await fetch(url + path);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { status: 'ok' });
  }
  for (const path of ['/', '/mcp/', '/MCP', '/mcp/x', '/healthy', '//mcp']) {
    const response = await fetch(url + path, post(INITIALIZE));
    assert.equal(response.status, 404, path);
    assert.equal(((await response.json()) as Json)['error'].code, 404);
  }
});

test('methods and bodies have limits', async () => {
  const { url } = await host(start().upstream);
  for (const method of ['PUT', 'PATCH', 'OPTIONS', 'HEAD']) {
    const response = await fetch(`${url}/mcp`, { method });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST, GET, DELETE');
  }
  const large = await fetch(`${url}/mcp`, post('x'.repeat(10_001)));
  assert.equal(large.status, 413);
  assert.equal(((await large.json()) as Json)['jsonrpc'], '2.0');
  assert.equal((await fetch(`${url}/mcp`, post('x'.repeat(10_000)))).status, 400);
});

test('faults become JSON-RPC errors with the id of the request', async () => {
  for (const [fault, status] of [
    [new UpstreamFault('full'), 503],
    [new UpstreamFault('refused'), 503],
    [new UpstreamFault('sent'), 502],
    [new Error('a bug'), 502],
  ] as const) {
    const { url, logs } = await host(broken(fault));
    const response = await fetch(`${url}/mcp`, post(request('echo', {}, 'me')));
    assert.equal(response.status, status);
    assert.equal(response.headers.get('retry-after'), status === 503 ? '1' : null);
    assert.equal(((await response.json()) as Json)['id'], 'me');
    assert.equal(logs.length, 1);
  }
});

test('field-15d a failure says why in the log, by the name that its client is told, and only a lack of room is one', async () => {
  const notStarted = new UpstreamFault('refused', new CodedError('NOT_STARTED', 'its command cannot be started: see child-not-started'));
  for (const [fault, status, reason, code] of [
    [notStarted, 503, 'no-instance', 'NOT_STARTED'],
    [new UpstreamFault('full'), 503, 'instance-full', 'FULL'],
    [new UpstreamFault('timeout'), 504, 'upstream-timeout', 'NO_ANSWER'],
    [new UpstreamFault('sent'), 502, 'upstream-lost', 'CLOSED'],
  ] as const) {
    const { url, logs } = await host(broken(fault));
    const init = post(request('echo', {}, 'me'));
    const response = await fetch(`${url}/mcp`, { ...init, headers: { ...init.headers, 'x-request-id': 'request-1' } });
    const { error } = (await response.json()) as Json;
    assert.deepEqual([response.status, error.data], [status, { reason, requestId: 'request-1' }]);
    const { event, server, code: said, cause, blame, request_id } = logs[0] ?? {};
    assert.deepEqual([event, server, said, request_id], ['upstream-failed', 'files', code, 'request-1']);
    assert.ok(cause && blame);
  }
});

test('field-15d a call that its child leaves unanswered is in the log of the host, answered as JSON or on a stream', async () => {
  for (const accept of ['application/json', 'application/json, text/event-stream']) {
    const { upstream } = start();
    const { url, logs } = await host(upstream);
    const headers = { 'content-type': 'application/json', accept, 'mcp-session-id': await open(upstream), 'x-request-id': 'request-2' };
    const text = await (await fetch(`${url}/mcp`, { ...post(request('exit')), headers })).text();
    assert.match(text, /"data":\{"reason":"upstream-lost","requestId":"request-2"\}/);
    const isSaid = ({ event, code, request_id }: Json): boolean => event === 'upstream-failed' && code === 'CHILD_EXITED' && request_id === 'request-2';
    await until('it is said', () => logs.some(isSaid));
  }
});

test('accepted messages have neither body nor type', async () => {
  const { upstream } = start();
  const { url } = await host(upstream);
  const session = await open(upstream);
  const init = post({ jsonrpc: '2.0', method: 'notifications/x' });
  const response = await fetch(`${url}/mcp`, { ...init, headers: { ...init.headers, 'mcp-session-id': session } });
  assert.equal(response.status, 202);
  assert.equal(response.headers.get('content-type'), null);
  assert.equal(response.headers.get('content-length'), '0');
  assert.equal(await response.text(), '');
});

test('a client that leaves frees its stream', async () => {
  const { upstream } = start();
  const { url } = await host(upstream);
  const session = await open(upstream);
  const first = await get(`${url}/mcp`, session);
  assert.equal(first.statusCode, 200);
  const second = await get(`${url}/mcp`, session);
  assert.equal(second.statusCode, 409);
  second.resume();
  first.destroy();
  for (;;) {
    const again = await get(`${url}/mcp`, session);
    again.destroy();
    if (again.statusCode === 200) break;
  }
});

test('close ends standing streams and finishes calls', async () => {
  const { upstream } = start();
  const { host: running, url } = await host(upstream);
  const session = await open(upstream);
  const standing = await get(`${url}/mcp`, session);
  const headers = { ...(post('').headers as Record<string, string>), 'mcp-session-id': session };
  const held = await fetch(`${url}/mcp`, { ...post(request('hold', {}, 'h')), headers });
  const closed = running.close(5000);
  standing.resume();
  await once(standing, 'end');
  await assert.rejects(fetch(`${url}/health`));
  await call(upstream, session, 'release');
  assert.match(await held.text(), /"held":true/);
  await closed;
});

test('close waits no longer than told', async () => {
  const { upstream } = start();
  const { host: running, url } = await host(upstream);
  const session = await open(upstream);
  const headers = { ...(post('').headers as Record<string, string>), 'mcp-session-id': session };
  const hanging = await fetch(`${url}/mcp`, { ...post(request('hang')), headers });
  await running.close(50);
  await assert.rejects(hanging.text());
});

test('field-01 a connection that has come and not asked yet is answered while the host ends', async () => {
  const { host: running } = await host(broken(new Error('not asked')));
  const [silent, kept] = [await dial(running.port), await dial(running.port)];
  kept.send(requestBytes({ path: '/health' }));
  assert.equal((await kept.answer()).status, 200);
  const closed = running.close(10_000);
  assert.equal(await kept.ended, 'fin');
  silent.send(requestBytes({ path: '/health' }));
  const { status, headers } = await silent.answer();
  assert.deepEqual([status, headers['connection']], [200, 'close']);
  await closed;
});

const at = (url: string, headers: Record<string, string>, body = JSON.stringify(INITIALIZE)): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json', ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject).end(body);
  });

test('field-32 on loopback a page that rebinds DNS is refused, and so are other origins and other types of body', async () => {
  const { upstream } = start();
  const { url, logs } = await host(upstream);
  for (const name of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1']) {
    assert.equal(await at(`${url}/mcp`, { host: name }), 421, name);
    assert.equal(await at(`${url}/health`, { host: name }), 421, name);
  }
  for (const name of ['localhost', 'LOCALHOST:1', '127.0.0.1:8000', '[::1]:8000']) assert.equal(await at(`${url}/mcp`, { host: name }), 200, name);
  for (const origin of ['https://evil.example', 'null', 'http://localhost:3000', '']) assert.equal(await at(`${url}/mcp`, { origin }), 403, origin);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/plain;application/json', '']) {
    assert.equal(await at(`${url}/mcp`, { 'content-type': type }), 415, type);
  }
  assert.equal(await at(`${url}/mcp`, { 'content-type': 'Application/JSON; charset=utf-8' }), 200);
  assert.ok(logs.some(({ event }) => event === 'refused'));
});

test('field-32 beyond loopback names are those of the network, and pages are refused all the same', async () => {
  const { upstream } = start();
  const running = await startHost({ upstream, host: '0.0.0.0', port: 0, path: '/mcp', bodyLimit: 10_000, log: () => {} });
  after(() => running.close(0));
  const url = `http://127.0.0.1:${running.port}/mcp`;
  assert.equal(await at(url, { host: 'demo-files.demo.svc.cluster.local:8000' }), 200);
  assert.equal(await at(url, { host: 'files:8000', origin: 'https://evil.example' }), 403);
});

test('field-32 an origin that the config allows for the server is allowed', async () => {
  const { upstream } = start();
  const isAllowed = (origin: string): boolean => origin === 'https://app.example.com';
  const running = await startHost({ upstream, host: '127.0.0.1', port: 0, path: '/mcp', bodyLimit: 10_000, log: () => {}, isAllowed });
  after(() => running.close(0));
  assert.equal(await at(`http://127.0.0.1:${running.port}/mcp`, { origin: 'https://app.example.com' }), 200);
});

test('field-04 a host says when it is worth asking again', async () => {
  const { url } = await host(broken(new UpstreamFault('full', undefined, 17)));
  assert.equal((await fetch(`${url}/mcp`, post(INITIALIZE))).headers.get('retry-after'), '17');
});

const tables = (command: readonly string[]): GatewayTables => tablesOf(gatewayConfig({ servers: { files: { kind: 'stdio', command } } })).raw;
const FEATURES = { stdioLegacy: () => import('#src/gateway/runtime/stdio/legacy.js') };

/** A host in this process, and what it said. */
async function run(command: readonly string[]): Promise<{ url: () => Promise<string>; lines: Json[] }> {
  const lines: Json[] = [];
  const stop = await runHost('files', tables(command), FEATURES, { PORT: '0' }, (line) => void lines.push(JSON.parse(line)));
  after(stop);
  return { url: async () => `http://127.0.0.1:${lines.find(({ event }) => event === 'listening')?.['port']}`, lines };
}

test('field-16c a host is not ready until a child has answered', async () => {
  const broken = await run(['no-such-command-here']);
  await until('it is said', () => broken.lines.some(({ event }) => event === 'server-not-ready'));
  for (const [path, status] of [['/health', 503], ['/health/ready', 503], ['/health/live', 200]] as const) {
    const answer = await fetch((await broken.url()) + path);
    assert.equal(answer.status, status, path);
    if (status === 503) assert.match(await answer.text(), /no child has answered yet: see the log/);
  }
  assert.ok(broken.lines.some(({ event, server, error }) => event === 'child-not-started' && server === 'files' && /ENOENT/.test(error)));
  const well = await run([process.execPath, join(CHILDREN, 'server.mjs')]);
  await until('it is ready', async () => (await fetch(`${await well.url()}/health/ready`)).status === 200);
});
