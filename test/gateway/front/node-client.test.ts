/** Clients on real connections: a head that is recognised says what it would say if it were read again. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { plainServer } from '#src/gateway/runtime/front/listen.js';
import type { Client, HeadMemory } from '#src/gateway/runtime/front/client.js';
import { dial } from '../../support/http.js';
import { withSeeds, type Random } from '../../support/random.js';

let server: Server;
/** The memory of each request so far. */
const memories: HeadMemory[] = [];

/** Says what the gateway is told of a request. At `/late` it asks for the body only when that may be there already. */
async function echo(client: Client): Promise<void> {
  const { method, target, headers, hosts } = client.request;
  if (target === '/late') {
    for (let i = 0; i < 20; i++) await turn();
    const body = await client.body(2_000_000);
    await assert.rejects(client.body(1), /once/);
    return client.answer(200, [], Buffer.isBuffer(body) ? body : `fault ${body}`);
  }
  const { length } = client;
  memories.push(client.memory);
  const body = await client.body(1000);
  client.answer(200, ['content-type', 'application/json'], JSON.stringify({ method, target, headers, hosts, length, body: body.toString() }));
}

before(async () => {
  server = plainServer({ serve: (client) => void echo(client), maxHeaderSize: 16_384, requestTimeout: 10_000 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const port = (): number => (server.address() as AddressInfo).port;

type Lines = readonly (readonly [name: string, value: string])[];

function bytesOf(method: string, target: string, lines: Lines, body: string): string {
  const all: Lines = method === 'POST' ? [...lines, ['Content-Length', String(body.length)]] : lines;
  return `${method} ${target} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${method === 'POST' ? body : ''}`;
}

function expected(method: string, target: string, lines: Lines, body: string): unknown {
  const headers: Record<string, string> = {};
  for (const [name, value] of lines) {
    const lower = name.toLowerCase();
    // Node keeps the first of those that may come once, and joins others.
    if (headers[lower] === undefined) headers[lower] = value;
    else if (lower !== 'authorization' && lower !== 'host') headers[lower] += `, ${value}`;
  }
  const length = method === 'POST' ? body.length : null;
  if (length !== null) headers['content-length'] = String(length);
  const hosts = lines.filter(([name]) => name.toLowerCase() === 'host').length;
  return { method, target, headers, hosts, length, body: method === 'POST' ? body : '' };
}

function randomLines({ pick, chance, below }: Random): Lines {
  const lines: [string, string][] = [['Host', pick(['a.example', 'b.example'])]];
  if (chance(0.1)) lines.push([pick(['host', 'HOST']), 'c.example']);
  for (let i = below(4); i > 0; i--) lines.push([pick(['X-A', 'x-a', 'X-B', 'Authorization', 'Origin']), pick(['1', '2', 'a b', 'ä'])]);
  return lines;
}

/** As Node hands it over: bytes are characters. */
const latin1 = (lines: Lines): Lines => lines.map(([name, value]) => [name, Buffer.from(value, 'latin1').toString('latin1')]);

describe('a request on a connection that has spoken before', () => {
  test('says what it says, whatever was said before it', async () => {
    const rounds: (() => Promise<void>)[] = [];
    withSeeds(6, (random) => {
      rounds.push(async () => {
        const connection = await dial(port());
        let last: readonly [string, string, Lines] = ['GET', '/', [['Host', 'a.example']]];
        for (let i = 0; i < 60; i++) {
          if (random.chance(0.5)) last = [random.pick(['GET', 'POST', 'POST']), random.pick(['/', '/x', '/?y']), latin1(randomLines(random))];
          const [method, target, lines] = last;
          const body = 'x'.repeat(random.below(200));
          connection.send(bytesOf(method, target, lines, body));
          const answer = await connection.answer();
          assert.deepEqual(JSON.parse(answer.text), expected(method, target, lines, body), `MCPGEN_SEED=${random.seed}, request ${i}`);
        }
        connection.close();
      });
    });
    for (const round of rounds) await round();
  });

  test('has the memory of the one before it where the head is the same but for its length, and one of its own where anything else differs', async () => {
    const lines: Lines = [['Host', 'a.example'], ['X-A', '1']];
    const sameAs = async (method: string, target: string, next: Lines, body: string): Promise<boolean> => {
      const connection = await dial(port());
      connection.send(bytesOf('POST', '/', lines, 'first'));
      await connection.answer();
      const first = memories.at(-1);
      connection.send(bytesOf(method, target, next, body));
      await connection.answer();
      connection.close();
      return memories.at(-1) === first;
    };
    assert.equal(await sameAs('POST', '/', lines, 'first'), true);
    assert.equal(await sameAs('POST', '/', lines, 'another length'), true);
    assert.equal(await sameAs('GET', '/', lines, ''), false);
    assert.equal(await sameAs('POST', '/x', lines, 'first'), false);
    for (const next of [[['Host', 'a.example'], ['X-A', '2']], [['Host', 'a.example'], ['x-a', '1']], [['X-A', '1'], ['Host', 'a.example']]] as Lines[]) {
      assert.equal(await sameAs('POST', '/', next, 'first'), false, JSON.stringify(next));
    }
    assert.equal(await sameAs('POST', '/', [...lines, ['X-B', '']], 'first'), false);
  });

  test('a body is whole, and the next request is answered, where it came before anybody asked for it', async () => {
    const connection = await dial(port());
    for (const length of [0, 5, 1000, 1_500_000, 7]) {
      const body = 'x'.repeat(length);
      connection.send(bytesOf('POST', '/late', [['Host', 'a.example']], body));
      assert.equal((await connection.answer()).text, body);
    }
    connection.send(bytesOf('GET', '/late', [['Host', 'a.example']], ''));
    assert.equal((await connection.answer()).text, '');
    connection.send(bytesOf('POST', '/late', [['Host', 'a.example']], 'x'.repeat(2_000_001)));
    assert.equal((await connection.answer()).text, 'fault body-too-large');
    connection.close();
  });

  test('requests that come in one piece are answered in their order, each for itself', async () => {
    const lines: Lines = [['Host', 'a.example']];
    const bodies = ['one', 'three', 'fifteen', ''];
    const connection = await dial(port());
    connection.send(bodies.map((body) => bytesOf('POST', '/', lines, body)).join(''));
    for (const body of bodies) {
      const { text } = await connection.answer();
      const { length, body: seen } = JSON.parse(text) as { length: number; body: string };
      assert.deepEqual([length, seen], [body.length, body]);
    }
    connection.close();
  });
});
