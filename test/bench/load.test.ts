/** What the load counts, and what it sends. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { Job, Load } from './load.js';
import { end, launchModule, launchServer, messageOf } from './processes.js';
import { requestsOf, type Requests } from './requests.js';
import { SCENARIOS } from './scenarios.js';

const ONE: Requests = { opening: null, requests: ['GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'] };

/** What the load makes of a server. */
async function loadOf(t: TestContext, listener: RequestListener, requests = ONE, concurrency = 4): Promise<Load> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return loadOn(t, port, requests, concurrency);
}

async function loadOn(t: TestContext, port: number, requests: Requests, concurrency: number): Promise<Load> {
  const load: ChildProcess = launchModule('load');
  t.after(() => end(load));
  load.send({ port, ...requests, concurrency, seconds: 0.05 } satisfies Job);
  return (await messageOf(load)) as Load;
}

describe('the load of the bench', () => {
  for (const [what, listener, failure] of [
    ['another status', (_incoming, outgoing) => void outgoing.writeHead(429).end('slow down'), /^HTTP\/1\.1 429 /],
    ['an answer that is cut', (_incoming, outgoing) => void outgoing.writeHead(200, { 'content-length': 9 }).write('half', () => outgoing.destroy()), /closed/],
    ['a stream that is cut', (_incoming, outgoing) => void outgoing.write('half', () => outgoing.destroy()), /closed/],
  ] satisfies [string, RequestListener, RegExp][]) {
    it(`${what} is a failure, not throughput`, async (t) => {
      const load = await loadOf(t, listener);
      assert.deepEqual([load.completed, load.failed], [0, 4]);
      assert.match(String(load.failure), failure);
    });
  }

  it('another status is a failure where the answer is as long as all before it', async (t) => {
    let asked = 0;
    const load = await loadOf(t, (_incoming, outgoing) => void outgoing.writeHead(++asked < 5 ? 200 : 503, 'Same').end('whole'), ONE, 1);
    assert.deepEqual([load.completed, load.failed], [4, 1]);
    assert.match(String(load.failure), /^HTTP\/1\.1 503 /);
  });

  it('nobody who listens is a failure of each connection', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const load = await loadOn(t, port, ONE, 3);
    assert.deepEqual([load.completed, load.failed], [0, 3]);
    assert.match(String(load.failure), /ECONNREFUSED/);
  });

  it('counts whole answers of either framing', async (t) => {
    let asked = 0;
    const load = await loadOf(t, (_incoming, outgoing) => {
      if (++asked % 2 === 0) return void outgoing.end('whole');
      outgoing.write('in ');
      setImmediate(() => outgoing.end('parts'));
    });
    assert.deepEqual([load.completed, load.failed, load.failure], [asked, 0, null]);
  });

  it('never sends the same client twice in a row on a connection', async (t) => {
    const clients = SCENARIOS.find(({ callers }) => callers === 'many');
    assert.ok(clients);
    const seen = new Map<unknown, string[]>();
    const names = ['authorization', 'user-agent', 'x-forwarded-for'];
    const identityOf = ({ headers }: IncomingMessage): string => names.map((name) => String(headers[name])).join(' ');
    const load = await loadOf(t, (incoming, outgoing) => {
      seen.set(incoming.socket, [...(seen.get(incoming.socket) ?? []), identityOf(incoming)]);
      incoming.resume().on('end', () => outgoing.end('{}'));
    }, requestsOf(clients, {}));
    assert.deepEqual([load.failed, load.failure, seen.size], [0, null, 4]);
    for (const identities of seen.values()) {
      assert.ok(identities.length > 1);
      assert.equal(identities.slice(0, 1000).length, new Set(identities.slice(0, 1000)).size);
    }
  });

  it('opens a session on each connection, and asks within it', async (t) => {
    const scenario = SCENARIOS.find(({ hasSession }) => hasSession);
    assert.ok(scenario);
    const sessions = new Set<unknown>();
    const load = await loadOf(t, (incoming, outgoing) => {
      const id = incoming.headers['mcp-session-id'];
      if (id === undefined) outgoing.setHeader('mcp-session-id', `id-${incoming.socket.remotePort}`);
      else assert.equal(id, `id-${incoming.socket.remotePort}`);
      sessions.add(id);
      incoming.resume().on('end', () => outgoing.end('{}'));
    }, requestsOf(scenario, {}));
    assert.deepEqual([load.failed, load.failure], [0, null]);
    assert.equal(sessions.size, 5, 'four, and none at all for the opening');
  });

  it('an opening that gives no session is a failure', async (t) => {
    const load = await loadOf(t, (_incoming, outgoing) => void outgoing.end('{}'), { ...ONE, opening: ONE.requests[0] ?? null });
    assert.deepEqual([load.completed, load.failed], [0, 4]);
    assert.match(String(load.failure), /no session was opened/);
  });
});

describe('the upstream of the bench', () => {
  it('refuses what it does not expect', async (t) => {
    const { child, port } = await launchServer('upstream');
    t.after(() => end(child));
    const ask = async (body: string, headers: Record<string, string> = {}): Promise<number> => {
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers });
      await response.text();
      return response.status;
    };
    assert.equal(await ask('{"jsonrpc":"2.0"}'), 400);
    for (const { body, hasSession } of SCENARIOS) {
      assert.equal(await ask(body), hasSession ? 400 : 200);
      assert.equal(await ask(body, { 'mcp-session-id': 'of nobody' }), hasSession ? 400 : 200);
      assert.equal(await ask(`${body} `), 400);
    }
  });
});
