import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { modern, modernHeaders } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway } from '../../support/gateway.js';
import { ask, until } from '../../support/http.js';
import { CHILDREN, events, isAlive, json, messages, next, send, start, text, type Json } from './support.js';

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const JSON_ONLY = { accept: 'application/json' };
const fixture = () => start({ script: 'modern.mjs', child: { modern: true } });
const request = (method: string, params: Json = {}, id: string | number = 1): Json => ({
  jsonrpc: '2.0',
  id,
  method,
  params: { ...params, _meta: { [VERSION]: '2026-07-28', ...params['_meta'] } },
});
type Upstream = ReturnType<typeof start>['upstream'];
const result = async (upstream: Upstream, method: string, params: Json = {}, id: string | number = 1): Promise<Json> =>
  (await json(await send(upstream, { body: request(method, params, id) })))['result'];
const seen = async (upstream: Upstream): Promise<Json[]> => (await result(upstream, 'received'))['received'];

describe('a modern child', () => {
  test('is one process for all, and needs no introduction', async () => {
    const { upstream, pids } = fixture();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => result(upstream, 'server/discover', {}, n % 2 ? n : `${n}`)));
    assert.deepEqual([...new Set(answers.map(({ pid }) => pid))], pids());
    assert.deepEqual((await seen(upstream)).map(({ method }) => method).filter((method) => !['server/discover', 'received'].includes(method)), []);
  });

  test('a refusal names an id that no double holds as it was written', async () => {
    const { upstream } = fixture();
    const answer = await send(upstream, { body: '{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/list"}' });
    assert.equal(answer.status, 400);
    assert.match(await text(answer), /^\{"jsonrpc":"2\.0","id":9007199254740993,"error":\{"code":-32022,/);
  });

  test('equal ids of different clients stay apart, and keep their type', async () => {
    const { upstream } = fixture();
    const answers = await Promise.all(['x', 'y'].flatMap((who) =>
      [1, '1'].map(async (id) => [who, id, await json(await send(upstream, { body: request('echo', { who }, id) }))] as const)));
    for (const [who, id, answer] of answers) assert.deepEqual([answer['id'], answer['result'].params.who], [id, who]);
    assert.equal(new Set(answers.map(([, , { result }]) => result.id)).size, 4);
  });

  test('progress goes to whoever asked, by token', async () => {
    const { upstream } = fixture();
    const progress = async (steps: number): Promise<Json[]> =>
      messages((await send(upstream, { body: request('progress', { steps, _meta: { progressToken: 't' } }) })).body);
    const [two, three] = await Promise.all([progress(2), progress(3)]);
    for (const [all, steps] of [[two, 2], [three, 3]] as const) {
      assert.deepEqual(all.slice(0, -1).map(({ params }) => [params.progressToken, params.progress]), Array.from({ length: steps }, (_, n) => ['t', n + 1]));
      assert.equal(all.at(-1)?.['id'], 1);
    }
  });

  test('answers in JSON, or as a stream where something comes before or late', async () => {
    const { upstream } = fixture();
    const { headers } = await send(upstream, { body: request('echo') });
    assert.equal(headers['content-type'], 'application/json');
    const late = await send(upstream, { body: request('late', { ms: 1500 }) });
    assert.deepEqual([late.status, late.headers['content-type'], late.headers['x-accel-buffering']], [200, 'text/event-stream', 'no']);
    assert.deepEqual(await messages(late.body), [{ jsonrpc: '2.0', id: 1, result: { late: true } }]);
    const patient = await send(upstream, { body: request('late', { ms: 1500 }), headers: JSON_ONLY });
    assert.equal(patient.headers['content-type'], 'application/json');
    const quiet = await json(await send(upstream, { body: request('progress', { steps: 3, _meta: { progressToken: 1 } }), headers: JSON_ONLY }));
    assert.equal(quiet['id'], 1);
  });

  test('errors of the transport have its statuses', async () => {
    const { upstream } = fixture();
    for (const [code, status] of [[-32601, 404], [-32020, 400], [-32021, 400], [-32022, 400], [-32602, 200], [-1, 200]] as const) {
      const answer = await send(upstream, { body: request('fail', { code }, 'f') });
      assert.deepEqual([answer.status, (await json(answer))['error'].code], [status, code]);
    }
    assert.equal((await send(upstream, { body: request('nothing') })).status, 404);
  });

  test('subscriptions: frames carry the id by which the client knows them', async () => {
    const { upstream } = fixture();
    const open = async (id: string | number) =>
      events((await send(upstream, { body: request('subscriptions/listen', { notifications: { toolsListChanged: true } }, id) })).body);
    const streams = [await open(5), await open('5')];
    for (const [n, id] of [5, '5'].entries()) {
      const first = await next(streams[n] as AsyncGenerator<Json>);
      assert.deepEqual([first['method'], first['params']._meta], ['notifications/subscriptions/acknowledged', { [SUBSCRIPTION]: id, kept: 1 }]);
    }
    await result(upstream, 'change');
    for (const [n, id] of [5, '5'].entries()) assert.equal((await next(streams[n] as AsyncGenerator<Json>))['params']._meta[SUBSCRIPTION], id);
    await result(upstream, 'end', { how: 'result' });
    for (const [n, id] of [5, '5'].entries()) assert.equal((await next(streams[n] as AsyncGenerator<Json>))['id'], id);
    for (const stream of streams) assert.ok((await stream.next()).done);
  });

  test('a subscription that the child cancels ends', async () => {
    const { upstream } = fixture();
    const all = messages((await send(upstream, { body: request('subscriptions/listen', {}, 'mine') })).body);
    await result(upstream, 'end', { how: 'cancelled' });
    assert.deepEqual((await all).at(-1), { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'mine', reason: 'over' } });
  });

  test('who leaves cancels, before the answer or in the middle of it; who has the answer does not', async () => {
    const { upstream } = fixture();
    const leaving = new AbortController();
    const lost = send(upstream, { body: request('hang', {}, 'h'), signal: leaving.signal });
    await until('the request', async () => (await seen(upstream)).some(({ method }) => method === 'hang'));
    leaving.abort();
    await assert.rejects(lost);
    const { body } = await send(upstream, { body: request('subscriptions/listen', {}, 'l') });
    body.destroy();
    const cancelled = async (): Promise<unknown[]> =>
      (await seen(upstream)).filter(({ method }) => method === 'notifications/cancelled').map(({ params }) => params.requestId);
    await until('both', async () => (await cancelled()).length === 2);
    const ids = (await seen(upstream)).filter(({ method }) => method === 'hang' || method === 'subscriptions/listen').map(({ id }) => id);
    assert.deepEqual(await cancelled(), ids);
  });

  test('nobody can cancel what is another’s', async () => {
    const { upstream } = fixture();
    const running = send(upstream, { body: request('late', { ms: 300 }) });
    const { id } = await result(upstream, 'echo');
    for (const requestId of [1, id - 1, id]) assert.equal(
      (await send(upstream, { body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } } })).status,
      202,
    );
    assert.equal((await send(upstream, { body: { jsonrpc: '2.0', method: 'notifications/other' } })).status, 202);
    assert.equal((await json(await running))['result'].late, true);
    assert.deepEqual((await seen(upstream)).filter(({ id }) => id === undefined).map(({ method }) => method), ['notifications/other']);
  });

  test('a child that asks is told that it cannot', async () => {
    const { upstream } = fixture();
    const leaving = new AbortController();
    const asking = send(upstream, { body: request('ask'), signal: leaving.signal });
    await until('the refusal', async () => (await seen(upstream)).some(({ id, error }) => id === 'mine' && error?.code === -32603));
    leaving.abort();
    await assert.rejects(asking);
  });

  test('what is not modern is told what is', async () => {
    const { upstream } = fixture();
    const initialize = await send(upstream, { body: { jsonrpc: '2.0', id: 7, method: 'initialize', params: { protocolVersion: '2025-11-25' } } });
    assert.equal(initialize.status, 400);
    assert.deepEqual(await json(initialize), {
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32022,
        message: 'Unsupported protocol version',
        data: { supported: ['2026-07-28'], requested: '2025-11-25', reason: 'revision-not-served', requestId: null },
      },
    });
    for (const method of ['GET', 'DELETE']) {
      const refused = await send(upstream, { method });
      assert.deepEqual([refused.status, refused.headers['allow']], [405, 'POST']);
    }
    for (const body of [[request('echo')], { jsonrpc: '2.0', id: 1, result: {} }]) assert.equal(
      (await json(await send(upstream, { body })))['error'].code,
      -32600,
    );
    assert.equal(upstream.status().processes, 0, 'none of it starts a child');
  });

  test('one that dies is answered for, and started again', async () => {
    const { upstream, pids } = fixture();
    const { body } = await send(upstream, { body: request('subscriptions/listen', {}, 'l') });
    const gone = await send(upstream, { body: request('exit') });
    assert.deepEqual([gone.status, (await json(gone))['error'].code], [502, -32603]);
    assert.equal((await messages(body)).at(-1)?.['error'].code, -32603);
    const { pid } = await result(upstream, 'server/discover');
    assert.deepEqual([pids().length, pids()[1], upstream.status().restarts], [2, pid, 1]);
    assert.ok(!isAlive(pids()[0] ?? 0));
  });

  test('streams are kept alive', async () => {
    const { upstream } = start({ script: 'modern.mjs', child: { modern: true }, keepAlive: 50 });
    const leaving = new AbortController();
    const answer = await send(upstream, { body: request('late', { ms: 1300 }), signal: leaving.signal });
    assert.match(await text(answer), /: ka\n\n/);
  });
});

describe('a modern child behind a gateway', () => {
  test('from config to answer', async () => {
    const config = gatewayConfig({ servers: { tool: { kind: 'stdio', revision: 'modern', command: [process.execPath, path.join(CHILDREN, 'modern.mjs')] } } });
    const gateway = await startGateway({ config });
    const found = await ask(gateway.port, { path: '/mcp/tool', message: modern('echo', { who: 'me' }), headers: modernHeaders('echo') });
    assert.deepEqual([found.status, JSON.parse(found.text).result.params.who], [200, 'me']);
    const missing = await ask(gateway.port, { path: '/mcp/tool', message: modern('nothing'), headers: modernHeaders('nothing') });
    assert.deepEqual([missing.status, JSON.parse(missing.text).error.code], [404, -32601]);
    await gateway.stop();
  });
});
