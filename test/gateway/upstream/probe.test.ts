/** Probes of every kind, against servers that answer, do not, or answer something else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HealthTable } from '#src/gateway/runtime/tables/pool.js';
import { probeOf, type Probe } from '#src/gateway/runtime/upstream/probe.js';
import { httpProbe } from '#src/gateway/runtime/upstream/probe-http.js';
import { mcpProbe } from '#src/gateway/runtime/upstream/probe-mcp.js';
import { closedPort, json, startRawUpstream, startUpstream, stream, withSessions, type Behave, type FakeUpstream } from '../../support/upstreams.js';

const TIMES = { every: 1000, timeout: 1000 };
const http = (more: Partial<Extract<HealthTable, { kind: 'http' }>> = {}): HealthTable => ({
  ...TIMES,
  kind: 'http',
  path: '/health',
  method: 'GET',
  status: 200,
  body: null,
  ...more,
});
const asks = (ask: 'ping' | 'discover'): HealthTable => ({ ...TIMES, kind: 'mcp', ask });
const probe = (health: HealthTable, { url }: { readonly url: string }): Probe => probeOf(health, { url: new URL(url) }, { httpProbe, mcpProbe });
/** Long enough for anything that answers. */
const LONG = 8000;
const SHORT = 60;

describe('tcp', () => {
  test('a connection is enough; none is not', async () => {
    const upstream = await startRawUpstream(() => {});
    assert.equal(await probe({ ...TIMES, kind: 'tcp' }, upstream).look(LONG), true);
    assert.equal(await probe({ ...TIMES, kind: 'tcp' }, { url: `http://127.0.0.1:${await closedPort()}/mcp` }).look(LONG), false);
  });
});

describe('http', () => {
  const answer = (status: number, body: string | Buffer = ''): Behave => ({ response }) => void response.writeHead(status).end(body);
  for (const [what, health, behave, well] of [
    ['the status that is wanted', http(), answer(200), true],
    ['another', http(), answer(204), false],
    ['a redirect is not followed', http(), ({ response }) => void response.writeHead(302, { location: '/ok' }).end(), false],
    ['a status of one’s own', http({ status: 418 }), answer(418), true],
    ['a body that says so', http({ body: '"ok"' }), answer(200, '{"status":"ok"}'), true],
    ['one that does not', http({ body: '"ok"' }), answer(200, '{"status":"degraded"}'), false],
    ['the right body with the wrong status', http({ body: 'ok' }), answer(500, 'ok'), false],
    ['words at the end of 64 kB', http({ body: 'ok' }), answer(200, `${'.'.repeat(65_534)}ok`), true],
    ['words beyond', http({ body: 'ok' }), answer(200, `${'.'.repeat(65_535)}ok`), false],
    [
      'words in two pieces',
      http({ body: 'grün' }),
      ({ response }) => void (response.write(Buffer.from('grü').subarray(0, 3)), setImmediate(() => response.end(Buffer.from('grün').subarray(3)))),
      true,
    ],
    ['words on a stream that does not end', http({ body: 'ok' }), ({ response }) => void stream(response).write('ok'), true],
    ['a head on a stream that does not end', http(), ({ response }) => void stream(response), true],
  ] as const satisfies readonly (readonly [string, HealthTable, Behave, boolean])[]) {
    test(what, async () => {
      assert.equal(await probe(health, await startUpstream(behave)).look(LONG), well);
    });
  }

  for (const [what, health, location, cause] of [
    ['http, a path', http(), '/up/?secret=1', 'it answered 307: its health.path has to be /up/'],
    ['http, an address', http(), 'https://up.example/health', 'it answered 307: the URL of its instances has to have the address https://up.example'],
    ['ping', asks('ping'), '/mcp/', 'it answered 307: the URL of its instances has to have the path /mcp/'],
    ['discover', asks('discover'), '/mcp/', 'it answered 307: the URL of its instances has to have the path /mcp/'],
  ] as const) {
    test(`field-15 a redirect is said with what to configure: ${what}`, async () => {
      const one = probe(health, await startUpstream(({ response }) => void response.writeHead(307, { location }).end()));
      assert.equal(await one.look(LONG), false);
      assert.deepEqual(one.cause, { code: 'REDIRECT', cause, blame: 'config' });
    });
  }

  test('asks by its method, on its own path and a connection of its own', async () => {
    const upstream = await startUpstream(answer(200));
    const sockets = new Set<unknown>();
    upstream.behave = ({ response }) => {
      sockets.add(response.socket);
      response.end();
    };
    for (const method of ['GET', 'HEAD', 'POST']) assert.equal(await probe(http({ method, path: '/up?deep=1' }), upstream).look(LONG), true);
    assert.deepEqual(upstream.received.map(({ method, url }) => `${method} ${url}`), ['GET /up?deep=1', 'HEAD /up?deep=1', 'POST /up?deep=1']);
    assert.equal(sockets.size, 3);
  });

  test('waits no longer than it may, not even for one that dribbles', async () => {
    const silent = await startRawUpstream(() => {});
    assert.equal(await probe(http(), silent).look(SHORT), false);
    const dribbling = await startUpstream(({ response }) => {
      const timer = setInterval(() => response.write('.'), 5);
      response.on('close', () => clearInterval(timer));
    });
    assert.equal(await probe(http({ body: 'ok' }), dribbling).look(SHORT), false);
  });

  test('nobody there, nonsense there, a change of protocol', async () => {
    assert.equal(await probe(http(), { url: `http://127.0.0.1:${await closedPort()}/mcp` }).look(LONG), false);
    for (const bytes of [
      'nonsense\r\n\r\n',
      'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nok',
    ]) {
      const upstream = await startRawUpstream((socket) => void socket.once('data', () => socket.end(bytes)));
      assert.equal(await probe(http({ body: 'fine' }), upstream).look(LONG), false, bytes);
    }
  });
});

describe('discover', () => {
  const result = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} };
  test('is asked as 2026-07-28 asks', async () => {
    const upstream = await startUpstream(({ message, response }) => json(response, { jsonrpc: '2.0', id: message?.id, result }));
    assert.equal(await probe(asks('discover'), upstream).look(LONG), true);
    const [{ method, url, headers, message } = assert.fail()] = upstream.received;
    const { 'mcp-protocol-version': version, 'mcp-method': name, 'content-type': type, 'mcp-session-id': session } = headers;
    assert.deepEqual(
      [method, url, version, name, type, session, message?.method],
      ['POST', '/mcp', '2026-07-28', 'server/discover', 'application/json', undefined, 'server/discover'],
    );
    const meta = message?.params?.['_meta'] as Record<string, unknown>;
    assert.deepEqual([meta['io.modelcontextprotocol/protocolVersion'], meta['io.modelcontextprotocol/clientCapabilities']], ['2026-07-28', {}]);
  });

  for (const [what, behave, well] of [
    [
      'a result on a stream that stays open',
      ({ message, response }) =>
        void stream(response).write(`: hello\r\n\r\nevent: message\r\ndata: {"jsonrpc":"2.0",\r\ndata: "id":${message?.id},"result":{}}\r\n\r\n`),
      true,
    ],
    ['an error with 200', ({ message, response }) => json(response, { jsonrpc: '2.0', id: message?.id, error: { code: -32601, message: 'no' } }), false],
    ['a result for somebody else', ({ response }) => json(response, { jsonrpc: '2.0', id: 'other', result: {} }), false],
    [
      'a result with 404',
      ({ message, response }) => void response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ id: message?.id, result: {} })),
      false,
    ],
    ['a page', ({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'), false],
    ['a stream without an answer', ({ response }) => void stream(response).end(': nothing\n\n'), false],
  ] as const satisfies readonly (readonly [string, Behave, boolean])[]) {
    test(what, async () => {
      assert.equal(await probe(asks('discover'), await startUpstream(behave)).look(LONG), well);
    });
  }
});

describe('ping', () => {
  const said = ({ received }: FakeUpstream): string[] =>
    received.map(({ method, message, headers }) => [message?.method ?? method, headers['mcp-session-id']].filter(Boolean).join(' '));
  test('keeps one session, and ends it', async () => {
    const upstream = await startUpstream(sessions());
    const ping = probe(asks('ping'), upstream);
    for (let i = 0; i < 3; i++) assert.equal(await ping.look(LONG), true);
    await Promise.all([ping.close(), ping.close()]);
    assert.deepEqual(said(upstream), ['initialize', 'notifications/initialized up-1', 'ping up-1', 'ping up-1', 'ping up-1', 'DELETE up-1']);
    assert.deepEqual(new Set(upstream.received.slice(1).map(({ headers }) => headers['mcp-protocol-version'])), new Set(['2025-11-25']));
  });

  for (const status of [404, 400, 410, 503]) {
    test(`opens another where it was lost (${status})`, async () => {
      const upstream = await startUpstream(sessions());
      const ping = probe(asks('ping'), upstream);
      assert.equal(await ping.look(LONG), true);
      const again = sessions('again');
      upstream.behave = (received) => (received.headers['mcp-session-id'] === 'up-1' ? void received.response.writeHead(status).end() : again(received));
      assert.equal(await ping.look(LONG), true);
      assert.equal(await ping.look(LONG), true);
      assert.deepEqual(said(upstream).slice(3), ['ping up-1', 'initialize', 'notifications/initialized again-1', 'ping again-1', 'ping again-1']);
    });
  }

  test('keeps it over failures of another kind', async () => {
    const upstream = await startUpstream();
    const working = sessions();
    upstream.behave = working;
    const ping = probe(asks('ping'), upstream);
    assert.equal(await ping.look(LONG), true);
    upstream.behave = ({ response }) => void response.writeHead(503).end();
    assert.equal(await ping.look(LONG), false);
    await upstream.kill();
    assert.equal(await ping.look(LONG), false);
    await upstream.revive();
    upstream.behave = working;
    assert.equal(await ping.look(LONG), true);
    assert.deepEqual(said(upstream).slice(3), ['ping up-1', 'initialize', 'ping up-1'], 'one that takes no new session has not lost the old one');
  });

  test('does without a session where the server keeps none, and there is none to end', async () => {
    const upstream = await startUpstream(({ message, response }) => {
      if (message?.id === undefined) return void response.writeHead(202).end();
      json(response, { jsonrpc: '2.0', id: message.id, result: message.method === 'initialize' ? { protocolVersion: '2025-06-18' } : {} });
    });
    const ping = probe(asks('ping'), upstream);
    assert.deepEqual([await ping.look(LONG), await ping.look(LONG)], [true, true]);
    await ping.close();
    assert.deepEqual(said(upstream), ['initialize', 'notifications/initialized', 'ping', 'ping']);
    assert.equal(upstream.received[2]?.headers['mcp-protocol-version'], '2025-06-18');
  });

  test('leaves no session behind that it could not use, nor one that opens while it is closed', async () => {
    const upstream = await startUpstream();
    const open = sessions();
    upstream.behave = (received) => (received.message?.method === 'notifications/initialized' ? void received.response.writeHead(500).end() : open(received));
    assert.equal(await probe(asks('ping'), upstream).look(LONG), false);
    assert.deepEqual(said(upstream), ['initialize', 'notifications/initialized up-1', 'DELETE up-1']);

    const late = await startUpstream();
    const ping = probe(asks('ping'), late);
    const working = sessions('late');
    late.behave = async (received) => {
      if (received.message?.method === 'initialize') await ping.close();
      return working(received);
    };
    assert.equal(await ping.look(LONG), false);
    assert.deepEqual(said(late), ['initialize', 'notifications/initialized late-1', 'DELETE late-1']);
  });

  test('waits no longer than it may, whatever step it has come to', async () => {
    for (const silent of ['initialize', 'notifications/initialized', 'ping']) {
      const open = sessions();
      const upstream = await startUpstream((received) => (received.message?.method === silent ? undefined : open(received)));
      assert.equal(await probe(asks('ping'), upstream).look(200), false, silent);
    }
  });
});

/** Notifications are taken with 202, as servers do. */
function sessions(prefix = 'up'): Behave {
  const open = withSessions(prefix);
  return (received) => (received.message?.method === 'notifications/initialized' ? void received.response.writeHead(202).end() : open(received));
}
