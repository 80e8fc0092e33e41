import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { after, test } from 'node:test';
import { once } from 'node:events';
import { startHost, type Host } from '#src/gateway/runtime/operate/host.js';
import type { Upstream } from '#src/gateway/runtime/upstream/upstream.js';
import { UpstreamFault } from '#src/gateway/runtime/wire/fault.js';
import { dial, requestBytes } from '../../support/http.js';
import { call, INITIALIZE, open, request, start, type Json } from '../stdio/support.js';

async function host(upstream: Upstream): Promise<{ host: Host; url: string; logs: Json[] }> {
  const logs: Json[] = [];
  const log = (level: string, event: string): void => void logs.push({ level, event });
  const host = await startHost({ upstream, host: '127.0.0.1', port: 0, path: '/mcp', bodyLimit: 10_000, log });
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
