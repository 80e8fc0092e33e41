/** Modern clients before servers that know `initialize` alone. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { gatewayConfig, type Config } from '../../../support/gateway-tables.js';
import { as, client, startGateway, type RunningGateway } from '../../../support/gateway.js';
import { ask, until, within } from '../../../support/http.js';
import { json, stream, type Received } from '../../../support/upstreams.js';
import { startExample } from '../../../support/examples.js';
import { askModern, begin, events, modernPost, REGION_TOOL, startLegacy, type Json, type LegacyServer } from './support.js';

const server = (revision = 'legacy') => ({ kind: 'http', revision, instances: [{ url: 'http://127.0.0.1:9/mcp' }] });
const CONFIG: Config = gatewayConfig({
  auth: { clients: { acme: client('acme'), globex: client('globex') } },
  tenants: { acme: { match: { client: 'acme' }, servers: '*' }, globex: { match: { client: 'globex' }, servers: '*' } },
  servers: {
    old: server(),
    notes: server(),
    files: { kind: 'stdio', command: [process.execPath, 'examples/servers/files.js', 'examples/servers/files'], cwd: process.cwd(), revision: 'legacy' },
  },
  gateway: { admin: {}, limits: { perAddress: '10000/s' }, timeouts: { firstByte: '5s' } },
});

let old: LegacyServer;
let gateway: RunningGateway;
before(async () => {
  old = await startLegacy();
  gateway = await startGateway({ config: CONFIG, pools: { old: [old.url], notes: [(await startExample('notes.js')).url] } });
});
const plain = (): LegacyServer['call'] => ({ response }, reply) => json(response, reply({ result: { content: [] } }));
beforeEach(() => {
  old.executed.length = 0;
  old.call = plain();
});

type Of = Parameters<typeof modernPost> extends [string, ...infer Rest] ? Rest : never;
const post = (...of: Of) => modernPost('/mcp/old', ...of);
const withKey = (options: ReturnType<typeof modernPost>, name = 'acme') => ({ ...options, headers: { ...options.headers, ...as(name) } });
const send = async (path: string, ...of: Of) => {
  const answer = await ask(gateway.port, withKey(modernPost(path, ...of)));
  return { ...answer, get json() { return JSON.parse(answer.text) as Json; } };
};
const sentAs = (method: string): Received[] => old.received.filter(({ message, method: verb }) => (message?.method ?? verb) === method);
const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';

describe('a server by the official SDK', () => {
  test('is discovered, listed, called with progress, and asked for what it has', async () => {
    const found = await send('/mcp/notes', 'server/discover');
    assert.deepEqual([found.status, found.json['result']], [200, {
      supportedVersions: ['2026-07-28'],
      capabilities: { logging: {}, resources: {}, tools: {} },
      ttlMs: 0,
      cacheScope: 'private',
      resultType: 'complete',
      _meta: { [SERVER_INFO]: { name: 'notes', version: '1.0.0' } },
    }]);
    const note = events((await send('/mcp/notes', 'tools/call', { name: 'add_note', arguments: { text: 'héllo', id: 'a' } }, 'x')).text);
    assert.deepEqual(note.map(({ id, result }) => [id, result.resultType, result.structuredContent.uri]), [['x', 'complete', 'note:///a']]);
    const counted = events(
      (await send('/mcp/notes', 'tools/call', { name: 'count_slowly', arguments: { to: 3, delayMs: 1 } }, 'c', { progressToken: 'p' })).text,
    );
    assert.deepEqual(counted.map(({ method, params, result }) =>
      method ? [params.progressToken, params.progress] : result.structuredContent), [['p', 1], ['p', 2], ['p', 3], { reached: 3, to: 3 }]);
    const [read] = events((await send('/mcp/notes', 'resources/read', { uri: 'note:///a' })).text);
    assert.deepEqual([read?.['result'].contents[0].text, read?.['result'].ttlMs, read?.['result'].cacheScope], ['héllo', 0, 'private']);
  });

  test('is told of cancelling, and counts no further', async () => {
    const slow = { name: 'count_slowly', arguments: { to: 10_000, delayMs: 5 } };
    const connection = await begin(gateway.port, withKey(modernPost('/mcp/notes', 'tools/call', slow, 1, { progressToken: 1 })));
    await connection.head('POST');
    await connection.body((body) => body.includes('progress'));
    connection.close();
    await gateway.waitFor('request', (line) => line['tool'] === 'count_slowly' && line['complete'] === false);
  });

  test('that asks its client in the middle of a call is told that there is nobody to ask', async () => {
    const [answer] = events((await send('/mcp/notes', 'tools/call', { name: 'ask', arguments: { question: 'Why?' } })).text);
    assert.equal(answer?.['result'].isError, true);
  });
});

describe('a stdio server', () => {
  test('is spoken to by modern clients, answers in JSON or on a stream', async () => {
    const found = await send('/mcp/files', 'server/discover');
    assert.deepEqual(found.json['result']._meta[SERVER_INFO].name, 'files');
    const listed = events((await send('/mcp/files', 'tools/list')).text);
    assert.ok(listed[0]?.['result'].tools.length > 0);
    const { headers, ...options } = withKey(modernPost('/mcp/files', 'tools/list', {}, 'plain'));
    const { headers: got, text } = await ask(gateway.port, { ...options, headers: { ...headers, accept: 'application/json' } });
    assert.match(got['content-type'] ?? '', /^(application\/json|text\/event-stream)/);
    assert.ok(text.includes('"plain"'));
  });
});

describe('a request', () => {
  test('arrives without what only modern servers know, under an id of the gateway’s, and its answer comes back to its own', async () => {
    let got: Received | undefined;
    old.call = (received, reply) =>
      ((got = received), json(received.response, reply({ result: { content: [], _meta: { 'acme/x': 1 } } }), { 'x-custom': 'kept' }));
    const params = { name: 'echo', arguments: { z: 1, a: [1.5, null] }, inputResponses: {}, requestState: 's' };
    const meta = {
      progressToken: 'tok',
      traceparent: '00-a-b-01',
      'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
      'io.modelcontextprotocol/logLevel': 'debug',
    };
    const { status, headers, json: answer } = await send('/mcp/old', 'tools/call', params, 'mine', meta);
    const id = got?.message?.id;
    assert.equal(typeof id, 'number');
    assert.deepEqual(got?.message?.params, { name: 'echo', arguments: { z: 1, a: [1.5, null] }, _meta: { traceparent: '00-a-b-01', progressToken: id } });
    const { headers: sent } = got as Received;
    assert.deepEqual([
      sent['mcp-method'], sent['mcp-name'], sent['mcp-protocol-version'], sent['accept-encoding'], sent['mcp-session-id']?.[0],
    ], [undefined, undefined, '2025-11-25', 'identity', 's']);
    assert.deepEqual([status, headers['x-custom'], headers['mcp-session-id']], [200, 'kept', undefined]);
    assert.deepEqual(answer, {
      jsonrpc: '2.0',
      id: 'mine',
      result: { content: [], resultType: 'complete', _meta: { 'acme/x': 1, [SERVER_INFO]: { name: 'legacy', version: '5' } } },
    });
  });

  test('lists say that they are not to be cached, and ask for no headers', async () => {
    const { result } = (await send('/mcp/old', 'tools/list')).json;
    assert.ok(!JSON.stringify(result).includes('x-mcp-header'));
    const { tools, ...rest } = result as Json;
    assert.deepEqual([
      Object.keys(tools[0].inputSchema.properties),
      tools[0].inputSchema.required,
      tools[0].name,
    ], [['region', 'deep'], ['region'], REGION_TOOL.name]);
    assert.deepEqual(rest, {
      nextCursor: 'more',
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [SERVER_INFO]: { name: 'legacy', version: '5' } },
    });
  });

  test('requests of one owner share a session; another owner has its own; equal ids do not meet', async () => {
    const held: [Received, (fields: Json) => Json][] = [];
    old.call = (received, reply) => void held.push([received, reply]);
    const asked = [
      send('/mcp/old', 'tools/call', { name: 'a' }, 1),
      send('/mcp/old', 'tools/call', { name: 'b' }, 1),
      ask(gateway.port, withKey(post('tools/call', { name: 'c' }, 1), 'globex')),
    ];
    await until('all being there', () => held.length === 3);
    for (const [{ message, response }, reply] of [...held].reverse()) json(response, reply({ result: { content: [], name: message?.params?.['name'] } }));
    const names = (await Promise.all(asked)).map(({ text }) => JSON.parse(text) as Json).map(({ id, result }) => [id, result.name]);
    assert.deepEqual(names, [[1, 'a'], [1, 'b'], [1, 'c']]);
    const sessionOf = (name: string) => held.find(([{ message }]) => message?.params?.['name'] === name)?.[0].headers['mcp-session-id'];
    assert.equal(sessionOf('a'), sessionOf('b'));
    assert.notEqual(sessionOf('a'), sessionOf('c'));
  });

  const REFUSED: readonly (readonly [string, string, Json, number, number])[] = [
    ['initialize', 'initialize', {}, 404, -32601],
    ['ping', 'ping', {}, 404, -32601],
    ['setting a level', 'logging/setLevel', {}, 404, -32601],
    ['subscribing', 'resources/subscribe', {}, 404, -32601],
    ['listening', 'subscriptions/listen', {}, 404, -32601],
    ['tasks', 'tasks/get', {}, 404, -32601],
    ['what the server has not', 'prompts/list', {}, 404, -32601],
    ['what the server does not know', 'acme/x', {}, 404, -32601],
    ['a resource that is not there', 'resources/read', { uri: 'x' }, 200, -32602],
  ];
  for (const [what, method, params, status, code] of REFUSED) {
    test(`${what}: ${status} with ${code}`, async () => {
      const answer = await send('/mcp/old', method, params, 'r');
      assert.deepEqual([answer.status, answer.json['id'], answer.json['error'].code], [status, 'r', code]);
    });
  }

  test('a URL to open goes to clients that can open one, and is an error for others', async () => {
    const elicitations = [{ mode: 'url', message: 'Sign in', url: 'https://x.test/', elicitationId: 'e' }];
    old.call = ({ response }, reply) => json(response, reply({ error: { code: -32042, message: 'Needs a URL', data: { elicitations } } }));
    const able = await send('/mcp/old', 'tools/call', { name: 'x' }, 1, { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} } } });
    assert.deepEqual([able.json['result'].resultType, able.json['result'].inputRequests], [
      'input_required',
      { 'url-1': { method: 'elicitation/create', params: elicitations[0] } },
    ]);
    const unable = await send('/mcp/old', 'tools/call', { name: 'x' }, 1, { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } });
    assert.deepEqual([unable.status, unable.json['error'].code, unable.json['error'].message], [200, -32603, 'Needs a URL']);
  });

  test('failures and limits of the server pass; what is no answer is one of the gateway’s', async () => {
    old.call = ({ response }) => void response.writeHead(429, { 'retry-after': '3' }).end('{}');
    const limited = await send('/mcp/old', 'tools/call', { name: 'x' });
    assert.deepEqual([limited.status, limited.headers['retry-after'], limited.text], [429, '3', '{}']);
    old.call = ({ response }, reply) =>
      void response.writeHead(502, { 'content-type': 'application/json' }).end(JSON.stringify(reply({ error: { code: -32603, message: 'It exited' } })));
    const failed = await send('/mcp/old', 'tools/call', { name: 'x' }, 'mine');
    assert.deepEqual([failed.status, failed.json], [502, { jsonrpc: '2.0', id: 'mine', error: { code: -32603, message: 'It exited' } }]);
    old.call = ({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    const odd = await send('/mcp/old', 'tools/call', { name: 'x' }, 'odd');
    assert.deepEqual([odd.status, odd.json['id'], odd.json['error'].code], [502, 'odd', 502]);
    assert.equal((await gateway.waitFor('bridge-refused'))['status'], 200);
    old.call = ({ response }) => void response.writeHead(403, { 'content-type': 'application/json' }).end('{"error":"forbidden"}');
    assert.equal((await send('/mcp/old', 'tools/call', { name: 'x' })).status, 502);
  });

  test('an answer beyond 16 MB is none', async () => {
    old.call = ({ response }, reply) => json(response, reply({ result: { text: 'x'.repeat(17 * 2 ** 20) } }));
    assert.equal((await send('/mcp/old', 'tools/call', { name: 'x' })).status, 502);
  });

  test('notifications are taken and stay here', async () => {
    const before = old.received.length;
    const message = { jsonrpc: '2.0', method: 'notifications/whatever', params: {} };
    const { status, text } = await ask(gateway.port, { path: '/mcp/old', message, headers: { ...as('acme'), 'mcp-protocol-version': '2026-07-28' } });
    assert.deepEqual([status, text, old.received.length], [202, '', before]);
  });
});

describe('a stream', () => {
  test('of a server that asks without end has few answers under way', async () => {
    const held: Received[] = [];
    old.call = ({ response }, reply) => {
      const out = stream(response);
      for (let id = 0; id < 500; id++) out.write(`data: {"jsonrpc":"2.0","id":${id},"method":"ping"}\n\n`);
      out.write(`data: ${JSON.stringify(reply({ result: { content: [] } }))}\n\n`);
    };
    const { behave } = old;
    old.behave = (received) => (received.message && received.message.method === undefined ? void held.push(received) : behave(received));
    const { text } = await send('/mcp/old', 'tools/call', { name: 'x' }, 5);
    assert.equal(events(text).length, 1);
    await until('the first answers', () => held.length > 0);
    for (let turn = 0; turn < 20; turn++) await gateway.metrics();
    old.behave = behave;
    assert.ok(held.length <= 16, `${held.length} at once`);
    for (const { response } of held) response.writeHead(202).end();
  });

  test('keeps what belongs to the request: its progress, the log it asked for, and the answer', async () => {
    const answers: Received[] = [];
    const note = (method: string, params: Json): Json => ({ jsonrpc: '2.0', method, params });
    old.call = ({ message, response }, reply) => {
      const token = (message?.params as Json)['_meta'].progressToken as unknown;
      const all = [
        note('notifications/progress', { progressToken: token, progress: 1 }),
        note('notifications/progress', { progressToken: 'other', progress: 1 }),
        note('notifications/message', { level: 'info', data: 'low' }),
        note('notifications/message', { level: 'error', data: 'high' }),
        note('notifications/tools/list_changed', {}),
        { jsonrpc: '2.0', id: 'q', method: 'sampling/createMessage', params: {} },
        { jsonrpc: '2.0', id: 8, method: 'ping' },
        { jsonrpc: '2.0', id: 'stray', result: {} },
        reply({ result: { content: [] } }),
      ];
      const out = stream(response);
      out.write('id: 1\ndata:\nretry: 5\n\n: ka\n\n');
      for (const one of all) out.write(`id: 2\nevent: message\ndata: ${JSON.stringify(one)}\n\n`);
    };
    const before = old.received.length;
    const { headers, text, complete } = await send('/mcp/old', 'tools/call', { name: 'x' }, 5, {
      progressToken: 77,
      'io.modelcontextprotocol/logLevel': 'warning',
    });
    assert.deepEqual([headers['content-type'], headers['x-accel-buffering'], complete, /^(id|retry):/m.test(text)], ['text/event-stream', 'no', true, false]);
    assert.deepEqual(events(text).map(({ id, params, result }) => params ?? [id, result.resultType]), [
      { progressToken: 77, progress: 1 },
      { level: 'error', data: 'high' },
      [5, 'complete'],
    ]);
    await until('the server having its answers', () =>
      (answers.splice(0, 9, ...old.received.slice(before).filter(({ message }) => message?.method === undefined)), answers.length === 2));
    const said = answers.map(({ message }) => message as Json);
    assert.deepEqual([said.find(({ id }) => id === 'q')?.['error'].code, said.find(({ id }) => id === 8)?.['result']], [-32601, {}]);
  });

  test('that the client leaves is cancelled at the server, in its session and under the id it knows', async () => {
    old.call = ({ response }) => void stream(response).write(': open\n\n');
    const connection = await begin(gateway.port, withKey(post('tools/call', { name: 'left' }, 'mine')));
    await connection.head('POST');
    const call = sentAs('tools/call').at(-1) ?? assert.fail();
    const before = sentAs('notifications/cancelled').length;
    connection.close();
    await within(call.abandoned, 'the stream being given up');
    await until('the server being told', () => sentAs('notifications/cancelled').length === before + 1);
    const told = sentAs('notifications/cancelled').at(-1) ?? assert.fail();
    assert.deepEqual([told.message?.params?.['requestId'], told.headers['mcp-session-id']], [call.message?.id, call.headers['mcp-session-id']]);
  });

  test('so is a call that has not been answered yet; an answered one is not', async () => {
    old.call = () => {};
    const before = sentAs('notifications/cancelled').length;
    const connection = await begin(gateway.port, withKey(post('tools/call', { name: 'left' }, 'mine')));
    await until('the call being there', () => old.executed.length === 1);
    connection.reset();
    await until('the server being told', () => sentAs('notifications/cancelled').length === before + 1);
    old.call = plain();
    await send('/mcp/old', 'tools/call', { name: 'x' });
    assert.equal(sentAs('notifications/cancelled').length, before + 1);
  });
});

describe('a session', () => {
  test('that is lost is opened again, once for all who miss it, and every call is executed once', async () => {
    await send('/mcp/old', 'tools/call', { name: 'first' });
    old.open.clear();
    const [before, lost] = [sentAs('initialize').length, old.executed.length];
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => send('/mcp/old', 'tools/call', { name: `n${i}` })));
    assert.deepEqual(answers.map(({ status }) => status), Array(5).fill(200));
    assert.deepEqual([sentAs('initialize').length - before, old.executed.slice(lost).sort()], [1, ['n0', 'n1', 'n2', 'n3', 'n4']]);
  });

  test('that a server says is missing, in the words of many servers, is opened again too', async () => {
    await send('/mcp/old', 'tools/call', { name: 'first' });
    const behave = old.behave;
    let lost: string | undefined;
    old.behave = (received) => {
      if (received.message?.method === 'tools/call') lost ??= received.headers['mcp-session-id'];
      if (lost === undefined || received.headers['mcp-session-id'] !== lost) return behave(received);
      received.response.writeHead(400, { 'content-type': 'application/json' }).end(
        '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request: No valid session ID provided"}}',
      );
    };
    assert.equal((await send('/mcp/old', 'tools/call', { name: 'again' })).status, 200);
    assert.deepEqual(old.executed, ['first', 'again']);
    old.behave = behave;
  });

  test('is not lost by a 404 for a method', async () => {
    const behave = old.behave;
    old.behave = (received) => {
      if (received.message?.method !== 'tools/call') return behave(received);
      received.response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({
        jsonrpc: '2.0',
        id: received.message.id,
        error: { code: -32601, message: 'no' },
      }));
    };
    const before = sentAs('initialize').length;
    const { status, json: answer } = await send('/mcp/old', 'tools/call', { name: 'x' });
    assert.deepEqual([status, answer['error'].code, sentAs('initialize').length], [404, -32601, before]);
    old.behave = behave;
  });

  test('that no server opens is the gateway’s failure, and the next request tries again', async () => {
    const fresh = await startLegacy();
    const behave = fresh.behave;
    fresh.behave = ({ response }) => void response.writeHead(500).end();
    const config = gatewayConfig({ servers: { old: server() } });
    const other = await startGateway({ config, pools: { old: [fresh.url] } });
    assert.equal((await askModern(other.port, '/mcp/old', 'tools/list')).status, 502);
    fresh.behave = behave;
    assert.equal((await askModern(other.port, '/mcp/old', 'tools/list')).status, 200);
    assert.equal(fresh.open.size, 1);
    // One that has ended takes nobody else's along: it is ended with the gateway.
    await other.stop();
    assert.equal(fresh.open.size, 0);
  });

  test('whose instance has gone is opened at another; an unfinished call is not repeated there', async () => {
    const [one, two] = await Promise.all([startLegacy(), startLegacy()]);
    const other = await startGateway({ config: gatewayConfig({ servers: { old: server() } }), pools: { old: [one.url, two.url] } });
    await askModern(other.port, '/mcp/old', 'tools/call', { name: 'x' });
    const [home, away] = one.executed.length === 1 ? [one, two] : [two, one];
    home.call = () => {};
    const lost = askModern(other.port, '/mcp/old', 'tools/call', { name: 'lost' });
    await until('the call being there', () => home.executed.length === 2);
    await home.kill();
    assert.equal((await lost).status, 502);
    assert.equal((await askModern(other.port, '/mcp/old', 'tools/call', { name: 'next' })).status, 200);
    assert.deepEqual(away.executed, ['next']);
    await other.stop();
  });
});

