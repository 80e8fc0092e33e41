/** Several requests on one connection, and connections that end or are ended: each request gets its own answer, and gives back what it holds. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Client } from '#src/gateway/runtime/front/client.js';
import { drainServer, plainServer, publicServer } from '#src/gateway/runtime/front/listen.js';
import { ask, dial, requestBytes, until, within } from '../../support/http.js';

const KEEP_ALIVE = 400;

let server: Server;
/** What is asked at `/wait`, until a test answers it. */
let waiting: Client[] = [];
/** What was asked, and what has been told that it is over. */
const begun: Client[] = [];
const over: Client[] = [];

function serve(client: Client): void {
  begun.push(client);
  client.onLeave(() => over.push(client));
  const { target } = client.request;
  if (target === '/wait') return void waiting.push(client);
  const size = Number(/^\/bytes\/(\d+)$/.exec(target)?.[1] ?? NaN);
  if (Number.isFinite(size)) return client.answer(200, [], Buffer.alloc(size, 'b'));
  client.body(10_000_000).then((body) => client.answer(200, [], Buffer.from(`body of ${body.length}`)), () => client.cut());
}

const port = (): number => (server.address() as AddressInfo).port;
const asking = (path: string): Buffer => requestBytes({ path });
const answerWaiting = (): void => waiting.splice(0).forEach((client) => client.answer(200, [], 'late'));

before(async () => {
  server = publicServer({ serve, maxHeaderSize: 16_384, keepAlive: KEEP_ALIVE, headers: () => [], onParserRefusal: () => {} });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  waiting = [];
  begun.length = over.length = 0;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

describe('requests that wait behind another', () => {
  test('are over when their connection is, as the first is', async () => {
    const connection = await dial(port());
    const halfABody = 'POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 4000000\r\n\r\n{';
    connection.send(Buffer.concat([asking('/wait'), asking('/wait'), asking('/bytes/10'), Buffer.from(halfABody)]));
    await until('all four', () => begun.length === 4);
    connection.reset();
    await until('the end of all four', () => over.length === 4);
    assert.deepEqual(begun.map(({ hasLeft, isDone, isComplete }) => [hasLeft, isDone, isComplete]), Array.from({ length: 4 }, () => [true, true, false]));
    let told = 0;
    begun[1]?.onLeave(() => told++);
    answerWaiting();
    assert.equal(told, 1, 'who asks to be told afterwards is told at once');
  });

  test('are over each with its own answer, where the connection stays', async () => {
    const connection = await dial(port());
    connection.send(Buffer.concat([asking('/wait'), asking('/bytes/10'), asking('/bytes/20000')]));
    await until('all three', () => begun.length === 3);
    assert.equal(over.length, 0);
    answerWaiting();
    for (const text of ['late', 'b'.repeat(10), 'b'.repeat(20_000)]) assert.equal((await connection.answer()).text, text);
    await until('the end of all three', () => over.length === 3);
    assert.deepEqual(over.map(({ isComplete }) => isComplete), [true, true, true]);
    connection.close();
  });

  test('are told to go on when it is their turn, and never in the middle of an answer', async () => {
    const connection = await dial(port());
    const expecting = 'POST /body HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n';
    connection.send(Buffer.concat([asking('/wait'), Buffer.from(`${expecting}12345`), asking('/bytes/7')]));
    await until('all three', () => begun.length === 3);
    answerWaiting();
    for (const text of ['late', 'body of 5', 'b'.repeat(7)]) assert.equal((await connection.answer()).text, text);
    // Whoever does wait for it gets it.
    connection.send(Buffer.concat([asking('/wait'), Buffer.from(expecting)]));
    await until('both', () => begun.length === 5);
    answerWaiting();
    assert.equal((await connection.answer()).text, 'late');
    await until('to be told to go on', () => connection.received().includes('100 Continue'));
    connection.send('12345');
    assert.equal((await connection.answer()).text, 'body of 5');
    connection.close();
  });

  test('CONNECT is refused behind the answer before it', async () => {
    const connection = await dial(port());
    connection.send(Buffer.concat([asking('/wait'), Buffer.from('CONNECT x:1 HTTP/1.1\r\nhost: x:1\r\n\r\n')]));
    await until('the first', () => begun.length === 1);
    // The second has come by the time another connection is answered.
    await ask(port(), { path: '/bytes/1' });
    answerWaiting();
    assert.equal((await connection.answer()).text, 'late');
    assert.equal((await connection.answer()).status, 405);
    connection.close();
  });
});

describe('connections that end', () => {
  /** A connection whose reader has stopped, and which has asked for more than the system takes. */
  async function withSlowReader(size: number) {
    const connection = await dial(port());
    connection.pause();
    const asked = 30_000_000 / size;
    connection.send(Buffer.concat(Array.from({ length: asked }, () => asking(`/bytes/${size}`))));
    await until('answers that wait', () => begun.length > over.length + 5);
    return { connection, asked };
  }

  for (const size of [15_000, 100_000]) {
    test(`an answer of ${size} bytes that has not left is not complete`, async () => {
      const { connection } = await withSlowReader(size);
      connection.reset();
      await until('the end of all', () => over.length === begun.length);
      const complete = begun.filter(({ isComplete }) => isComplete).length;
      assert.ok(complete > 0 && complete < begun.length, `${complete} of ${begun.length}`);
      assert.deepEqual(begun.map(({ isComplete }) => isComplete), begun.map((_, i) => i < complete));
    });
  }

  test('a head that has begun to come is not idle, however long it takes', async () => {
    const [idle, coming] = [await dial(port()), await dial(port())];
    for (const connection of [idle, coming]) {
      connection.send(asking('/bytes/1'));
      await connection.answer();
    }
    coming.send('GET /bytes/2 HTTP/1.1\r\n');
    // The other one has been idle for as long.
    await within(idle.ended, 'the end of the idle connection');
    assert.ok(coming.isOpen);
    coming.send('host: a\r\n\r\n');
    assert.equal((await coming.answer()).text, 'bb');
    coming.close();
  });

  for (const size of [15_000, 100_000]) {
    test(`a drain lets answers of ${size} bytes leave`, async (t) => {
      const usual = server;
      t.after(() => {
        server.closeAllConnections();
        server.close();
        server = usual;
      });
      server = plainServer({ serve, maxHeaderSize: 16_384, requestTimeout: 10_000 });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { connection, asked } = await withSlowReader(size);
      const idle = await dial(port());
      idle.send(asking('/bytes/1'));
      await idle.answer();
      const drained = drainServer(server, 10_000);
      // What is idle is closed at once; then the reader goes on.
      await within(idle.ended, 'the end of the idle connection');
      connection.resume();
      for (let i = 0; i < asked; i++) assert.equal((await connection.answer()).body.length, size);
      connection.close();
      await drained;
    });
  }
});
