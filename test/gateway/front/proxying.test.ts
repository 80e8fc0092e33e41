/** The way through: bytes as they come, and headers that belong to the other side. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { modern, modernHeaders } from '../../support/gateway-messages.js';
import { as } from '../../support/gateway.js';
import { ask, dial, requestBytes, until } from '../../support/http.js';
import { json, stream } from '../../support/upstreams.js';
import { APP, assertFaultless, assertNothingOpen, CALL, gateway, post, upstream } from './proxy-stand.js';

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
    assert.deepEqual([got.method, got.url, got.body], ['POST', '/mcp?fixed=1&x=1', body]);
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
        ['application/x-own', '7', 'POST', 'a, b', undefined, 'no-transform', '"e"', 'gr\u00fc\u00df'],
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

test('the gateway has said nothing outside its log, and logged no fault of its own', assertFaultless);
