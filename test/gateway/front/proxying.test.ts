/** The way through: bytes as they come, headers that belong to the other side, and every way in which a server behind can fail. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type { Socket } from 'node:net';
import { initialize, modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { as, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, within, type AskOptions } from '../../support/http.js';
import { answerAll, json, startRawUpstream, startUpstream, stream, type FakeUpstream, type Received } from '../../support/upstreams.js';

const APP = 'https://app.example.com';
let gateway: RunningGateway;
let upstream: FakeUpstream;
/** What the next connection to the server `raw` gets. */
let spoil: (socket: Socket) => void = (socket) => socket.destroy();

before(async () => {
  upstream = await startUpstream();
  const raw = await startRawUpstream((socket) => socket.once('data', () => spoil(socket)));
  const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
  gateway = await startGateway({
    pools: { search: [`${upstream.url}?fixed=1`], raw: [raw.url], both: [raw.url, upstream.url] },
    config: gatewayConfig({
      auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } },
      tenants: { acme: { match: { client: 'acme' }, servers: '*' } },
      servers: { search: server, raw: server, both: server },
      origins: { app: APP },
      gateway: { admin: {}, limits: { perAddress: '10000/s' }, timeouts: { connect: '1s', firstByte: '500ms', response: '1500ms', idleStream: '600ms' } },
    }),
  });
});
beforeEach(async () => {
  upstream.behave = answerAll;
  left = await open();
});

const post = (message: unknown, headers: AskOptions['headers'] = {}, path = '/mcp/search'): AskOptions => ({
  path,
  message,
  headers: { ...as('acme'), ...headers },
});
const CALL = request('tools/call', { name: 'echo' });
const reason = (text: string): string => (JSON.parse(text) as ErrorBody).error.data.reason;

/** Requests under way behind the gateway, and streams through it. */
async function open(): Promise<number> {
  const { pools } = JSON.parse((await gateway.admin('/config')).text) as { pools: { instances: { active: number }[] }[] };
  const active = pools.flatMap(({ instances }) => instances).reduce((sum, { active }) => sum + active, 0);
  return active + ((await gateway.metrics()).get('mcpgen_streams_open') ?? 0);
}
/** What a test before this one left open is that one's fault. */
let left = 0;

async function assertNothingOpen(): Promise<void> {
  await until('everything being closed that was opened', async () => (await open()) <= left, 4000);
}

describe('there', () => {
  test('a modern request arrives byte for byte, with its headers and none that are not its own', async () => {
    const body = Buffer.from(
      ' {"jsonrpc" : "2.0","id":"\\u00e9",\r\n "method":"tools/call","params":{"arguments":{"region":"é😀","n":1.0},"name":"echo","_meta":{' +
        '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"traceparent":"00-a-b-01"}}}\n',
    );
    const headers = {
      ...as('acme'),
      ...modernHeaders('tools/call', 'echo'),
      'Mcp-Param-Region': 'eu',
      'Mcp-Param-tenant_id': 'x',
      'Mcp-Param-a.b!c~': '=?base64?w6k=?=',
      traceparent: '00-1-2-01',
      tracestate: 'a=b',
      baggage: 'k=v',
      'accept-language': 'de',
      'user-agent': 'probe/1',
      'content-type': 'application/json; charset=utf-8',
      'x-custom': 'one',
      'X-Repeated': ['a', 'b'],
    };
    const answer = await ask(gateway.port, { path: '/mcp/search?x=1', headers: { ...headers, 'content-length': String(body.length) }, body });
    assert.equal(answer.status, 200);
    const got = upstream.received.at(-1) ?? assert.fail();
    assert.deepEqual([got.method, got.url, got.body], ['POST', '/mcp?fixed=1', body]);
    for (const [name, value] of Object.entries(headers))
      if (name !== 'authorization') assert.equal(got.headers[name.toLowerCase()], [value].flat().join(', '), name);
    assert.equal(got.headers['host'], `127.0.0.1:${upstream.port}`);
    assert.equal(got.headers['content-length'], String(body.length));
    assert.equal(got.headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(got.headers['x-forwarded-host'], 'localhost');
    assert.match(got.headers['x-request-id'] ?? '', /^[0-9a-f-]{36}$/);
  });

  test('what belongs to the hop, to the caller’s identity or to the gateway stays here', async () => {
    const secret = as('acme').authorization.slice(7);
    const mine = {
      'x-api-key': secret,
      cookie: 'session=secret',
      'proxy-authorization': 'Basic secret',
      'proxy-connection': 'keep-alive',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      trailer: 'x-t',
      upgrade: 'h2c',
      connection: 'keep-alive, X-Named, Upgrade, , x-other',
      'x-named': '1',
      'x-other': '2',
      origin: APP,
      forwarded: 'for=1.1.1.1',
      'x-forwarded-for': '1.1.1.1',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '1',
      'x-real-ip': '1.1.1.1',
      'x-request-id': 'forged',
      'mcp-session-id': '',
    };
    const { status } = await ask(gateway.port, post(modern('tools/list'), { ...modernHeaders('tools/list'), ...mine }));
    assert.equal(status, 200);
    const { headers, rawHeaders } = upstream.received.at(-1) ?? assert.fail();
    const left = Object.keys(mine).filter((name) => headers[name] === (mine as Record<string, string>)[name]);
    assert.deepEqual(left, []);
    assert.ok(!rawHeaders.join('\n').includes(secret), 'the caller’s key went on');
    assert.deepEqual([headers['x-forwarded-for'], headers['x-forwarded-host']], ['127.0.0.1', 'localhost']);
    assert.equal(headers['mcp-session-id'], undefined);
  });

  test('identity that a caller claims for itself is nobody’s word', async () => {
    const claims = {
      'x-forwarded-user': 'root',
      'x-forwarded-email': 'root@acme.example',
      'x-forwarded-groups': 'admin',
      'x-forwarded-prefix': '/admin',
      'x-forwarded-server': 'evil',
      'x-original-url': '/admin',
      'x-rewrite-url': '/admin',
      x_forwarded_for: '1.1.1.1',
      x_api_key: 'x',
    };
    await ask(gateway.port, post(CALL, claims));
    const { headers } = upstream.received.at(-1) ?? assert.fail();
    assert.deepEqual(Object.keys(claims).filter((name) => headers[name] !== undefined), []);
  });

  test('a body in pieces arrives whole, with its length', async () => {
    const text = JSON.stringify(CALL);
    const connection = await dial(gateway.port);
    connection.send(
      requestBytes({ ...post(undefined, { 'content-length': null, 'transfer-encoding': 'chunked', 'content-type': 'application/json' }), method: 'POST' }),
    );
    for (const character of text) connection.send(`1\r\n${character}\r\n`);
    connection.send('0\r\n\r\n');
    assert.equal((await connection.answer('POST')).status, 200);
    connection.close();
    const got = upstream.received.at(-1) ?? assert.fail();
    assert.deepEqual([got.body.toString(), got.headers['content-length'], got.headers['transfer-encoding']], [text, String(text.length), undefined]);
  });

  test('GET and DELETE go there without a body, whatever came with them', async () => {
    for (const method of ['GET', 'DELETE']) {
      const smuggled = 'POST /mcp HTTP/1.1\r\nHost: x\r\n\r\n';
      await ask(gateway.port, {
        path: '/mcp/search',
        method,
        headers: { ...as('acme'), 'content-length': String(smuggled.length), 'last-event-id': '42' },
        body: smuggled,
      });
      const got = await upstream.nth(1, (one) => one.method === method);
      assert.deepEqual(
        [got.body.length, got.headers['content-length'], got.headers['transfer-encoding'], got.headers['last-event-id']],
        [0, undefined, undefined, '42'],
      );
    }
  });
});

describe('and back', () => {
  test('an event stream comes as it was written: no reframing, no waiting', async () => {
    const parts = [
      Buffer.from(': comment\r\n\r\nid: 1\ndata:\n\nretry: 10\r\r'),
      Buffer.from('data: {"x":"\u00e9'.slice(0)).subarray(0, -1),
      Buffer.from([0xa9]),
      Buffer.from('"}\ndata: second\n\n'),
      Buffer.from('event: weird\nno end'),
    ];
    let next: () => void = () => {};
    upstream.behave = ({ response }) => {
      stream(response, { 'mcp-custom': 'kept' });
      let at = 0;
      next = () => void (at < parts.length ? response.write(parts[at++]) : response.end());
      next();
    };
    const connection = await dial(gateway.port);
    connection.send(requestBytes(post(modern('tools/call', { name: 'echo' }), { ...modernHeaders('tools/call', 'echo'), origin: APP })));
    const head = await connection.head('POST');
    assert.deepEqual(
      [head.status, head.headers['content-type'], head.headers['cache-control'], head.headers['x-accel-buffering'], head.headers['mcp-custom']],
      [200, 'text/event-stream', 'no-cache', 'no', 'kept'],
    );
    assert.equal(head.headers['access-control-allow-origin'], APP);
    let sofar = 0;
    for (const part of parts) {
      sofar += part.length;
      const wanted = sofar;
      const { body } = await connection.body((text) => Buffer.byteLength(text.replace(/\ufffd$/, '')) >= wanted - 1);
      assert.deepEqual(body.subarray(0, wanted - 1), Buffer.concat(parts).subarray(0, wanted - 1));
      next();
    }
    const { body, complete } = await connection.body();
    assert.deepEqual([body, complete], [Buffer.concat(parts), true]);
    connection.close();
    await assertNothingOpen();
  });

  test('status, headers and bytes of any answer', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 0x7b]);
    for (const status of [200, 202, 204, 400, 404, 405, 409, 429, 500, 503]) {
      upstream.behave = ({ response }) =>
        void response
          .writeHead(status, {
            'content-type': 'application/x-own',
            'retry-after': '7',
            allow: 'POST',
            'x-own': ['a', 'b'],
            'www-authenticate': 'Bearer x',
            'cache-control': 'no-transform',
            etag: '"e"',
            'x-latin': 'gr\u00fc\u00df',
          })
          .end(status === 204 ? undefined : bytes);
      const answer = await ask(gateway.port, post(CALL));
      assert.deepEqual([answer.status, answer.body], [status, status === 204 ? Buffer.alloc(0) : bytes]);
      assert.deepEqual(
        ['content-type', 'retry-after', 'allow', 'x-own', 'www-authenticate', 'cache-control', 'etag', 'x-latin'].map((name) => answer.headers[name]),
        ['application/x-own', '7', 'POST', 'a, b', 'Bearer x', 'no-transform', '"e"', 'gr\u00fc\u00df'],
      );
    }
  });

  test('202 has no body and invents no type', async () => {
    upstream.behave = ({ response }) => void response.writeHead(202).end();
    const answer = await ask(gateway.port, post({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    assert.deepEqual([answer.status, answer.text, answer.headers['content-type']], [202, '', undefined]);
  });

  test('what belongs to the hop behind, or is the gateway’s to say, stays there', async () => {
    upstream.behave = ({ response }) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        connection: 'keep-alive, X-Named',
        'x-named': '1',
        'keep-alive': 'timeout=99',
        'proxy-authenticate': 'Basic',
        trailer: 'x-t',
        'access-control-allow-origin': '*',
        'access-control-allow-credentials': 'true',
        'access-control-allow-private-network': 'true',
        'x-request-id': 'theirs',
        'set-cookie': 'a=b; Domain=example.com',
      });
      response.end('{}');
    };
    const { headers } = await ask(gateway.port, post(CALL, { origin: APP }));
    assert.equal(headers['access-control-allow-origin'], APP);
    const left = ['x-named', 'proxy-authenticate', 'trailer', 'access-control-allow-credentials', 'access-control-allow-private-network', 'set-cookie'].filter(
      (name) => headers[name] !== undefined,
    );
    assert.deepEqual(left, [], 'cookies would be the gateway’s own for every server and tenant behind it');
    assert.ok(headers['x-request-id'] !== 'theirs' && headers['keep-alive'] !== 'timeout=99');
  });

  test('every answer carries its request id, so that a caller can name it', async () => {
    const answer = await ask(gateway.port, post(CALL));
    const { headers } = upstream.received.at(-1) ?? assert.fail();
    assert.equal(answer.headers['x-request-id'], headers['x-request-id']);
  });

  test('a Vary of the server’s is not lost', async () => {
    upstream.behave = ({ response }) => json(response, {}, { vary: 'Accept' });
    const { headers } = await ask(gateway.port, post(CALL));
    assert.deepEqual((headers['vary'] ?? '').split(/,\s*/).sort(), ['Accept', 'Origin']);
  });

  test('a large answer to a slow reader is held back, not piled up', async () => {
    const total = 64 * 2 ** 20;
    let written = 0;
    upstream.behave = ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      const chunk = Buffer.alloc(2 ** 18);
      const more = (): void => {
        while (written < total && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
    };
    const connection = await dial(gateway.port);
    connection.send(requestBytes(post(CALL)));
    await connection.head('POST');
    // The reader stops: what fits into buffers on the way is all that is written.
    connection.pause();
    let last = -1;
    await until('the server being held back', async () => {
      const stood = written === last;
      last = written;
      await new Promise((resolve) => setTimeout(resolve, 80));
      return stood && written === last;
    });
    assert.ok(written < total / 2, `${written / 2 ** 20} MB were taken from the server for a reader that reads nothing`);
    connection.reset();
    await assertNothingOpen();
  });
});

describe('leaving', () => {
  /** A request whose answer is under way, or not yet, when its caller leaves. */
  async function leave(options: AskOptions, answer: (received: Received) => void, started: boolean): Promise<Received> {
    const count = upstream.received.length;
    upstream.behave = answer;
    const connection = await dial(gateway.port);
    connection.send(requestBytes(options));
    const received = await upstream.nth(count + 1);
    if (started) {
      await connection.head(options.method ?? 'POST');
      await connection.body((text) => text.includes('one'));
    }
    connection.close();
    return received;
  }
  const MODERN = post(modern('tools/call', { name: 'slow' }), modernHeaders('tools/call', 'slow'));
  const begin = ({ response }: Received): void => void stream(response).write('data: one\n\n');
  const nothing = (): void => {};

  test('a modern caller cancels by leaving: during the stream', async () => {
    await within((await leave(MODERN, begin, true)).abandoned, 'the end of the request behind');
    await assertNothingOpen();
  });
  test('a modern caller cancels by leaving: before the answer', async () => {
    await within((await leave(MODERN, nothing, false)).abandoned, 'the end of the request behind');
    await assertNothingOpen();
    await gateway.waitFor('request', (line) => line['tool'] === 'slow' && line['status'] === 499);
  });
  test('a stream that only listens ends with its listener', async () => {
    await within(
      (await leave({ path: '/mcp/search', method: 'GET', headers: { ...as('acme'), accept: 'text/event-stream' } }, begin, true)).abandoned,
      'the end of the stream behind',
    );
    await assertNothingOpen();
  });

  for (const when of ['during a stream', 'before a stream', 'before a plain answer'] as const) {
    test(`a legacy caller may leave ${when}: the call runs to its end, and everything is read`, async () => {
      const received = await leave(post(CALL), when === 'during a stream' ? begin : nothing, when === 'during a stream');
      await gateway.waitFor('request', (line) => line['request_id'] === received.headers['x-request-id']);
      // More than all buffers on the way hold.
      if (when === 'before a stream') stream(received.response);
      for (let i = 0; i < 64; i++) received.response.write(`data: ${'x'.repeat(2 ** 18)}\n\n`);
      received.response.end();
      const ending = await within(
        Promise.race([received.finished.then(() => 'finished'), received.abandoned.then(() => 'abandoned')]),
        'the end of the call',
        3000,
      );
      assert.equal(ending, 'finished');
      await assertNothingOpen();
    });
  }
});

describe('failing', () => {
  const raw = (message: unknown = CALL, headers: AskOptions['headers'] = {}): AskOptions => post(message, headers, '/mcp/raw');
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

  test('no answer in time', async () => {
    spoil = () => {};
    const answer = await ask(gateway.port, raw());
    assert.deepEqual([answer.status, reason(answer.text)], [504, 'upstream-timeout']);
  });

  for (const [what, bytes] of [
    ['nothing, and the end', ''],
    ['half a status line', 'HTTP/1.1 20'],
    ['half a head', `${HEAD}Content-Le`],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a status that is none', 'HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n'],
    ['a status of one digit', 'HTTP/1.1 7 Odd\r\nContent-Length: 0\r\n\r\n'],
    ['a status of a thousand', 'HTTP/1.1 1000 Much\r\nContent-Length: 0\r\n\r\n'],
    ['length and chunks', `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['two lengths', `${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ['a head without end', `${HEAD}X: ${'x'.repeat(100_000)}`],
    ['a protocol nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ] as const) {
    test(`garbage: ${what}`, async () => {
      spoil = (socket) => socket.end(bytes, 'latin1');
      const answer = await ask(gateway.port, raw());
      assert.deepEqual([answer.status, reason(answer.text)], [502, 'upstream-lost']);
      await assertNothingOpen();
    });
  }

  test('a reset before the answer', async () => {
    spoil = (socket) => socket.resetAndDestroy();
    const answer = await ask(gateway.port, raw());
    assert.deepEqual([answer.status, reason(answer.text)], [502, 'upstream-lost']);
  });

  for (const [what, head] of [
    ['counted', `${HEAD}Content-Length: 100\r\n\r\n`],
    ['chunked', `${HEAD}Transfer-Encoding: chunked\r\n\r\n8\r\n`],
    ['a stream', 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n'],
  ] as const) {
    for (const how of ['reset', 'end'] as const) {
      test(`cut off (${what}, ${how}): the caller sees a cut, not an end`, async () => {
        spoil = (socket) => socket.write(`${head}{"half":`, () => (how === 'reset' ? setImmediate(() => socket.resetAndDestroy()) : socket.end()));
        const answer = await ask(gateway.port, raw());
        assert.equal(answer.complete, false);
        await assertNothingOpen();
      });
    }
  }

  test('an answer that ends with its connection is whole', async () => {
    spoil = (socket) => socket.end(`${HEAD}Connection: close\r\n\r\n{"whole":true}`);
    const answer = await ask(gateway.port, raw());
    assert.deepEqual([answer.text, answer.complete], ['{"whole":true}', true]);
  });

  test('a session id that is too long to be sealed is the server’s fault, and leaves nothing open', async () => {
    upstream.behave = ({ response }) => json(response, {}, { 'mcp-session-id': 'x'.repeat(4000) });
    const answer = await ask(gateway.port, post(initialize));
    assert.deepEqual([answer.status, reason(answer.text)], [502, 'upstream-lost']);
    await assertNothingOpen();
  });

  test('a stream that says nothing any more is cut after idleStream, one that speaks is not', async () => {
    const times: number[] = [];
    upstream.behave = ({ response }) => {
      stream(response);
      let left = 4;
      const beat = setInterval(() => {
        response.write(`data: ${left}\n\n`);
        times.push(performance.now());
        if (--left === 0) clearInterval(beat);
      }, 250);
    };
    const answer = await ask(gateway.port, post(CALL));
    const silence = performance.now() - (times.at(-1) ?? 0);
    assert.deepEqual([answer.text, answer.complete], ['data: 4\n\ndata: 3\n\ndata: 2\n\ndata: 1\n\n', false]);
    assert.ok(silence > 500 && silence < 2500, `${silence} ms`);
    await assertNothingOpen();
  });

  test('an answer that does not end is cut after response', async () => {
    upstream.behave = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"never":');
    const answer = await ask(gateway.port, post(CALL));
    assert.deepEqual([answer.text, answer.complete], ['{"never":', false]);
    await assertNothingOpen();
  });

  test('interim answers are passed over', async () => {
    spoil = (socket) => socket.end(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${HEAD}Content-Length: 2\r\n\r\n{}`);
    const answer = await ask(gateway.port, raw());
    assert.deepEqual([answer.status, answer.text], [200, '{}']);
  });

  test('who failed is counted by how far the request had come', async () => {
    const metrics = await gateway.metrics();
    assert.ok((metrics.get('mcpgen_upstream_failures_total{server="raw",stage="sent"}') ?? 0) > 3);
    assert.ok((metrics.get('mcpgen_upstream_failures_total{server="raw",stage="timeout"}') ?? 0) >= 1);
  });

  test('what may have been executed is not sent to another instance', async () => {
    spoil = (socket) => socket.resetAndDestroy();
    const before = upstream.received.length;
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await ask(gateway.port, post(CALL, {}, '/mcp/both')));
    const lost = answers.filter(({ status }) => status === 502).length;
    assert.equal(lost, 2, answers.map(({ status }) => status).join());
    assert.equal(upstream.received.length - before, 2);
  });
});

test('the gateway has said nothing outside its log, and logged no fault of its own', () => {
  assert.equal(gateway.stderr(), '');
  assert.deepEqual(gateway.logs.filter(({ level }) => level === 'error'), []);
});
