/** The client of an instance against servers of plain sockets: what they receive, what becomes of what they say, and which connections are used again. */
import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { requestLines } from '#src/gateway/runtime/upstream/http.js';
import { UpstreamFault } from '#src/gateway/runtime/wire/fault.js';
import { randomOf } from '../../support/random.js';
import { until, within } from '../../support/http.js';
import { closedPort, startRawUpstream } from '../../support/upstreams.js';
import { OK, SMALL, serve, client, send, textOf, streamOf, faultOf } from './stand.js';

describe('a request', () => {
  test('is one head and its body, byte for byte', async () => {
    const server = await serve((socket) => socket.write(SMALL));
    await send(server, { headers: { accept: '*/*', 'x-latin': 'gr\xfc\xdf' }, body: Buffer.from('{"a":"\u00e9"}') });
    const [head = '', body] = server.received().split('\r\n\r\n');
    const [line, host, ...rest] = head.split('\r\n');
    assert.equal(line, 'POST /mcp?fixed=1 HTTP/1.1');
    assert.match(host ?? '', /^host: 127\.0\.0\.1:\d+$/);
    assert.deepEqual(rest, ['connection: keep-alive', 'accept: */*', 'x-latin: gr\xfc\xdf', 'content-length: 10']);
    assert.equal(body, Buffer.from('{"a":"\u00e9"}').toString('latin1'));
  });

  test('has a length where its method has a body, and none where not', async () => {
    const server = await serve((socket) => socket.write(SMALL));
    for (const method of ['GET', 'DELETE', 'POST']) await send(server, { method, body: null });
    assert.deepEqual(server.received().match(/^content-length.*$/gm), ['content-length: 0']);
  });

  test('arrives whole when it is large', async () => {
    const body = Buffer.alloc(5_000_000, 'abcdefg');
    let arrived = 0;
    const raw = await startRawUpstream((socket) => {
      socket.on('data', (bytes) => {
        arrived += bytes.length - (arrived === 0 ? bytes.indexOf('\r\n\r\n') + 4 : 0);
        if (arrived === body.length) socket.write(SMALL);
      });
    });
    const upstream = client(raw.url);
    assert.equal(await textOf(await send({ upstream }, { body })), '{}');
  });

  test('says of its connection what the connection is, whatever the headers say', async () => {
    const server = await serve((socket) => socket.write(SMALL));
    await send(server, { headers: { host: 'evil.example', connection: 'close', 'content-length': '99', 'transfer-encoding': 'chunked' } });
    assert.doesNotMatch(server.received(), /evil|close|chunked/);
    assert.deepEqual(server.received().match(/^content-length.*$/gm), ['content-length: 2']);
  });

  for (const [what, headers] of [
    ['CR LF in a value', { x: 'a\r\nhost: evil' }],
    ['LF in a value', { x: 'a\nb' }],
    ['NUL in a value', { x: 'a\0' }],
    ['what latin1 would cut to CR LF', { x: 'a\u010d\u010ab' }],
    ['CR LF in a name', { 'a: b\r\nx': 'c' }],
    ['a name without a letter', { '': 'c' }],
  ] as const) {
    test(`is not sent with ${what}`, async () => {
      const server = await serve((socket) => socket.write(SMALL));
      await assert.rejects(send(server, { headers }), faultOf('sent'));
      await send(server);
      assert.equal(server.sockets.length, 1);
      assert.match(server.received(), /^POST/);
    });
  }
});

describe('headers as they are written', () => {
  const { seed, below, pick } = randomOf();
  const NAMES = ['a', 'x-b', 'accept', 'host', 'content-length', '', 'a b', 'a:', 'a\r\nb', 'ä', 'x\0', "!#$%&'*+.^_`|~"];
  const VALUES = ['', 'v', 'a b\tc', 'gr\xfc\xdf', '\r\nx: y', '\n', '\0', '\x7f', '\u010d\u010a', ': ', 'a\r\n\r\nGET /'];
  const FRAMING = ['host', 'connection', 'content-length', 'transfer-encoding'];

  /** Header by header, as the standard says it. */
  function plainly(headers: Readonly<Record<string, string>>): string | null {
    const own = Object.entries(headers).filter(([name]) => !FRAMING.includes(name));
    const isGood = own.every(([name, value]) => /^[!#$%&'*+.^`|~\w-]+$/.test(name) && !/[^\t -~\x80-\xff]/.test(value));
    return isGood ? own.map(([name, value]) => `${name}: ${value}\r\n`).join('') : null;
  }

  test(`are the same whether they are checked one by one or together (seed ${seed})`, () => {
    for (let i = 0; i < 20_000; i++) {
      const headers = Object.fromEntries(Array.from({ length: below(5) }, () => [pick(NAMES), pick(VALUES)]));
      assert.equal(requestLines(headers), plainly(headers), JSON.stringify(headers));
    }
  });

  test('as text count for the very headers that they were written of, and for no copy', async () => {
    const server = await serve((socket) => socket.write(SMALL));
    const headers = { accept: '*/*' };
    await send(server, { headers, written: { of: headers, lines: 'x-written: 1\r\n' } });
    await send(server, { headers: { ...headers }, written: { of: headers, lines: 'x-written: 2\r\n' } });
    assert.deepEqual(server.received().match(/^(x-written|accept): .*$/gm), ['x-written: 1', 'accept: */*']);
  });
});

describe('an answer', () => {
  test('that comes at once is one buffer', async () => {
    for (const bytes of [SMALL, `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`]) {
      const server = await serve((socket) => socket.write(bytes));
      const { status, body } = await send(server);
      assert.deepEqual([status, body], [200, Buffer.from('{}')]);
    }
  });

  test('that comes later is a stream, and its connection is used again', async () => {
    const server = await serve((socket) => socket.write(`${OK}Content-Length: 6\r\n\r\nabc`));
    for (let i = 0; i < 3; i++) {
      const response = await send(server);
      const body = streamOf(response);
      server.sockets[0]?.write('def');
      assert.equal(await textOf(response), 'abcdef');
      await until('the end of the stream', () => body.closed);
    }
    assert.equal(server.sockets.length, 1);
  });

  test('keeps its bytes while others are read', async () => {
    const server = await serve((socket, nth) => socket.write(`${OK}Content-Length: 1000\r\n\r\n${String(nth % 10).repeat(1000)}`));
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(server)));
    const more = await send(server);
    const texts = await Promise.all([...answers, more].map(textOf));
    for (const text of texts) assert.match(text, /^(\d)\1{999}$/);
    assert.equal(new Set(texts).size, 10);
  });

  test('without a body', async () => {
    const server = await serve((socket, nth) =>
      socket.write(
        [
          'HTTP/1.1 204 No Content\r\n\r\n',
          'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
          `HTTP/1.1 102 Processing\r\n\r\n${OK}Content-Length: 7\r\n\r\n`,
        ][nth] ?? '',
      ),
    );
    assert.equal((await send(server)).status, 204);
    assert.equal((await send(server)).status, 304);
    const head = await send(server, { method: 'HEAD', body: null });
    assert.deepEqual([head.status, head.headers['content-length'], head.body], [200, '7', Buffer.alloc(0)]);
    assert.equal(server.sockets.length, 1);
  });

  test('up to the end of its connection', async () => {
    const server = await serve((socket) => socket.end(`${OK}\r\nall of it`));
    for (let i = 0; i < 2; i++) assert.equal(await textOf(await send(server)), 'all of it');
    assert.equal(server.sockets.length, 2);
  });

  test('may come before the request has gone, and its connection is not used again', async () => {
    const sockets: Socket[] = [];
    const raw = await startRawUpstream((socket) => {
      sockets.push(socket);
      socket.once('data', () => socket.pause().write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge'));
    });
    const upstream = client(raw.url);
    for (let i = 0; i < 2; i++) {
      const response = await send({ upstream }, { body: Buffer.alloc(32_000_000) });
      assert.deepEqual([response.status, await textOf(response)], [413, 'large']);
    }
    assert.equal(sockets.length, 2);
  });

  test('is held back for a slow reader', async () => {
    const total = 64 * 2 ** 20;
    let written = 0;
    const server = await serve((socket) => {
      socket.write(`${OK}Content-Length: ${total}\r\n\r\n`);
      const chunk = Buffer.alloc(2 ** 18, 'x');
      const more = (): void => {
        while (written < total) {
          written += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', more);
        }
      };
      more();
    });
    const body = streamOf(await send(server));
    let last = -1;
    await until('the server being held back', async () => {
      const stood = written === last;
      last = written;
      await new Promise((resolve) => setTimeout(resolve, 80));
      return stood && written === last;
    });
    assert.ok(written < total / 2, `${written} bytes were taken for a reader that reads nothing`);
    assert.ok(body.readableLength < 2 ** 18, `${body.readableLength} bytes wait`);
    let read = 0;
    for await (const chunk of body) read += (chunk as Buffer).length;
    assert.equal(read, total);
    await send(server).then((response) => streamOf(response).destroy());
    assert.equal(server.sockets.length, 1, 'a connection that was held back is as good as any');
  });
});

describe('no answer', () => {
  for (const [what, bytes] of [
    ['nothing', ''],
    ['half a head', `${OK}Content-Le`],
    ['garbage', '\x16\x03\x01\x02\x00\r\n\r\n'],
    ['10 MB of headers', `${OK}${'X-Filler: 0123456789\r\n'.repeat(500_000)}`],
    ['two lengths', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy`],
    ['a switched protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n'],
  ] as const) {
    for (const how of ['end', 'reset'] as const) {
      test(`${what}, and the ${how}`, async () => {
        const server = await serve((socket) =>
          socket.write(bytes, 'latin1', () => (how === 'end' ? socket.end() : setImmediate(() => socket.resetAndDestroy()))),
        );
        await assert.rejects(send(server), faultOf('sent'));
      });
    }
  }

  for (const [what, bytes] of [
    ['a counted body', `${OK}Content-Length: 9\r\n\r\nhalf`],
    ['a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n9\r\nhalf`],
    ['chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`],
  ] as const) {
    for (const how of ['end', 'reset'] as const) {
      test(`half of ${what}, and the ${how}`, async () => {
        const server = await serve((socket) => socket.write(bytes));
        const response = await send(server);
        const text = textOf(response);
        if (how === 'end') server.sockets[0]?.end();
        else server.sockets[0]?.resetAndDestroy();
        await assert.rejects(within(text, 'the end of the body'), faultOf('answered'));
      });
    }
  }

  test('a chunk that is none, after its head was passed on', async () => {
    const server = await serve((socket) => socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`));
    const text = textOf(await send(server));
    server.sockets[0]?.write('nonsense\r\n');
    await assert.rejects(within(text, 'the end of the body'), faultOf('answered'));
    await within(once(server.sockets[0] ?? assert.fail(), 'close'), 'the end of the connection');
  });

  test('a chunk that is none, with its head', async () => {
    const server = await serve((socket) => socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n`));
    await assert.rejects(send(server), faultOf('answered'));
  });

  test('a server that says nothing', async () => {
    const server = await serve(() => {}, { firstByte: 60 });
    await assert.rejects(send(server), faultOf('timeout'));
    await within(once(server.sockets[0] ?? assert.fail(), 'close'), 'the end of the connection');
  });

  test('a server that says nothing more', async () => {
    const server = await serve((socket, nth) => void (nth < 2 && socket.write(SMALL)), { firstByte: 500 });
    await send(server);
    // The time of one request says nothing about the next.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await send(server);
    const began = performance.now();
    await assert.rejects(send(server), faultOf('timeout'));
    assert.ok(performance.now() - began > 450);
    assert.equal(server.sockets.length, 1);
  });

  test('a server that only promises', async () => {
    const server = await serve((socket) => {
      const beat = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 15);
      socket.once('close', () => clearInterval(beat));
    }, { firstByte: 100 });
    await assert.rejects(send(server), faultOf('timeout'));
  });

  test('the wait for a head says nothing about the body, nor about the next head', async () => {
    const server = await serve((socket) => socket.write(`${OK}Content-Length: 6\r\n\r\nabc`), { firstByte: 400 });
    for (let i = 0; i < 2; i++) {
      const response = await send(server);
      await new Promise((resolve) => setTimeout(resolve, 600));
      server.sockets[0]?.write('def');
      assert.equal(await textOf(response), 'abcdef');
    }
    assert.equal(server.sockets.length, 1);
  });

  test('nobody listens', async () => {
    await assert.rejects(send({ upstream: client(`http://127.0.0.1:${await closedPort()}/`) }), faultOf('refused'));
  });

  test('a name that is none', async () => {
    await assert.rejects(send({ upstream: client('http://no-such-name.invalid/') }), faultOf('connect'));
  });

  test('no connection in time', async () => {
    // TLS with a server that never answers its greeting is not connected.
    const raw = await startRawUpstream((socket) => socket.resume());
    await assert.rejects(send({ upstream: client(raw.url.replace('http', 'https'), { connect: 60 }) }), faultOf('connect'));
  });

  test('no TLS there', async () => {
    const raw = await startRawUpstream((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    await assert.rejects(send({ upstream: client(raw.url.replace('http', 'https')) }), faultOf('connect'));
  });
});

describe('a connection', () => {
  test('is used again, the latest first', async () => {
    const server = await serve((socket) => socket.write(SMALL));
    await Promise.all([send(server), send(server)]);
    for (let i = 0; i < 5; i++) await send(server);
    assert.equal(server.sockets.length, 2);
    const counts = [0, 1].map((n) => server.received(n).split('POST').length - 1).sort();
    assert.deepEqual(counts, [1, 6]);
  });

  for (const [what, bytes] of [
    ['that is said to close', `${OK}Connection: close\r\nContent-Length: 2\r\n\r\n{}`],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}'],
    ['kept for one second', `${OK}Keep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\n{}`],
    ['with a second answer in it', `${SMALL}${SMALL}`],
    ['with a line end in it', `${SMALL}\r\n`],
  ] as const) {
    test(`${what} is not used again`, async () => {
      const server = await serve((socket) => socket.write(bytes));
      for (let i = 0; i < 3; i++) assert.equal(await textOf(await send(server)), '{}');
      assert.equal(server.sockets.length, 3);
      await until('their end', () => server.sockets.every(({ destroyed }) => destroyed));
    });
  }

  test('that is spoken to while it is idle is destroyed', async () => {
    const server = await serve((socket) => socket.write(SMALL));
    await send(server);
    server.sockets[0]?.write(`${OK}Content-Length: 6\r\n\r\npoison`);
    // Much sooner than for being idle.
    await within(once(server.sockets[0] ?? assert.fail(), 'close'), 'the end of the connection', 2500);
    assert.equal(await textOf(await send(server)), '{}');
    assert.equal(server.sockets.length, 2);
  });

  test('that the server has closed is replaced', async () => {
    const server = await serve((socket) => socket.write(SMALL));
    for (let i = 0; i < 4; i++) {
      await send(server);
      const last = server.sockets.at(-1) ?? assert.fail();
      if (i % 2) last.resetAndDestroy();
      else last.end();
      await new Promise((resolve) => (last.closed ? resolve(null) : last.once('close', resolve)));
      // The other end learns of it a turn later.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(server.sockets.length, 4);
  });

  test('that the server closes at any moment costs at most the request it carries', async () => {
    const { seed, below } = randomOf();
    const server = await serve((socket) => {
      socket.write(SMALL);
      if (below(3) === 0) setTimeout(() => (below(2) ? socket.end() : socket.destroy()), below(3));
    });
    let lost = 0;
    for (let i = 0; i < 400; i++) {
      try {
        assert.equal(await textOf(await send(server)), '{}', `MCPGEN_SEED=${seed}`);
      } catch (error) {
        faultOf((error as UpstreamFault).stage === 'stale' ? 'stale' : 'sent')(error);
        lost++;
      }
    }
    assert.ok(lost < 200, `${lost} of 400, MCPGEN_SEED=${seed}`);
  });

  test('is idle for four seconds at most', async () => {
    const server = await serve((socket) => socket.write(SMALL));
    const began = performance.now();
    await send(server);
    await within(once(server.sockets[0] ?? assert.fail(), 'close'), 'the end of the connection');
    assert.ok(performance.now() - began > 3900);
  });

  test('is idle for a second less than the server keeps it', async () => {
    const server = await serve((socket) => socket.write(`${OK}Keep-Alive: timeout=2\r\nContent-Length: 0\r\n\r\n`));
    await send(server);
    await new Promise((resolve) => setTimeout(resolve, 1010));
    await send(server);
    assert.equal(server.sockets.length, 2);
  });

  test('leaves nothing behind at a signal that lasts', async () => {
    const server = await serve((socket, nth) => socket.write(nth % 2 ? SMALL : `${OK}Content-Length: 2\r\n\r\n{`));
    const { signal } = new AbortController();
    for (let i = 0; i < 10; i++) {
      const response = await send(server, { signal });
      assert.equal(getEventListeners(signal, 'abort').length, Buffer.isBuffer(response.body) ? 0 : 1);
      if (Buffer.isBuffer(response.body)) continue;
      server.sockets[0]?.write('}');
      await textOf(response);
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
    assert.equal(server.sockets.length, 1);
  });
});
