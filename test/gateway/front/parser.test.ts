/** What is refused before there is a request: malformed, ambiguous, oversized and endless heads. JSON all the same, and never the end of the process. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Client } from '#src/gateway/runtime/front/client.js';
import { KEEP_ALIVE, publicServer } from '#src/gateway/runtime/front/listen.js';
import { REASONS, refusalBody, type Reason } from '#src/gateway/runtime/decision/reasons.js';
import { request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, within, type HttpAnswer } from '../../support/http.js';
import { answerAll, startUpstream, stream, type FakeUpstream } from '../../support/upstreams.js';

let gateway: RunningGateway;
let upstream: FakeUpstream;
before(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({ config: gatewayConfig(), pools: { search: [upstream.url] } });
});

const BODY = JSON.stringify(request('tools/list'));
/** A request that would be fine, but for these lines. */
const head = (lines: readonly string[], first = 'POST /mcp/search HTTP/1.1'): string =>
  [first, 'Content-Type: application/json', ...lines, '', ''].join('\r\n');
const HOST = 'Host: localhost';
const LENGTH = `Content-Length: ${BODY.length}`;
const SMUGGLED = 'POST /mcp/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Smuggled: yes\r\nContent-Length: 2\r\n\r\n{}';

async function send(bytes: string): Promise<HttpAnswer> {
  const connection = await dial(gateway.port);
  connection.send(bytes);
  const answer = await connection.answer();
  connection.close();
  return answer;
}

function assertJson(answer: HttpAnswer, reason: Reason): string {
  const { status, code, message } = REASONS[reason];
  const body = JSON.parse(answer.text) as ErrorBody;
  const { requestId } = body.error.data;
  assert.deepEqual([answer.status, body], [status, { jsonrpc: '2.0', id: null, error: { code, message, data: { reason, requestId } } }]);
  assert.equal(answer.headers['content-type'], 'application/json');
  return requestId;
}

const REFUSED: readonly (readonly [what: string, reason: Reason, bytes: string])[] = [
  ['no Host', 'malformed-request', head([LENGTH]) + BODY],
  ['an empty Host', 'malformed-request', head(['Host:', LENGTH]) + BODY],
  ['two Hosts', 'repeated-header', head([HOST, HOST, LENGTH]) + BODY],
  ['two different Hosts', 'repeated-header', head([HOST, 'host: evil.example', LENGTH]) + BODY],
  ['no Host in HTTP/1.0', 'malformed-request', head([LENGTH], 'POST /mcp/search HTTP/1.0') + BODY],
  ['length and chunks', 'malformed-request', `${head([HOST, LENGTH, 'Transfer-Encoding: chunked'])}0\r\n\r\n${SMUGGLED}`],
  ['chunks and length', 'malformed-request', `${head([HOST, 'Transfer-Encoding: chunked', 'Content-Length: 5'])}0\r\n\r\n${SMUGGLED}`],
  ['two lengths', 'malformed-request', head([HOST, 'Content-Length: 2', LENGTH]) + BODY],
  ['the same length twice', 'malformed-request', head([HOST, LENGTH, LENGTH]) + BODY],
  ['a length of two numbers', 'malformed-request', head([HOST, `Content-Length: ${BODY.length}, ${BODY.length}`]) + BODY],
  ['a signed length', 'malformed-request', head([HOST, `Content-Length: +${BODY.length}`]) + BODY],
  ['a negative length', 'malformed-request', head([HOST, 'Content-Length: -1']) + BODY],
  ['a hexadecimal length', 'malformed-request', head([HOST, 'Content-Length: 0x10']) + BODY],
  ['a length beyond all numbers', 'malformed-request', head([HOST, 'Content-Length: 99999999999999999999']) + BODY],
  ['an encoding nobody knows', 'malformed-request', `${head([HOST, 'Transfer-Encoding: xchunked'])}0\r\n\r\n${SMUGGLED}`],
  ['chunks that are not last', 'malformed-request', `${head([HOST, 'Transfer-Encoding: chunked, identity'])}0\r\n\r\n${SMUGGLED}`],
  ['a chunk that is no number', 'malformed-request', `${head([HOST, 'Transfer-Encoding: chunked'])}zz\r\n\r\n`],
  ['a chunk of 0x5', 'malformed-request', `${head([HOST, 'Transfer-Encoding: chunked'])}0x5\r\nhello\r\n0\r\n\r\n`],
  ['a chunk beyond all numbers', 'malformed-request', `${head([HOST, 'Transfer-Encoding: chunked'])}fffffffffffffffff\r\nx`],
  ['a chunk that goes on', 'malformed-request', `${head([HOST, 'Transfer-Encoding: chunked'])}1\r\nxx\r\n0\r\n\r\n`],
  ['a space before the colon', 'malformed-request', `${head([HOST, 'Transfer-Encoding : chunked', LENGTH])}${BODY}`],
  ['a folded header', 'malformed-request', head([HOST, 'X-A: 1', ' chunked', LENGTH]) + BODY],
  ['a header without a colon', 'malformed-request', head([HOST, 'nonsense', LENGTH]) + BODY],
  ['a header without a name', 'malformed-request', head([HOST, ': x', LENGTH]) + BODY],
  ['a NUL in a header', 'malformed-request', head([HOST, 'X-A: a\0b', LENGTH]) + BODY],
  ['a bare CR in a header', 'malformed-request', head([HOST, 'X-A: a\rX-B: b', LENGTH]) + BODY],
  ['lines that end with LF alone', 'malformed-request', (head([HOST, LENGTH]) + BODY).replaceAll('\r\n', '\n')],
  ['no request line', 'malformed-request', 'nonsense\r\n\r\n'],
  ['another protocol', 'malformed-request', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['HTTP/2', 'malformed-request', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a version of the future', 'malformed-request', head([HOST], 'GET /mcp/search HTTP/3.0')],
  ['a method nobody knows', 'malformed-request', head([HOST], 'SMUGGLE /mcp/search HTTP/1.1')],
  ['a space in the target', 'malformed-request', head([HOST], 'GET /mcp/search x HTTP/1.1')],
  ['a header too long', 'headers-too-large', head([HOST, `X-A: ${'a'.repeat(20_000)}`, LENGTH]) + BODY],
  ['too many headers', 'headers-too-large', head([HOST, ...Array.from({ length: 3000 }, (_, i) => `X-${i}: aaaa`), LENGTH]) + BODY],
  ['a target too long', 'headers-too-large', head([HOST, LENGTH], `POST /mcp/search?${'q'.repeat(20_000)} HTTP/1.1`) + BODY],
  ['an expectation nobody can meet', 'expectation-unsupported', head([HOST, 'Expect: miracles', LENGTH]) + BODY],
  ['CONNECT', 'method-not-allowed', 'CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n'],
];

describe('refused before there is a request', () => {
  for (const [what, reason, bytes] of REFUSED) {
    test(`${what}: ${reason}`, async () => {
      const before = await gateway.metrics();
      const reached = upstream.received.length;
      const requestId = assertJson(await send(bytes), reason);
      await gateway.waitFor('request', (line) => line['request_id'] === requestId && line['reason'] === reason);
      const after = await gateway.metrics();
      const counted = [...after]
        .filter(([name, value]) => name.startsWith('mcpgen_refusals_total') && value !== (before.get(name) ?? 0))
        .map(([name, value]) => [name, value - (before.get(name) ?? 0)]);
      assert.deepEqual(counted, [[`mcpgen_refusals_total{reason="${reason}"}`, 1]]);
      assert.deepEqual(gateway.logs.filter((line) => line['request_id'] === requestId).map(({ event }) => event).sort(), ['audit', 'request']);
      assert.equal(upstream.received.length, reached, 'something reached the server');
    });
  }

  test('a line of its own in the log, with the status', async () => {
    const requestId = assertJson(await send('nonsense\r\n\r\n'), 'malformed-request');
    const line = await gateway.waitFor('request', (line) => line['request_id'] === requestId);
    assert.equal(line['status'], 400);
  });

  test('who is refused so is not heard again on that connection', async () => {
    for (const bytes of [
      head([HOST, 'Transfer-Encoding: xchunked']),
      head([HOST, LENGTH, 'Transfer-Encoding: chunked']),
      'nonsense\r\n\r\n',
      'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
    ]) {
      const reached = upstream.received.length;
      const connection = await dial(gateway.port);
      connection.send(`${bytes}${SMUGGLED}`);
      const answer = await connection.answer();
      assert.equal(answer.headers['connection'], 'close');
      await within(connection.ended, 'the end of the connection');
      assert.equal(connection.received().split('HTTP/1.1 ').length, 2, 'one answer');
      connection.close();
      assert.equal(upstream.received.length, reached);
    }
  });

  test('nothing hides behind a thousand headers: all of them are judged, or none is taken', async () => {
    const many = Array.from({ length: 1500 }, () => 'X: ');
    for (const [what, line, reason] of [
      ['an origin', 'Origin: https://evil.example', 'origin-not-allowed'],
      ['a second Host', 'Host: evil.example', 'repeated-header'],
      ['a version', 'MCP-Protocol-Version: 1999-01-01', 'revision-not-served'],
    ] as const) {
      const answer = await send(head([HOST, LENGTH, ...many, line]) + BODY);
      assert.ok(answer.status === 431 || answer.text.includes(reason), `${what} was not seen: ${answer.status} ${answer.text}`);
    }
  });
});

describe('framing that is allowed', () => {
  const ALLOWED: readonly (readonly [string, string])[] = [
    ['chunks', `${head([HOST, 'Transfer-Encoding: chunked'])}${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`],
    [
      'chunks in another case, with an extension and a trailer',
      `${head([HOST, 'Transfer-Encoding: Chunked'])}${BODY.length.toString(16)};name=value\r\n${BODY}\r\n0\r\nX-Trailer: yes\r\n\r\n`,
    ],
    ['an absolute target', head([HOST, LENGTH], 'POST http://localhost/mcp/search HTTP/1.1') + BODY],
    ['an empty line before', `\r\n${head([HOST, LENGTH])}${BODY}`],
  ];
  for (const [what, bytes] of ALLOWED) {
    test(what, async () => {
      const reached = upstream.received.length;
      assert.equal((await send(bytes)).status, 200);
      const last = upstream.received.at(-1);
      assert.deepEqual(
        [upstream.received.length, last?.body.toString(), last?.headers['content-length'], last?.headers['transfer-encoding'], last?.headers['x-trailer']],
        [reached + 1, BODY, String(BODY.length), undefined, undefined],
      );
    });
  }

  test('what follows a body is the next request, not part of this one', async () => {
    const connection = await dial(gateway.port);
    const reached = upstream.received.length;
    connection.send(`${head([HOST, LENGTH])}${BODY}${SMUGGLED}`);
    assert.equal((await connection.answer()).status, 200);
    assert.equal((await connection.answer()).status, 400);
    connection.close();
    assert.equal(upstream.received.length, reached + 1);
  });
});

describe('Expect: 100-continue', () => {
  const waiting = (lines: readonly string[] = []): string => head([HOST, LENGTH, 'Expect: 100-continue', ...lines]);

  test('the body is asked for when the head is accepted', async () => {
    const connection = await dial(gateway.port);
    connection.send(waiting());
    const first = await connection.head();
    assert.equal(first.status, 100);
    connection.send(BODY);
    assert.equal((await connection.answer()).status, 200);
    assert.equal(upstream.received.at(-1)?.headers['expect'], undefined);
    connection.send(requestBytes({ path: '/mcp/search', message: request('tools/list') }));
    assert.equal((await connection.answer()).status, 200);
    connection.close();
  });

  test('a refusal comes without asking, and ends the connection: whether the body follows cannot be known', async () => {
    for (const line of ['Origin: https://evil.example', 'MCP-Protocol-Version: x\r\nContent-Type: text/plain']) {
      const connection = await dial(gateway.port);
      connection.send(waiting([line]).replace('Content-Type: application/json\r\n', line.includes('text/plain') ? '' : 'Content-Type: application/json\r\n'));
      const answer = await connection.head();
      assert.ok(answer.status >= 400, String(answer.status));
      assert.equal(answer.headers['connection'], 'close', 'what comes next on it could be taken for a body, or a body for what comes next');
      connection.close();
    }
  });
});

describe('Upgrade', () => {
  test('a WebSocket is refused in JSON', async () => {
    const answer = await send(
      head(
        [HOST, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
        'GET /mcp/search HTTP/1.1',
      ),
    );
    assertJson(answer, 'upgrade-unsupported');
  });

  test('an offer of HTTP/2, as Java’s client makes with every request, is passed over (RFC 9110 §7.8)', async () => {
    const answer = await send(
      head([HOST, LENGTH, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA']) + BODY,
    );
    assert.equal(answer.status, 200);
    const { headers } = upstream.received.at(-1) ?? assert.fail();
    assert.deepEqual([headers['upgrade'], headers['http2-settings']], [undefined, undefined]);
  });
});

describe('a connection that goes wrong half-way', () => {
  test('nothing is written into an answer that is under way', async () => {
    upstream.behave = ({ response }) => void stream(response).write('data: one\n\n');
    const connection = await dial(gateway.port);
    connection.send(requestBytes({ path: '/mcp/search', message: request('tools/call', { name: 'slow' }) }));
    await connection.head('POST');
    await connection.body((text) => text.includes('one'));
    connection.send('nonsense\r\n\r\n');
    await within(connection.ended, 'the end of the connection');
    assert.ok(!connection.received().includes('HTTP/1.1 400'), `an error was written into the stream: ${JSON.stringify(connection.received().slice(-300))}`);
    connection.close();
    upstream.behave = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });

  test('nor into the second of two answers', async () => {
    upstream.behave = (received) => (received.message?.id === 'quick' ? answerAll(received) : void stream(received.response).write('data: two\n\n'));
    const connection = await dial(gateway.port);
    connection.send(Buffer.concat(['quick', 'slow'].map((id) => requestBytes({ path: '/mcp/search', message: request('tools/call', { name: 'x' }, id) }))));
    assert.equal((await connection.answer('POST')).status, 200);
    await connection.head('POST');
    await connection.body((text) => text.includes('two'));
    connection.send('nonsense\r\n\r\n');
    await within(connection.ended, 'the end of the connection');
    assert.equal(
      connection.received().split('HTTP/1.1 ').length,
      3,
      `an error was written into the stream: ${JSON.stringify(connection.received().slice(-300))}`,
    );
    connection.close();
    upstream.behave = answerAll;
  });

  test('a body that never comes whole is no request for the server', async () => {
    const reached = upstream.received.length;
    const since = gateway.logs.length;
    const connection = await dial(gateway.port);
    connection.send(head([HOST, LENGTH]) + BODY.slice(0, -1));
    // What was sent is read before this is answered.
    await ask(gateway.port, { path: '/health' });
    connection.close();
    const line = await gateway.waitFor('request', (line) => line['rpc'] === null && line['server'] === 'search', since);
    assert.equal(line['complete'], false);
    assert.equal(upstream.received.length, reached);
  });

  test('CONNECT and a reset are not the end of the gateway', async () => {
    for (const wait of [true, false]) {
      const connection = await dial(gateway.port);
      connection.send('CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n');
      if (wait) await connection.answer();
      connection.reset();
    }
    // Were it to die of them, it would do so before it took many more connections.
    for (let i = 0; i < 20; i++) assert.equal((await ask(gateway.port, { path: '/health' })).status, 200);
    assert.equal(gateway.stderr(), '');
  });

  test('resets at every moment are not the end of the gateway', async () => {
    const whole = head([HOST, LENGTH]) + BODY;
    for (let length = 0; length <= whole.length; length += 5) {
      const connection = await dial(gateway.port);
      connection.send(whole.slice(0, length));
      connection.reset();
    }
    for (const bytes of ['nonsense\r\n\r\n', head([HOST, 'Expect: miracles']), waitingHead()]) {
      const connection = await dial(gateway.port);
      connection.send(bytes);
      connection.reset();
    }
    assert.equal((await ask(gateway.port, { path: '/health' })).status, 200);
    assert.equal(gateway.stderr(), '');
  });
});

const waitingHead = (): string => head([HOST, LENGTH, 'Expect: 100-continue']);

describe('time', () => {
  let server: Server;
  const refused: Reason[] = [];
  before(async () => {
    const refuse = (client: Client, reason: Reason): void => {
      refused.push(reason);
      client.answer(REASONS[reason].status, ['content-type', 'application/json'], refusalBody(reason, null, 'r'));
    };
    server = publicServer({
      serve: (client) => void client.body(2000).then((body) => (typeof body === 'string' ? refuse(client, body) : client.answer(200, [], 'ok'))),
      keepAlive: 300,
      maxHeaderSize: 16_384,
      headers: () => [],
      onParserRefusal: (reason) => void refused.push(reason),
    });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  test('heads and whole requests have a time in which to arrive', () => {
    assert.ok(server.headersTimeout > 0 && server.headersTimeout <= 30_000);
    assert.ok(server.requestTimeout > 0 && server.requestTimeout <= 60_000);
  });

  test('idle connections are kept for longer than what stands in front keeps them', () => {
    assert.ok(KEEP_ALIVE > 60_000);
  });

  test('who sends byte after byte, or nothing, is refused in JSON when that time is up', async () => {
    // The same server with less patience. Node reads the interval when it begins to listen.
    Object.assign(server, { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const slow: readonly (readonly [bytes: string, drip: string])[] = [
      ['', ''],
      ['P', ''],
      ['POST / HTTP/1.1\r\nHost: x\r\nX-A: ', 'a'],
      ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n12345', '1'],
      ['POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n', '1'],
    ];
    for (const [bytes, more] of slow) {
      const connection = await dial(port);
      connection.send(bytes);
      // One byte now and then keeps nothing open.
      const drip = setInterval(() => connection.send(more), 30);
      const answer = await connection.answer().finally(() => clearInterval(drip));
      assertJson(answer, 'request-timeout');
      await within(connection.ended, 'the end of the connection');
      connection.close();
    }
    assert.deepEqual([...new Set(refused)], ['request-timeout']);
  });

  test('an idle connection is closed when its time is up, and not before', async () => {
    const connection = await dial((server.address() as AddressInfo).port);
    connection.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}');
    await connection.answer();
    const answeredAt = performance.now();
    await within(connection.ended, 'the end of the idle connection');
    // One that has been idle for less must not be closed: a request would race the close.
    assert.ok(performance.now() - answeredAt >= 290);
    connection.close();
  });

  test('a caller that was refused and never hangs up does not keep its connection', async () => {
    const { port } = server.address() as AddressInfo;
    for (const [what, bytes] of [
      ['a bad request', 'nonsense\r\n\r\n'],
      ['CONNECT', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
      ['an expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n'],
    ] as const) {
      const connection = await dial(port, { allowHalfOpen: true });
      connection.send(bytes);
      await connection.answer();
      const gone = await until('its end', async () => (await connections(server)) === 0, 2500).then(
        () => true,
        () => false,
      );
      connection.close();
      assert.ok(gone, `${what}: the server still holds the connection`);
    }
  });
});

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
}

test('the gateway is still there, and has said nothing outside its log', async () => {
  assert.equal((await ask(gateway.port, { path: '/health' })).status, 200);
  assert.equal(gateway.stderr(), '');
});
