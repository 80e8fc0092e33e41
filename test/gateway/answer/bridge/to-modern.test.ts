/** Legacy clients before a server that knows 2026-07-28 alone. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { connect, textOf } from '../../../support/client.js';
import { initialize, request } from '../../../support/gateway-messages.js';
import { gatewayConfig } from '../../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../../support/gateway.js';
import { ask, until, within } from '../../../support/http.js';
import { askLegacy, begin, callOf, events, legacyPost, openSession, startModern, type Json, type ModernServer } from './support.js';

const PATH = '/mcp/new';
const CONFIG = gatewayConfig({
  servers: { new: { kind: 'http', revision: 'modern', instances: [{ url: 'http://127.0.0.1:9/mcp' }] } },
  gateway: { admin: {}, limits: { perAddress: '10000/s' }, sessionKeys: [{ secret: 'SESSION_KEY' }] },
});

let server: ModernServer;
let gateway: RunningGateway;
let replica: RunningGateway;
before(async () => {
  server = await startModern();
  [gateway, replica] = await Promise.all(
    [0, 1].map(() => startGateway({ config: CONFIG, pools: { new: [server.url] } })) as [Promise<RunningGateway>, Promise<RunningGateway>],
  );
});
beforeEach(() => {
  server.executed.length = 0;
  server.header = 'Region';
});

const post = (message: unknown, session?: string, at = gateway) => askLegacy(at.port, PATH, message, session);
const text = (answer: Json): Json => JSON.parse(answer['result'].content[0].text) as Json;
const sentAs = (method: string) => server.received.filter(({ message }) => message?.method === method);

describe('the official client of the legacy revisions', () => {
  test('lists, calls with progress, reads and gets, as if the server were one of its own', async (t) => {
    const { client, transport } = await connect(t, new URL(`http://127.0.0.1:${gateway.port}${PATH}`), null);
    assert.deepEqual(client.getServerVersion(), { name: 'modern', version: '7' });
    assert.deepEqual(client.getServerCapabilities(), { tools: {}, prompts: {}, resources: {}, logging: {} });
    assert.equal(client.getInstructions(), 'Be kind.');
    assert.equal(transport.protocolVersion, '2025-11-25');
    const { tools, nextCursor } = await client.listTools();
    assert.deepEqual([tools.map(({ name }) => name), nextCursor], [['echo', 'slow'], '']);
    assert.deepEqual((await client.listPrompts()).prompts.map(({ name }) => name), ['hello']);
    assert.equal((await client.getPrompt({ name: 'hello' })).messages.length, 1);
    const [resource] = (await client.listResources()).resources;
    assert.deepEqual((await client.readResource({ uri: resource?.uri ?? '' })).contents, [{ uri: 'test://ä b', text: 'read' }]);
    await client.ping();
    const progress: number[] = [];
    const logged: unknown[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params.data));
    await client.setLoggingLevel('info');
    const result = await client.callTool({ name: 'slow' }, undefined, { onprogress: ({ progress: now }) => progress.push(now) });
    assert.deepEqual([textOf(result), progress, logged], ['done', [1], ['info']]);
    const { meta } = JSON.parse(textOf(await client.callTool({ name: 'echo' }))) as Json;
    assert.deepEqual(meta, {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
      'io.modelcontextprotocol/logLevel': 'info',
    });
    await transport.terminateSession();
  });

  test('a call cancelled by its client is aborted at the server', async (t) => {
    const { client } = await connect(t, new URL(`http://127.0.0.1:${gateway.port}${PATH}`), null);
    const stop = new AbortController();
    const called = client.callTool({ name: 'slow', arguments: { hold: true } }, undefined, { signal: stop.signal, onprogress: () => stop.abort() });
    await assert.rejects(called);
    const received = sentAs('tools/call').at(-1) ?? assert.fail();
    await within(received.abandoned, 'the call being aborted');
  });
});

describe('a session', () => {
  test('is negotiated among the revisions that are served, and belongs to no process', async () => {
    const versions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '1999-01-01'];
    const answered = await Promise.all(versions.map((protocolVersion) => post(request('initialize', { protocolVersion, capabilities: {} }))));
    assert.deepEqual(answered.map(({ json }) => json['result'].protocolVersion), ['2025-11-25', '2025-06-18', '2025-03-26', '2025-11-25', '2025-11-25']);
    const session = await openSession(gateway.port, PATH);
    for (const at of [gateway, replica]) {
      const { json } = await post(callOf('echo', { x: 1 }), session, at);
      assert.deepEqual([text(json)['args'], text(json)['meta']['io.modelcontextprotocol/clientInfo']], [{ x: 1 }, { name: 'test', version: '1' }]);
    }
  });

  test('ends with DELETE; GET has nothing to listen to; initialized, ping and cancelled need no server', async () => {
    const session = await openSession(gateway.port, PATH);
    const before = server.received.length;
    const pinged = await post(request('ping', {}, 'p'), session);
    assert.deepEqual([pinged.status, pinged.json], [200, { jsonrpc: '2.0', id: 'p', result: {} }]);
    const cancelled = await ask(gateway.port, legacyPost(PATH, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 99 } }, session));
    assert.deepEqual([cancelled.status, cancelled.text], [202, '']);
    const odd = await ask(gateway.port, legacyPost(
      PATH,
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: { toString: 1 } } },
      session,
    ));
    assert.equal(odd.status, 202);
    const answered = await ask(gateway.port, legacyPost(PATH, { jsonrpc: '2.0', id: 1, result: {} }, session));
    assert.equal(answered.status, 202);
    const headers = { 'mcp-session-id': session };
    const listened = await ask(gateway.port, { path: PATH, method: 'GET', headers: { ...headers, accept: 'text/event-stream' } });
    assert.deepEqual([listened.status, listened.headers['allow'], JSON.parse(listened.text).error.code], [405, 'POST, DELETE', 405]);
    assert.equal((await ask(gateway.port, { path: PATH, method: 'DELETE', headers })).status, 200);
    const gone = await post(request('tools/list', {}, 'late'), session);
    assert.deepEqual([gone.status, gone.json['id'], gone.json['error'].code], [404, 'late', 404]);
    assert.equal(server.received.length, before);
  });

  test('is not needed by a client that does not say its id', async () => {
    assert.deepEqual(text((await post(callOf('echo'))).json)['args'], {});
  });

  test('has a log level of its own', async () => {
    const [loud, quiet] = [await openSession(gateway.port, PATH), await openSession(gateway.port, PATH)];
    await post(request('logging/setLevel', { level: 'debug' }), loud);
    const level = async (session: string): Promise<unknown> => text((await post(callOf('echo'), session)).json)['meta']['io.modelcontextprotocol/logLevel'];
    assert.deepEqual([await level(loud), await level(quiet)], ['debug', undefined]);
    // It is kept for the session, and sent with all its requests.
    for (const unknown of ['x'.repeat(100_000), { toString: 1 }, ['debug'], 'Debug', null]) {
      assert.equal((await post(request('logging/setLevel', { level: unknown }), loud)).json['error'].code, -32602);
    }
    assert.equal(await level(loud), 'debug');
  });
});

describe('a request', () => {
  test('names are encoded where a header cannot carry them', async () => {
    for (const name of ['plain', 'naïve', ' edge', 'edge ', 'tab\t', '=?base64?eA==?=', '日本', 'a:b', '']) {
      const { status, text: body } = await post(callOf(name));
      assert.equal(status, 200, `${JSON.stringify(name)}: ${body}`);
    }
    assert.equal(server.executed.length, 9);
  });

  test('arguments are repeated in headers as the schemas say, also after these have changed', async () => {
    const args = { region: 'Zürich ', deep: { n: 42 } };
    assert.deepEqual(text((await post(callOf('region', args))).json)['args'], args);
    const lists = sentAs('tools/list').length;
    server.header = 'Area';
    assert.deepEqual(text((await post(callOf('region', args))).json)['args'], args);
    assert.deepEqual([sentAs('tools/list').length - lists, server.executed], [2, ['region', 'region']]);
    assert.equal((await post(callOf('region', {}))).status, 200);
  });

  test('headers of the client’s own era stay here', async () => {
    const session = await openSession(gateway.port, PATH);
    const { message, headers } = legacyPost(PATH, callOf('echo', {}, 1, { traceparent: '00-a-b-01' }), session);
    const { status } = await ask(gateway.port, {
      path: PATH,
      message,
      headers: { ...headers, 'last-event-id': '1', 'mcp-param-x': 'y', 'accept-encoding': 'gzip', 'x-custom': 'kept' },
    });
    const { headers: got, message: sent } = sentAs('tools/call').at(-1) ?? assert.fail();
    assert.deepEqual([
      status, got['last-event-id'], got['mcp-param-x'], got['accept-encoding'], got['mcp-session-id'], got['x-custom'],
    ], [200, undefined, undefined, 'identity', undefined, 'kept']);
    assert.equal((sent?.params as Json)['_meta'].traceparent, '00-a-b-01');
  });

  test('answers lose what only modern clients know, and keep the rest', async () => {
    assert.deepEqual((await post(callOf('meta'))).json['result'], { content: [], _meta: { 'acme/cost': 3 } });
    const { result } = (await post(request('resources/list'))).json;
    assert.deepEqual(Object.keys(result as Json), ['resources']);
  });

  const REFUSED: readonly (readonly [string, object, number, number])[] = [
    ['a method that is gone', request('resources/subscribe', { uri: 'x' }, 'r'), 200, -32601],
    ['a method of another extension', request('tasks/get', { taskId: 'x' }, 'r'), 200, -32601],
    ['a method the server does not know', request('acme/unknown', {}, 'r'), 200, -32601],
    ['a call that asks for input', callOf('asks', {}, 'r'), 200, -32603],
    ['a call that becomes a task', callOf('task', {}, 'r'), 200, -32603],
    ['a call that needs a capability', callOf('needs', {}, 'r'), 200, -32603],
    ['a server that does not understand the gateway', callOf('broken', {}, 'r'), 502, 502],
    ['a 404 that is no session’s end', callOf('html', {}, 'r'), 502, 502],
  ];
  for (const [what, message, status, code] of REFUSED) {
    test(`${what}: ${status} with ${code}`, async () => {
      const answer = await post(message);
      assert.deepEqual([answer.status, answer.json['id'], answer.json['error'].code, answer.json['jsonrpc']], [status, 'r', code, '2.0']);
    });
  }

  test('what a guard before the server says passes as it is', async () => {
    const { status, headers, text: body } = await ask(gateway.port, legacyPost(PATH, callOf('limited')));
    assert.deepEqual([status, headers['retry-after'], headers['content-length'], body], [429, '7', '9', 'slow down']);
  });

  for (const [tool, rpcCode, code, cause] of [
    ['broken', -32022, 'HTTP_400', 'it answered tools/call with 400 and the JSON-RPC error -32022'],
    ['html', undefined, 'HTTP_404', 'it answered tools/call with 404'],
    ['page', undefined, 'MALFORMED_ANSWER', 'its answer to tools/call is text/html and no JSON-RPC reply'],
  ] as const) {
    test(`field-15b a disagreement is logged with its request, its instance and what was wrong: ${tool}`, async () => {
      const since = gateway.logs.length;
      await post(callOf(tool));
      const line = await gateway.waitFor('bridge-refused', (one) => one['code'] === code, since);
      assert.deepEqual([line['server'], line['method'], line['rpc_code'], line['code'], line['cause']], ['new', 'tools/call', rpcCode, code, cause]);
      const failure = await gateway.waitFor('upstream-failed', (one) => one['request_id'] === line['request_id'], since);
      const asked = await gateway.waitFor('request', (one) => one['request_id'] === line['request_id'], since);
      for (const one of [failure, asked]) {
        assert.deepEqual([one['code'], one['cause'], one['blame'], one['instance']], [code, cause, 'server', line['instance']]);
        assert.equal(one['request_id'], line['request_id']);
      }
      assert.equal(asked['reason'], 'upstream-lost');
    });
  }
});

describe('cancelling', () => {
  test('aborts that request alone: same id, other session; another type of id', async () => {
    const [mine, other] = [await openSession(gateway.port, PATH), await openSession(gateway.port, PATH)];
    const held = (session: string, id: string | number) =>
      begin(gateway.port, legacyPost(PATH, callOf('slow', { hold: true }, id, { progressToken: 't' }), session));
    const before = sentAs('tools/call').length;
    const [one, two, three] = [await held(mine, 7), await held(other, 7), await held(mine, '7')];
    await Promise.all([one, two, three].map(async (connection) => (await connection.head('POST'), connection.body((body) => body.includes('progress')))));
    const cancel = (requestId: unknown) =>
      ask(gateway.port, legacyPost(PATH, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } }, mine));
    await cancel(7);
    const { complete, text: body } = await one.body();
    assert.deepEqual([complete, events(body).length], [true, 1]);
    const received = sentAs('tools/call').slice(before);
    const gone = (): number => received.filter(({ response }) => response.destroyed).length;
    await until('the request being aborted', () => gone() === 1);
    await cancel('7');
    await until('the other being aborted', () => gone() === 2);
    assert.equal(two.isOpen, true);
    [one, two, three].forEach((connection) => connection.close());
  });

  test('reaches a call that has not begun to answer, which then ends without one', async () => {
    const session = await openSession(gateway.port, PATH);
    const called = ask(gateway.port, legacyPost(PATH, callOf('silent', {}, 'quiet'), session));
    await until('the call being there', () => server.executed.includes('silent'));
    await ask(gateway.port, legacyPost(PATH, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'quiet' } }, session));
    const { status, text: body } = await called;
    assert.deepEqual([status, body], [202, '']);
    await within(sentAs('tools/call').at(-1)?.abandoned ?? assert.fail(), 'the call being aborted');
  });

  test('leaving does not: the call runs to its end', async () => {
    const session = await openSession(gateway.port, PATH);
    const connection = await begin(gateway.port, legacyPost(PATH, callOf('slow', { hold: true }, 1, { progressToken: 't' }), session));
    await connection.head('POST');
    const received = sentAs('tools/call').at(-1) ?? assert.fail();
    connection.reset();
    await gateway.waitFor('request', (line) => line['tool'] === 'slow' && line['complete'] === false);
    received.response.end('data: {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}\n\n');
    await within(received.finished, 'the answer being taken');
  });
});

describe('a batch', () => {
  test('is answered as one array, each request for itself', async () => {
    const session = await openSession(gateway.port, PATH);
    const { status, headers, text: body } = await ask(gateway.port, legacyPost(PATH, [
      request('ping', {}, 'a'),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      callOf('echo', { n: 1 }, 2),
      callOf('slow', {}, 'c', { progressToken: 1 }),
      callOf('asks', {}, 4),
      callOf('html', {}, 5),
      callOf('limited', {}, 6),
      request('acme/unknown', {}, 7),
    ], session));
    const replies = JSON.parse(body) as Json[];
    assert.deepEqual([status, headers['content-type']], [200, 'application/json']);
    assert.deepEqual(replies.map(({ id, error }) => [id, error?.code ?? 'ok']), [
      ['a', 'ok'], [2, 'ok'], ['c', 'ok'], [4, -32603], [5, -32603], [6, -32603], [7, -32601],
    ]);
    assert.deepEqual(text(replies[1] as Json)['args'], { n: 1 });
    assert.equal(replies[2]?.['result'].content[0].text, 'done');
  });

  test('of notifications has no answer', async () => {
    const { status, text: body } = await ask(gateway.port, legacyPost(PATH, [{ jsonrpc: '2.0', method: 'notifications/initialized' }]));
    assert.deepEqual([status, body], [202, '']);
  });
});

describe('what is known of the server', () => {
  test('is asked once for all, where it may be shared', async () => {
    await openSession(gateway.port, PATH);
    const asked = sentAs('server/discover').length;
    await Promise.all(Array.from({ length: 5 }, () => post(initialize)));
    assert.equal(sentAs('server/discover').length, asked);
  });

  test('is asked again where it may not be kept; a server that cannot be asked opens no session', async () => {
    const other = await startModern();
    other.caching = { ttlMs: 0, cacheScope: 'private' };
    const fresh = await startGateway({ config: CONFIG, pools: { new: [other.url] } });
    for (let i = 0; i < 2; i++) assert.equal((await post(initialize, undefined, fresh)).status, 200);
    assert.equal(other.received.length, 2);
    other.behave = ({ response }) => void response.writeHead(500).end();
    assert.equal((await post(initialize, undefined, fresh)).status, 502);
    await other.kill();
    assert.equal((await post(initialize, undefined, fresh)).status, 503);
    await fresh.stop();
  });
});
