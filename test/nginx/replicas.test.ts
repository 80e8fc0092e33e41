/** Two gateways behind an nginx that takes them in turn, and two stateful servers behind them. A session belongs to no gateway, so none is lost with one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { initialize, request } from '../support/gateway-messages.js';
import { gatewayConfig } from '../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../support/gateway.js';
import { dial, requestBytes, type Dialled, type HttpAnswer } from '../support/http.js';
import { json, startUpstream, type FakeUpstream, type Received } from '../support/upstreams.js';
import { freePort, NGINXES, NO_NGINX, start, writeFiles, type Running } from './binaries.js';

const [SESSIONS, CALLS, WORKERS] = [1000, 10, 40];
const CONFIG = gatewayConfig({
  servers: { notes: { kind: 'http', stateful: true, instances: [{ url: 'http://127.0.0.1:9/mcp' }] } },
  gateway: {
    admin: {},
    limits: { perAddress: '1000000/s', sessions: 100_000 },
    log: { requests: false, audit: false },
    sessionKeys: [{ secret: 'SESSION_KEY' }],
  },
});

/** A server that keeps its sessions in memory and counts the calls of each. */
function stateful(prefix: string) {
  const sessions = new Map<string, string[]>();
  return {
    sessions,
    behave: ({ message, headers, response }: Received): void => {
      if (message?.method === 'initialize') {
        const id = `${prefix}-${sessions.size}`;
        sessions.set(id, []);
        return json(response, { jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25' } }, { 'mcp-session-id': id });
      }
      const calls = sessions.get(headers['mcp-session-id'] ?? '');
      if (!calls) return void response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
      calls.push(String(message?.id));
      json(response, { jsonrpc: '2.0', id: message?.id, result: { count: calls.length } });
    },
  };
}

function conf(port: number, gateways: readonly RunningGateway[]): string {
  const servers = gateways.map((gateway) => `server 127.0.0.1:${gateway.port} max_fails=0;`).join(' ');
  return [
    'pid /tmp/nginx.pid; worker_processes 1; events { worker_connections 1024; }',
    `http { access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path /tmp/nginx-${kind};`).join(' ')}`,
    `upstream gateways { ${servers} keepalive 64; }`,
    `server { listen 127.0.0.1:${port}; location / { proxy_pass http://gateways; proxy_http_version 1.1; proxy_buffering off; proxy_next_upstream error;`,
    'proxy_set_header Connection ""; proxy_set_header Host localhost; } } }',
  ].join('\n');
}

let upstreams: readonly FakeUpstream[];
let gateways: readonly RunningGateway[];
let edge: Running | undefined;
let port: number;
const [one, two] = [stateful('one'), stateful('two')];
before(async () => {
  if (NO_NGINX !== false) return;
  upstreams = await Promise.all([startUpstream(one.behave), startUpstream(two.behave)]);
  const pools = { notes: upstreams.map(({ url }) => url) };
  gateways = await Promise.all([startGateway({ config: CONFIG, pools }), startGateway({ config: CONFIG, pools })]);
  port = await freePort();
  const nginx = NGINXES.at(-1) ?? assert.fail();
  edge = await start(nginx, writeFiles([{ path: 'nginx/nginx.conf', contents: conf(port, gateways) }]), port);
});
after(() => edge?.close());

class Worker {
  #connection: Dialled | null = null;

  /** Null for a call that was under way when its gateway was killed, since nobody knows whether it ran. */
  async ask(message: unknown, session?: string): Promise<HttpAnswer | null> {
    try {
      this.#connection ??= await dial(port);
      this.#connection.send(requestBytes({ path: '/mcp/notes', message, headers: session === undefined ? {} : { 'mcp-session-id': session } }));
      const answer = await this.#connection.answer();
      return answer.status === 502 || !answer.complete ? null : answer;
    } catch {
      this.close();
      return null;
    }
  }
  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }
}

async function inParallel<T>(items: readonly T[], work: (worker: Worker, item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      const worker = new Worker();
      for (let item = left.pop(); item !== undefined; item = left.pop()) await work(worker, item);
      worker.close();
    }),
  );
}

test(
  `${SESSIONS} sessions of ${CALLS} calls, one gateway killed half-way: no session is lost, no call runs or is answered twice`,
  { skip: NO_NGINX },
  async () => {
    const opened: string[] = [];
    await inParallel(
      Array.from({ length: SESSIONS }, (_, index) => index),
      async (worker) => {
        const answer = await worker.ask(initialize);
        opened.push(answer?.headers['mcp-session-id'] ?? assert.fail('a session that was not opened'));
      },
    );
    assert.equal(new Set(opened).size, SESSIONS);

    const answered = new Map<string, number>();
    let done = 0;
    let unanswered = 0;
    const rounds = Array.from({ length: CALLS }, (_, round) => opened.map((session, index) => ({ session, id: `${index}-${round}` }))).flat();
    await inParallel(rounds.reverse(), async (worker, { session, id }) => {
      if (++done === rounds.length / 2) gateways[0]?.signal('SIGKILL');
      const answer = await worker.ask(request('tools/call', { name: 'add', arguments: {} }, id), session);
      if (!answer) return void unanswered++;
      assert.deepEqual([answer.status, (JSON.parse(answer.text) as { id: unknown }).id], [200, id]);
      answered.set(id, (answered.get(id) ?? 0) + 1);
    });

    const ran = [...one.sessions.values(), ...two.sessions.values()].flat();
    assert.equal(new Set(ran).size, ran.length, 'a call ran twice');
    assert.ok(
      [...answered.values()].every((times) => times === 1),
      'a call was answered twice',
    );
    // No more calls failed than were under way when the gateway was killed.
    assert.ok(unanswered <= WORKERS, `${unanswered} calls without an answer`);
    assert.equal(answered.size + unanswered, SESSIONS * CALLS);
    assert.ok(one.sessions.size > SESSIONS / 4 && two.sessions.size > SESSIONS / 4, 'both servers had their share');
    const still = await Promise.all([opened[0], opened.at(-1)].map((session) => new Worker().ask(request('tools/list', {}, 'still'), session)));
    assert.deepEqual(
      still.map((answer) => answer?.status),
      [200, 200],
    );
  },
);
