/** Servers that speak 2024-11-05 themselves: their streams pass, with the one event edited that says where to post. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { textOf } from '../../../support/client.js';
import { request, type ErrorBody } from '../../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../../support/gateway-tables.js';
import { randomOf } from '../../../support/random.js';
import { as, client, startGateway, type RunningGateway } from '../../../support/gateway.js';
import { ask, dial, requestBytes, until, type HttpAnswer } from '../../../support/http.js';
import { startUpstream, stream, type FakeUpstream, type Received } from '../../../support/upstreams.js';
import { connectOld, openStream, REVISIONS } from './support.js';

const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/prefix/mcp' }], sse: '/prefix/sse' };
const CONFIG: Config = gatewayConfig({
  auth: { clients: { acme: client('acme'), twin: client('twin'), globex: client('globex'), few: client('few') } },
  servers: { old: server, fake: server, other: server, slow: server },
  tenants: {
    acme: { match: [{ client: 'acme' }, { client: 'twin' }, { path: true }], servers: '*' },
    globex: { match: { client: 'globex' }, servers: '*' },
    few: { match: { client: 'few' }, servers: '*', sessions: 1 },
  },
  gateway: {
    admin: {},
    revisions: REVISIONS,
    sessionKeys: [{ secret: 'SESSION_KEY' }],
    limits: { perAddress: '10000/s', sessions: 80 },
    timeouts: { firstByte: '2s' },
  },
});

const closing: (() => void)[] = [];
after(() => closing.forEach((close) => close()));

/** As the SDK has it: the endpoint is root-relative, and knows nothing of what is in front. */
async function startOld(name: string): Promise<{ readonly url: string; readonly sessions: Map<string, SSEServerTransport> }> {
  const sessions = new Map<string, SSEServerTransport>();
  const http = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost');
    if (req.method === 'GET' && pathname === '/prefix/sse') {
      const mcp = new McpServer({ name, version: '1.0.0' });
      mcp.registerTool('echo', { inputSchema: { value: z.string() } }, ({ value }) => ({ content: [{ type: 'text', text: `${name} ${value}` }] }));
      const transport = new SSEServerTransport('/prefix/messages/', res);
      sessions.set(transport.sessionId, transport);
      res.on('close', () => sessions.delete(transport.sessionId));
      return void mcp.connect(transport as Parameters<McpServer['connect']>[0]);
    }
    const transport = sessions.get(searchParams.get('sessionId') ?? '');
    if (req.method !== 'POST' || pathname !== '/prefix/messages/' || !transport) return void res.writeHead(404).end('not here');
    void transport.handlePostMessage(req, res);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closing.push(() => (http.close(), http.closeAllConnections()));
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/prefix/mcp`, sessions };
}

let one: RunningGateway;
let two: RunningGateway;
let olds: Awaited<ReturnType<typeof startOld>>[];
let fake: FakeUpstream;
before(async () => {
  [olds, fake] = await Promise.all([Promise.all([startOld('left'), startOld('right')]), startUpstream()]);
  const url = fake.url.replace('/mcp', '/prefix/mcp');
  const pools = { old: olds.map(({ url }) => url), fake: [url], other: [url], slow: [url] };
  [one, two] = await Promise.all([startGateway({ config: CONFIG, pools }), startGateway({ config: CONFIG, pools })]);
});

/** The upstream's own stream, with an endpoint as it names it. */
const naming = (endpoint: string, rest = '') => ({ method, response }: Received): void => {
  if (method !== 'GET') return void response.writeHead(202, { 'x-of': 'upstream' }).end('Accepted');
  stream(response).write(`event: endpoint\ndata: ${endpoint}\n\n${rest}`);
};
const reason = ({ text }: HttpAnswer): string => (JSON.parse(text) as ErrorBody).error.data.reason;
const get = (path: string, who = 'acme'): Promise<HttpAnswer> => ask(one.port, { path, headers: { ...as(who), accept: 'text/event-stream' } });

describe('the official client of old', () => {
  for (const path of ['/mcp/old/sse', '/t/acme/mcp/old/sse']) {
    test(`${path}: posts that reach another replica get to the instance that holds the stream`, async (t) => {
      const clients = await Promise.all(Array.from({ length: 6 }, () =>
        connectOld(t, `http://127.0.0.1:${one.port}${path}`, { who: 'acme', postPort: two.port })));
      const names = clients.map((each) => each.getServerVersion()?.name);
      assert.deepEqual([...new Set(names)].sort(), ['left', 'right'], 'both instances are used');
      for (const [n, each] of clients.entries()) {
        const answers = await Promise.all([1, 2, 3].map((value) => each.callTool({ name: 'echo', arguments: { value: `${value}` } })));
        assert.deepEqual(answers.map(textOf), [1, 2, 3].map((value) => `${names[n]} ${value}`));
      }
    });
  }

  test('ends its session by leaving', async (t) => {
    const open = (): number => olds.reduce((sum, { sessions }) => sum + sessions.size, 0);
    await until('the end of others', () => open() === 0);
    const left = await connectOld(t, `http://127.0.0.1:${one.port}/mcp/old/sse`, { who: 'acme' });
    assert.equal(open(), 1);
    await left.close();
    await until('the end of the stream', () => open() === 0);
  });
});

describe('what curl sees', () => {
  test('a stream that is told not to be buffered, its endpoint below the prefix it was asked by', async () => {
    fake.behave = naming('/prefix/messages/?session=a%20b&x=1');
    for (const path of ['/mcp/fake', '/t/acme/mcp/fake']) {
      const opened = await openStream(one.port, `${path}/sse`);
      const { 'content-type': type, 'cache-control': cache, 'x-accel-buffering': buffering, 'content-length': length } = opened.head.headers;
      assert.deepEqual([type, cache, buffering, length], ['text/event-stream', 'no-cache, no-transform', 'no', undefined]);
      assert.match(opened.endpoint, new RegExp(`^${path}/message\\?sessionId=[\\w-]{40,}$`));
      const posted = await opened.post(request('ping'), { port: two.port, headers: { 'mcpgen-relay': 'x' } });
      assert.deepEqual([posted.status, posted.text, posted.headers['x-of']], [202, 'Accepted', 'upstream']);
      const last = fake.received.at(-1);
      assert.deepEqual([last?.method, last?.url, last?.headers['mcpgen-relay']], ['POST', '/prefix/messages/?session=a%20b&x=1', undefined]);
      assert.deepEqual(last?.message, request('ping'));
      const asked = fake.received.findLast(({ method }) => method === 'GET');
      assert.deepEqual([asked?.url, asked?.headers['accept-encoding'], asked?.headers['authorization']], ['/prefix/sse', 'identity', undefined]);
      opened.close();
    }
  });

  test('everything behind the event as the server wrote it', async () => {
    const rest = ': ping\r\n\r\nid: 3\ndata: {"a": "é"}\ndata: {}\n\n';
    fake.behave = naming('/m', `event: endpoint\ndata: /mcp/other/message?sessionId=x\n\n${rest}`);
    const opened = await openStream(one.port, '/mcp/fake/sse');
    const text = await opened.text((all) => all.endsWith(rest));
    // Clients follow each endpoint: one that the server wrote would be a path of the gateway, another server's for example.
    assert.equal(text, `event: endpoint\ndata: ${opened.endpoint}\n\n:\n\n${rest}`);
    opened.close();
  });

  test('endpoints of other shapes', async () => {
    for (const [endpoint, wanted] of [
      [`http://127.0.0.1:${fake.port}/a?b#c`, '/a?b'],
      ['messages/?x=1', '/prefix/messages/?x=1'],
      ['?x=1', '/prefix/sse?x=1'],
      ['/übung/../a b', '/a%20b'],
    ] as const) {
      fake.behave = naming(endpoint);
      const opened = await openStream(one.port, '/mcp/fake/sse');
      assert.equal((await opened.post(request('ping'))).status, 202);
      assert.equal(fake.received.at(-1)?.url, wanted);
      opened.close();
    }
  });

  test('other answers of the server, to streams and to messages', async () => {
    fake.behave = ({ response }) => void response.writeHead(403, { 'content-type': 'text/plain' }).end('not you');
    const refused = await get('/mcp/fake/sse');
    assert.deepEqual([refused.status, refused.text], [403, 'not you']);
    fake.behave = naming('/m');
    const opened = await openStream(one.port, '/mcp/fake/sse');
    fake.behave = ({ response }) => void response.writeHead(400).end('Invalid message');
    const posted = await opened.post(request('ping'));
    assert.deepEqual([posted.status, posted.text], [400, 'Invalid message']);
    opened.close();
  });
});

describe('a server that does not do as it should', () => {
  test('names an endpoint elsewhere: nothing is sent there', async () => {
    const victim = await startUpstream();
    for (const endpoint of [
      victim.url, `//127.0.0.1:${victim.port}/x`, `https://127.0.0.1:${fake.port}/x`, 'file:///etc/passwd', 'http://',
      `http://localhost:${fake.port}/x`,
    ]) {
      fake.behave = naming(endpoint);
      const answer = await get('/mcp/fake/sse');
      assert.deepEqual([endpoint, answer.status, reason(answer)], [endpoint, 502, 'upstream-lost']);
    }
    assert.equal(victim.received.length, 0);
  });

  test('names anything at all: it stays at its own instance', async () => {
    const victim = await startUpstream();
    const dice = randomOf();
    const parts = [
      '/', '//', '\\', '@', ':', 'http:', 'https:', `127.0.0.1:${victim.port}`, `127.0.0.1:${fake.port}`, 'localhost', '..', '%2e%2e', '%0d%0a', '?',
      '#', ' ', '\t', 'a', '[::1]', '&', '=', 'ü', '\x7f',
    ];
    const seen = { passed: 0, refused: 0 };
    for (let round = 0; round < 150; round++) {
      const endpoint = Array.from({ length: 1 + dice.below(6) }, () => dice.pick(parts)).join('');
      const why = `MCPGEN_SEED=${dice.seed}, round ${round}: ${JSON.stringify(endpoint)}`;
      fake.behave = naming(endpoint);
      const connection = await dial(one.port);
      connection.send(requestBytes({ path: '/mcp/fake/sse', headers: as('acme') }));
      const { status } = await connection.head();
      if (status === 200) {
        seen.passed++;
        const { text } = await connection.body((all) => /data: .*\n\n/.test(all));
        const [, path = assert.fail(why)] = /^event: endpoint\ndata: (\/mcp\/fake\/message\?sessionId=[\w-]+)\n\n$/.exec(text) ?? [];
        const count = fake.received.length;
        assert.equal((await ask(two.port, { path, message: request('ping'), headers: as('acme') })).status, 202, why);
        assert.ok(fake.received.length === count + 1 && fake.received.at(-1)?.url.startsWith('/'), why);
      } else {
        seen.refused++;
        assert.equal(status, 502, why);
      }
      connection.close();
    }
    assert.equal(victim.received.length, 0, `MCPGEN_SEED=${dice.seed}`);
    assert.ok(seen.passed > 0 && seen.refused > 0, JSON.stringify(seen));
  });

  test('names none, in time or in bounds, or one that fits into no id', async () => {
    fake.behave = ({ response }) => void stream(response).write(': wait\n\n');
    const late = await get('/mcp/slow/sse');
    assert.deepEqual([late.status, reason(late)], [504, 'upstream-timeout']);
    await fake.received.at(-1)?.abandoned;
    fake.behave = ({ response }) => void stream(response).write(`: ${'x'.repeat(100_000)}\n\n`);
    assert.equal((await get('/mcp/fake/sse')).status, 502);
    fake.behave = ({ response }) => void stream(response).end('data: {}\n\n');
    assert.equal((await get('/mcp/fake/sse')).status, 502);
    fake.behave = naming(`/m?${'x'.repeat(5000)}`);
    assert.equal((await get('/mcp/fake/sse')).status, 502);
  });

  test('dies: the stream is cut, and posts find nobody', async () => {
    fake.behave = naming('/m');
    const opened = await openStream(one.port, '/mcp/fake/sse');
    await fake.kill();
    const { complete } = await opened.connection.body();
    assert.ok(!complete);
    const answer = await opened.post(request('ping'), { port: two.port });
    assert.deepEqual([answer.status, reason(answer)], [404, 'session-unknown']);
    await fake.revive();
  });
});

describe('who may do what', () => {
  const unknown = (answer: HttpAnswer): unknown[] => {
    const { id, error } = JSON.parse(answer.text) as ErrorBody;
    return [answer.status, id, error.code, error.message, error.data.reason, Object.keys(error.data).sort()];
  };
  const UNKNOWN = [404, 1, 404, 'Session not found', 'session-unknown', ['reason', 'requestId']];

  test('ids of others, of other servers, changed ones, none: all the same 404', async () => {
    fake.behave = naming('/m');
    const opened = await openStream(one.port, '/mcp/fake/sse');
    const count = fake.received.length;
    const post = (path: string, who = 'acme'): Promise<HttpAnswer> => ask(one.port, { path, message: request('ping'), headers: as(who) });
    const { endpoint } = opened;
    const changed = endpoint.slice(0, -5) + (endpoint.at(-5) === 'A' ? 'B' : 'A') + endpoint.slice(-4);
    for (const answer of [
      await post(endpoint, 'twin'),
      await post(endpoint, 'globex'),
      await post(endpoint.replace('/fake/', '/other/')),
      await post(changed),
      await post('/mcp/fake/message'),
      await post('/mcp/fake/message?sessionId='),
      await post('/mcp/fake/message?sessionId=../../etc'),
    ]) assert.deepEqual(unknown(answer), UNKNOWN);
    assert.equal(fake.received.length, count, 'nothing reached the server');
    // An id from one transport is rejected on the other.
    const id = endpoint.split('sessionId=')[1] ?? '';
    const mcp = await ask(one.port, { path: '/mcp/fake', message: request('ping'), headers: { ...as('acme'), 'mcp-session-id': id } });
    assert.deepEqual(unknown(mcp), UNKNOWN);
    assert.equal((await opened.post(request('ping'))).status, 202);
    opened.close();
  });

  test('methods', async () => {
    const posted = await ask(one.port, { path: '/mcp/fake/sse', message: request('ping'), headers: as('acme') });
    assert.deepEqual([posted.status, posted.headers['allow']], [405, 'GET']);
    const got = await ask(one.port, { path: '/mcp/fake/message?sessionId=x', headers: as('acme') });
    assert.deepEqual([got.status, got.headers['allow']], [405, 'POST']);
  });

  test('credentials and origins', async () => {
    for (const options of [{ path: '/mcp/fake/sse' }, { path: '/mcp/fake/message?sessionId=x', message: request('ping') }]) {
      assert.equal((await ask(one.port, options)).status, 401);
      assert.equal((await ask(one.port, { ...options, headers: { ...as('acme'), origin: 'https://evil.example' } })).status, 403);
    }
  });

  test('a stream is a session: limited, counted, released when it ends', async () => {
    fake.behave = naming('/m');
    const metric = async (name: string): Promise<number> => (await one.metrics()).get(name) ?? 0;
    const opened = await metric('mcpgen_sessions_opened_total');
    await until('the end of others', async () => (await metric('mcpgen_sessions_active')) === 0);
    const first = await openStream(one.port, '/mcp/fake/sse', 'few');
    assert.deepEqual([await metric('mcpgen_sessions_active'), await metric('mcpgen_streams_open')], [1, 1]);
    const second = await get('/mcp/fake/sse', 'few');
    assert.deepEqual([second.status, reason(second)], [429, 'sessions-full']);
    first.close();
    await until('the place', async () => (await metric('mcpgen_sessions_active')) === 0 && (await metric('mcpgen_streams_open')) === 0);
    (await openStream(one.port, '/mcp/fake/sse', 'few')).close();
    await until('both ends', async () =>
      (await metric('mcpgen_sessions_opened_total')) === opened + 2 && (await metric('mcpgen_sessions_ended_total')) === opened + 2);
  });

  test('one that leaves before the server has answered holds no place', async () => {
    fake.behave = () => {};
    const connection = await dial(one.port);
    const count = fake.received.length;
    connection.send(requestBytes({ path: '/mcp/fake/sse', headers: as('few') }));
    await until('the request', () => fake.received.length > count);
    connection.close();
    await fake.received.at(-1)?.abandoned;
    fake.behave = naming('/m');
    await until('the place', async () => ((await one.metrics()).get('mcpgen_sessions_active') ?? 0) === 0);
    (await openStream(one.port, '/mcp/fake/sse', 'few')).close();
  });
});
