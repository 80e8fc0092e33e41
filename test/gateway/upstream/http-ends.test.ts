/** The client of an instance: how a request is given up, how everything is closed, and what chance brings. */
import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import net, { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { UpstreamFault } from '#src/gateway/runtime/wire/fault.js';
import { randomOf } from '../../support/random.js';
import { until, within } from '../../support/http.js';
import { startRawUpstream } from '../../support/upstreams.js';
import { OK, SMALL, serve, client, requestOf, send, textOf, streamOf, faultOf } from './stand.js';

describe('giving up', () => {
  const reason = new Error('gone');

  test('before anything', async () => {
    const server = await serve((socket) => socket.write(SMALL));
    await assert.rejects(send(server, { signal: AbortSignal.abort(reason) }), faultOf('connect'));
    assert.equal(server.sockets.length, 0);
  });

  test('while connecting', async () => {
    const raw = await startRawUpstream((socket) => socket.resume());
    const leaving = new AbortController();
    const answer = send({ upstream: client(raw.url.replace('http', 'https')) }, { signal: leaving.signal });
    setImmediate(() => leaving.abort(reason));
    await assert.rejects(answer, faultOf('connect'));
  });

  test('while waiting, on a new connection and on one that was used', async () => {
    const server = await serve((socket, nth) => (nth === 1 ? socket.write(SMALL) : leaving.abort(reason)));
    let leaving = new AbortController();
    await assert.rejects(send(server, { signal: leaving.signal }), faultOf('sent'));
    leaving = new AbortController();
    await send(server, { signal: leaving.signal });
    await assert.rejects(send(server, { signal: leaving.signal }), faultOf('sent'));
    assert.equal(server.sockets.length, 2);
    await until('the end of both', () => server.sockets.every(({ destroyed }) => destroyed));
  });

  test('during the answer', async () => {
    const server = await serve((socket) => socket.write(`${OK}Content-Length: 9\r\n\r\nhalf`));
    const leaving = new AbortController();
    const text = textOf(await send(server, { signal: leaving.signal }));
    leaving.abort(reason);
    await assert.rejects(within(text, 'the end of the body'), faultOf('answered'));
    await within(once(server.sockets[0] ?? assert.fail(), 'close'), 'the end of the connection');
  });

  test('after the answer changes nothing', async () => {
    const server = await serve((socket) => socket.write(SMALL));
    const leaving = new AbortController();
    await send(server, { signal: leaving.signal });
    leaving.abort(reason);
    await send(server);
    assert.equal(server.sockets.length, 1);
  });

  test('reading no further closes the connection', async () => {
    const server = await serve((socket, nth) => socket.write(nth === 0 ? `${OK}Content-Length: 9\r\n\r\nhalf` : SMALL));
    const body = streamOf(await send(server));
    body.destroy();
    await within(once(server.sockets[0] ?? assert.fail(), 'close'), 'the end of the connection');
    assert.equal(await textOf(await send(server)), '{}');
    assert.equal(server.sockets.length, 2);
  });
});

describe('closing', () => {
  test('ends everything, and what comes later', async () => {
    const server = await serve((socket, nth) => void (nth === 1 ? socket.write(`${OK}Content-Length: 9\r\n\r\nhalf`) : nth === 0 ? socket.write(SMALL) : null));
    const idle = send(server);
    const text = textOf(await Promise.all([idle, send(server)]).then(([, second]) => second));
    const waiting = server.upstream.send(requestOf());
    const outcome = Promise.allSettled([text, waiting]);
    await until('the third request', () => server.sockets.length === 2 && (server.received(0) + server.received(1)).split('POST').length === 4);
    await within(server.upstream.close(), 'the end');
    const stages = (await outcome).map((one) => one.status === 'rejected' && (one.reason as UpstreamFault).stage);
    assert.deepEqual(stages, ['answered', 'stale']);
    await until('the end of all', () => server.sockets.every(({ destroyed }) => destroyed));
    await assert.rejects(send(server), faultOf('connect'));
    await within(server.upstream.close(), 'a second end');
  });
});

describe('chance', () => {
  test('whatever a server says, every request settles, and no answer is one to another request', async () => {
    const { seed, below, pick, bytes } = randomOf();
    const spoilt = (own: string): Buffer => {
      const good = Buffer.from(
        pick([
          `${OK}Content-Length: 3\r\n\r\n${own}`,
          `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\n${own[0]}\r\n2\r\n${own.slice(1)}\r\n0\r\n\r\n`,
          `${OK}\r\n${own}`,
        ]),
        'latin1',
      );
      const at = below(good.length);
      return pick([
        good,
        Buffer.concat([good, bytes(4)]),
        Buffer.concat([good, Buffer.from(`${OK}Content-Length: 6\r\n\r\npoison`)]),
        good.subarray(0, at),
        Buffer.concat([good.subarray(0, at), bytes(3), good.subarray(at)]),
      ]);
    };
    const server = await serve((socket, nth) => {
      const answer = spoilt(String(100 + (nth % 900)));
      const at = below(answer.length + 1);
      socket.write(answer.subarray(0, at));
      setTimeout(() => {
        socket.write(answer.subarray(at));
        if (below(3)) socket.end();
      }, below(3));
    }, { firstByte: 150 });
    for (let i = 0; i < 300; i++) {
      try {
        const response = await send(server);
        // Its end may never come: the gateway has a time for that.
        const text = await Promise.race([textOf(response), new Promise<string>((resolve) => setTimeout(resolve, 150, ''))]);
        if (!Buffer.isBuffer(response.body)) response.body.on('error', () => {}).destroy();
        assert.doesNotMatch(text, /^poison/, `MCPGEN_SEED=${seed}, round ${i}`);
      } catch (error) {
        assert.ok(error instanceof UpstreamFault, `MCPGEN_SEED=${seed}, round ${i}: ${String(error)}`);
      }
    }
  });
});

test('an address of either family is found behind a name', async () => {
  const known = (await lookup('localhost', { all: true })).map(({ address }) => address);
  for (const host of ['127.0.0.1', '::1']) {
    const listener = net.createServer((socket) => socket.once('data', () => socket.end(SMALL)).on('error', () => {})).listen(0, host);
    const isListening = await Promise.race([once(listener, 'listening').then(() => true), once(listener, 'error').then(() => false)]);
    // Where there is no IPv6 there is nothing to find.
    if (!isListening) continue;
    const { port } = listener.address() as net.AddressInfo;
    for (const name of [host === '::1' ? '[::1]' : host, ...(known.includes(host) ? ['localhost'] : [])]) {
      assert.equal((await send({ upstream: client(`http://${name}:${port}/`) })).status, 200, name);
    }
    listener.close();
  }
});

test('small writes are not held back for others (TCP_NODELAY)', async (t) => {
  const set = t.mock.method(Socket.prototype, 'setNoDelay');
  const server = await serve((socket) => socket.write(SMALL));
  await send(server);
  // Of the connection that was opened; the one that was taken is the test's.
  const [ours] = set.mock.calls.filter((call) => (call.this as Socket).remotePort === Number(new URL(server.upstream.origin ?? '').port));
  assert.deepEqual(ours?.arguments, [true]);
});
