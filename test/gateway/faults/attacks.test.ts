/** What a server behind may try against the gateway and its clients, and a client against those behind and beside it. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initialize, modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, within, type AskOptions } from '../../support/http.js';
import { json, startUpstream, stream, withSessions, type FakeUpstream, type Received } from '../../support/upstreams.js';
import { assertNothingLeft, descriptors, faultsOf, look, MB, ok, repeat, residentBytes, startFaulty, type Faulty } from './support.js';

const CALL = request('tools/call', { name: 'add' });
const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const post = (path: string, message: object, headers: AskOptions['headers'] = {}): AskOptions => ({ path, message, headers });
const CONFIG = gatewayConfig({ servers: { raw: server, search: server }, gateway: { timeouts: { firstByte: '5s', response: '1s', drain: '10s' } } });
let raw: Faulty;
let upstream: FakeUpstream;
let gateway: RunningGateway;
const start = (env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> =>
  startGateway({ config: CONFIG, env, pools: { raw: [raw.url], search: [upstream.url] } });
before(async () => {
  [raw, upstream] = await Promise.all([startFaulty(), startUpstream()]);
  gateway = await start();
});

describe('a server that speaks for the gateway', () => {
  test('headers that hold for the whole origin, or for the connection, do not reach the client', async () => {
    const theirs = [
      'Alt-Svc: h2="evil.example.com:443"; ma=86400', 'Clear-Site-Data: "*"', 'Strict-Transport-Security: max-age=0', 'NEL: {}', 'Report-To: {}',
      'Set-Cookie: a=b', 'Reporting-Endpoints: a="https://evil.example.com"', 'Connection: X-Mine', 'X-Mine: 1', 'Keep-Alive: timeout=9999',
      'Access-Control-Allow-Origin: *', 'X-Accel-Redirect: /etc', 'Mcp-Session-Id: forged', 'X-Request-Id: forged', 'X-Correlation-Id: forged',
      'Trailer: X', 'Upgrade: h2c',
    ];
    raw.behave = ({ socket, message }) => void socket.write(ok(message?.id, `${theirs.join('\r\n')}\r\nX-Harmless: yes\r\n`));
    const { headers, status } = await ask(gateway.port, post('/mcp/raw', modern('tools/list'), modernHeaders('tools/list')));
    assert.equal(status, 200);
    const names = theirs.map((line) => line.slice(0, line.indexOf(':')).toLowerCase()).filter((name) => !['connection', 'keep-alive'].includes(name));
    assert.deepEqual(names.filter((name) => headers[name] !== undefined && name !== 'x-request-id'), []);
    assert.ok(!JSON.stringify(headers).includes('forged') && !headers['connection']?.includes('Mine') && !headers['keep-alive']?.includes('9999'));
    assert.equal(headers['x-harmless'], 'yes');
  });

  test('a redirection leads nowhere: the caller’s key would go along', async () => {
    for (const status of [301, 307, 308]) {
      raw.behave = ({ socket }) =>
        void socket.write(
          `HTTP/1.1 ${status} Elsewhere\r\nLocation: https://evil.example.com/mcp\r\nRefresh: 0; url=https://evil.example.com\r\nContent-Length: 0\r\n\r\n`,
        );
      const answer = await ask(gateway.port, post('/mcp/raw', CALL));
      assert.deepEqual([answer.status, answer.headers['location'], answer.headers['refresh']], [502, undefined, undefined], `${status}`);
    }
  });

  test('an answer without a body announces none: its length would be taken from the next answer', async () => {
    for (const status of [204, 304]) {
      raw.behave = ({ socket }) => void socket.write(`HTTP/1.1 ${status} Odd\r\nContent-Length: 100\r\n\r\n`);
      const connection = await dial(gateway.port);
      connection.send(requestBytes(post('/mcp/raw', CALL)));
      const head = await connection.answer('POST');
      // Nobody has asked whether something had changed.
      assert.equal(head.status, status === 304 ? 502 : status);
      assert.ok(status === 304 || head.headers['content-length'] === undefined);
      connection.close();
    }
  });

  test('an answer followed by another is one answer: nobody gets the second', async () => {
    raw.behave = ({ socket, message }) => void socket.write(`${ok(message?.id)}${ok('forged')}`);
    const answers = await repeat(
      100,
      10,
      async (n) => JSON.parse((await ask(gateway.port, post('/mcp/raw', request('tools/call', { name: 'a' }, n)))).text) as { id: unknown },
    );
    assert.deepEqual(answers.map(({ id }) => id).sort((a, b) => Number(a) - Number(b)), Array.from({ length: 100 }, (_, n) => n));
  });

  test('a head in pieces of one byte costs what its bytes cost', async () => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: ${'x'.repeat(20_000)}\r\n\r\n{}`;
    raw.behave = ({ socket }) => {
      socket.setNoDelay(true);
      let at = 0;
      const more = (): void => {
        for (let i = 0; i < 50 && at < head.length; i++) socket.write(head[at++] as string);
        if (at < head.length) setImmediate(more);
      };
      more();
    };
    assert.equal((await ask(gateway.port, post('/mcp/raw', CALL))).status, 200);
  });
});

describe('a call whose client has left', () => {
  test('does not go on for ever because its server says something now and then', async () => {
    const before = look(gateway);
    const beats = new Set<NodeJS.Timeout>();
    upstream.behave = ({ response }) => {
      stream(response);
      const beat = setInterval(() => void response.write(': still at it\n\n'), 50);
      beats.add(beat);
      response.once('close', () => clearInterval(beat));
    };
    await repeat(20, 10, async () => {
      const connection = await dial(gateway.port);
      connection.send(requestBytes(post('/mcp/search', CALL)));
      await connection.head('POST');
      connection.close();
    });
    await assertNothingLeft(gateway, before);
    for (const beat of beats) clearInterval(beat);
  });
});

describe('an end in good order', () => {
  test('an answer to GET that is no stream is not cut short and called whole', async () => {
    const own = await start();
    upstream.behave = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"half":');
    const connection = await dial(own.port);
    connection.send(requestBytes({ path: '/mcp/search' }));
    await connection.head();
    const { response } = await upstream.nth(upstream.received.length);
    own.signal('SIGTERM');
    await own.waitFor('draining');
    response.end('1}');
    assert.deepEqual((({ text, complete }) => ({ text, complete }))(await connection.body()), { text: '{"half":1}', complete: true });
    connection.close();
    assert.equal((await own.ended).code, 0);
  });

  test('a listener that reads slowly has every event, and the last', async () => {
    // Connections are closed a while later than streams: Node takes one for idle whose answer has been ended and not been sent.
    const own = await start({ MCPGEN_PLACEMENT: 'compose', HOST: '127.0.0.1' });
    // Each comes as one piece, so that the stream stands still between two of them.
    const event = `event: message\ndata: ${'x'.repeat(30_000)}\n\n`;
    let written = 0;
    upstream.behave = ({ message, response }) => {
      // The look at which era it speaks.
      if (message?.method === 'server/discover') return json(response, { jsonrpc: '2.0', id: message.id, result: { supportedVersions: ['2026-07-28'] } });
      stream(response);
      const more = (): void => {
        response.write(event);
        if (++written < 400) setTimeout(more, 3);
      };
      more();
    };
    const connection = await dial(own.port);
    connection.send(requestBytes(post('/mcp/search', modern('subscriptions/listen', { notifications: {} }, 'sub'), modernHeaders('subscriptions/listen'))));
    await connection.head('POST');
    connection.pause();
    // More than all buffers on the way hold.
    await until('the stream standing still', () => written === 400);
    own.signal('SIGTERM');
    await own.waitFor('draining');
    connection.resume();
    assert.equal(await within(connection.ended, 'its end'), 'fin');
    const text = connection.received();
    assert.ok(text.endsWith('0\r\n\r\n'), 'cut');
    const events = text.split('event: ').slice(1).map((one) => one.replace(/\r\n[0-9a-f]+\r\n/g, ''));
    assert.match(events.pop() ?? '', /"id":"sub"/);
    assert.ok(events.length > 10 && events.every((one) => one.length >= event.length - 'event: '.length), 'half an event');
    connection.close();
    assert.equal((await own.ended).code, 0);
  });
});

describe('sessions', () => {
  test('a server that opens sessions with enormous ids does not fill the memory with them', async () => {
    const own = await start();
    const open = withSessions();
    upstream.behave = open;
    const ids = await repeat(100, 10, async () => (await ask(own.port, post('/mcp/search', initialize))).headers['mcp-session-id'] ?? '');
    const before = residentBytes(own.pid);
    // It forgets them all, and gives each an id of 60 kB.
    upstream.behave = ({ message, headers, response }: Received) => {
      if (message?.method === 'initialize') return json(response, { jsonrpc: '2.0', id: message.id, result: {} }, { 'mcp-session-id': 'x'.repeat(15_000) });
      if ((headers['mcp-session-id'] ?? '').length < 100) return void response.writeHead(404).end();
      json(response, { jsonrpc: '2.0', id: message?.id, result: {} });
    };
    const statuses = await repeat(100, 10, async (n) => (await ask(own.port, post('/mcp/search', CALL, { 'mcp-session-id': ids[n] as string }))).status);
    assert.deepEqual([...new Set(statuses)], [502]);
    assert.ok(residentBytes(own.pid) < before + 64 * MB);
    await own.stop();
  });

  test('a server that forgets every session at once is asked four times for a call, not more', async () => {
    const own = await start();
    upstream.behave = withSessions();
    const id = (await ask(own.port, post('/mcp/search', initialize))).headers['mcp-session-id'] ?? '';
    let n = 0;
    upstream.behave = ({ message, response }: Received) => {
      if (message?.method === 'initialize') return json(response, { jsonrpc: '2.0', id: message.id, result: {} }, { 'mcp-session-id': `new-${++n}` });
      response.writeHead(message?.id === undefined ? 202 : 404).end();
    };
    const before = upstream.received.length;
    for (let i = 0; i < 10; i++) assert.equal((await ask(own.port, post('/mcp/search', CALL, { 'mcp-session-id': id }))).status, 404);
    assert.equal(upstream.received.length - before, 40);
    await own.stop();
  });
});

test('callers that send long bodies and take their time do not keep others from short ones', async () => {
  raw.behave = ({ socket, message }) => void socket.write(ok(message?.id));
  const head = `POST /mcp/raw HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${4 * MB}\r\n\r\n{`;
  const held = await Promise.all(Array.from({ length: 9 }, () => dial(gateway.port)));
  for (const connection of held) connection.send(head + ' '.repeat(4 * MB - 2));
  assert.equal((await Promise.any(held.map((connection) => connection.answer()))).status, 503, 'no room for another');
  assert.equal((await ask(gateway.port, post('/mcp/raw', CALL))).status, 200);
  for (const connection of held) connection.close();
});

describe('the admin listener', () => {
  test('requests that break off, lie about their length or are none leave it as it was', async () => {
    const before = descriptors(gateway.pid)['socket'] ?? 0;
    await repeat(300, 20, async (n) => {
      const connection = await dial(gateway.adminPort);
      const texts = [
        'POST /circuit-breakers/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"',
        'POST /circuit-breakers/reset HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
        'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\nGET /config HTTP/1.1\r\n',
        'CONNECT /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'GET /metrics HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n',
        '\x16\x03\x01\x00\xa5\x01',
      ];
      connection.send(texts[n % texts.length] as string);
      if (n % 2) connection.reset();
      else setImmediate(() => connection.close());
    });
    assert.equal((await gateway.admin('/metrics')).status, 200);
    await until('no connection being left', () => (descriptors(gateway.pid)['socket'] ?? 0) <= before);
  });
});

test('the gateway has logged no fault of its own', async () => {
  await within(gateway.admin('/config'), 'the config');
  assert.deepEqual([faultsOf(gateway), gateway.stderr()], [[], '']);
});
