/** A gateway of several processes, as its clients, its operators and whoever runs it see it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { initialize, request } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { failToStart, secretValue, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, within, type AskOptions, type Dialled, type HttpAnswer } from '../../support/http.js';
import { answerAll, startUpstream, stream, withSessions, type FakeUpstream, type Received } from '../../support/upstreams.js';

const LIST = request('tools/list');
const post = (message: unknown, session?: string, path = '/mcp/search'): AskOptions => ({
  path, message, headers: session === undefined ? {} : { 'mcp-session-id': session },
});
/** As many connections as reach both of two workers, dealt in turn. */
const MANY = 8;

function config({ gateway, ...rest }: Config & { readonly gateway?: Config } = {}): Config {
  return gatewayConfig({ ...rest, gateway: { workers: 2, timeouts: { drain: '20s' }, ...gateway } });
}

let upstream: FakeUpstream;
before(async () => {
  upstream = await startUpstream();
});
const started: RunningGateway[] = [];
const pidsOf = ({ logs }: RunningGateway): readonly number[] => logs.filter(({ event }) => event === 'worker-started').map(({ pid }) => Number(pid));

/** Whether it runs: one that has ended and whose parent has gone may be listed for a while. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whatever a test leaves, and wherever it failed. */
function killAll(): void {
  for (const gateway of started) {
    for (const pid of [gateway.pid, ...pidsOf(gateway)]) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  }
}
process.on('exit', killAll);
after(async () => {
  killAll();
  await Promise.all(started.map(({ ended }) => ended));
});
afterEach(() => {
  upstream.behave = answerAll;
});

async function start(of: Config = config(), env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
  const gateway = await startGateway({ config: of, env, pools: { search: [upstream.url] } });
  started.push(gateway);
  await allStarted(gateway, 2);
  return gateway;
}

const allStarted = (gateway: RunningGateway, count: number) => gateway.waitFor('worker-started', () => pidsOf(gateway).length >= count);

interface Stats {
  readonly workers: readonly { readonly worker: number; readonly servers: Readonly<Record<string, { readonly requests: number; readonly active: number }>> }[];
}
async function statsOf(gateway: RunningGateway, key: 'requests' | 'active'): Promise<ReadonlyMap<number, number>> {
  const { text } = await gateway.admin('/gateway/stats');
  return new Map((JSON.parse(text) as Stats).workers.map(({ worker, servers }) => [worker, servers['search']?.[key] ?? NaN]));
}

/** Calls that wait for their answer, until each worker has one. */
async function hangingAtBoth(gateway: RunningGateway): Promise<{ readonly connections: readonly Dialled[]; answer(): void }> {
  const behind: Received[] = [];
  upstream.behave = (received) => void behind.push(received);
  const connections: Dialled[] = [];
  while (![...(await statsOf(gateway, 'active')).values()].every((active) => active > 0)) {
    const connection = await dial(gateway.port);
    connections.push(connection);
    connection.send(requestBytes(post(LIST)));
    await until('the call at the upstream', () => behind.length === connections.length);
  }
  upstream.behave = answerAll;
  return { connections, answer: () => behind.forEach((received) => void answerAll(received)) };
}

async function allAnswered(connections: readonly Dialled[]): Promise<void> {
  for (const connection of connections) {
    const { status, complete } = await connection.answer();
    assert.deepEqual([status, complete], [200, true]);
    connection.close();
  }
}

const noneIsLeft = (gateway: RunningGateway): Promise<void> => until('the end of all processes', () => ![gateway.pid, ...pidsOf(gateway)].some(isRunning));

describe('workers', () => {
  test('all answer, and a session that one opened the others know, without a key in the config', async () => {
    const gateway = await start();
    const lines = gateway.logs.filter(({ event }) => event === 'worker-started');
    assert.deepEqual(lines.map(({ worker, workers }) => [worker, workers]), [[1, 2], [2, 2]]);
    assert.equal(new Set([gateway.pid, ...pidsOf(gateway)]).size, 3);
    upstream.behave = withSessions();
    const { status, headers } = await ask(gateway.port, post(initialize));
    assert.equal(status, 200);
    for (let i = 0; i < MANY; i++) assert.equal((await ask(gateway.port, post(LIST, headers['mcp-session-id']))).status, 200);
    const requests = await statsOf(gateway, 'requests');
    assert.deepEqual([...requests.keys()], [1, 2]);
    assert.ok([...requests.values()].every((count) => count > 1), JSON.stringify([...requests]));
    assert.equal([...requests.values()].reduce((sum, count) => sum + count), MANY + 1);
    assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
    await noneIsLeft(gateway);
  });

  test('field-37b a session that was ended by DELETE at one is dead at all, though its server would still know it', async () => {
    const gateway = await start();
    const known = withSessions();
    // It says that it has ended the session, and goes on with it.
    upstream.behave = (received) => (received.method === 'DELETE' ? void received.response.writeHead(200).end() : known(received));
    const { headers } = await ask(gateway.port, post(initialize));
    const session = headers['mcp-session-id'] ?? assert.fail();
    const asking = (): Promise<HttpAnswer> => ask(gateway.port, post(LIST, session));
    const statuses = async () => new Set((await Promise.all(Array.from({ length: MANY }, asking))).map(({ status }) => status));
    assert.deepEqual(await statuses(), new Set([200]));
    assert.equal((await ask(gateway.port, { path: '/mcp/search', method: 'DELETE', headers: { 'mcp-session-id': session } })).status, 200);
    await until('its end at all', async () => !(await statuses()).has(200));
    // Whoever takes the place of a worker has been told.
    const [pid = 0] = pidsOf(gateway);
    process.kill(pid, 'SIGKILL');
    await allStarted(gateway, 3);
    for (let n = 0; n < 3; n++) assert.deepEqual(await statuses(), new Set([404]));
  });

  test('each enforces its part of the limits', async () => {
    const limits = { perAddress: '100000/s', streams: 8, sessions: 7 };
    const gateway = await start(config({ gateway: { limits } }));
    const [line] = gateway.logs.filter(({ event }) => event === 'worker-started');
    assert.deepEqual(line?.['limits'], { streams: 4, sessions: 3, perAddress: { tokens: 50_000, window: 1000 } });
    upstream.behave = ({ response }) => void stream(response).write(': open\n\n');
    const connections: Dialled[] = [];
    const statuses: number[] = [];
    for (let i = 0; i < 2 * MANY; i++) {
      const connection = await dial(gateway.port);
      connections.push(connection);
      connection.send(requestBytes({ path: '/mcp/search', method: 'GET', headers: { accept: 'text/event-stream' } }));
      statuses.push((await connection.head()).status);
    }
    // One caller has half of each part.
    assert.equal(statuses.filter((status) => status === 200).length, 4, statuses.join());
    assert.equal(statuses.filter((status) => status === 429).length, 2 * MANY - 4, statuses.join());
    for (const connection of connections) connection.close();

    upstream.behave = answerAll;
    await gateway.sighup(config({ gateway: { limits: { ...limits, perAddress: '10/h' } } }));
    await until('both to have reloaded', () => gateway.logs.filter(({ event }) => event === 'reloaded').length === 2);
    const connection = await dial(gateway.port);
    const rates: number[] = [];
    for (let i = 0; i < 6; i++) {
      connection.send(requestBytes(post(LIST)));
      rates.push((await connection.answer()).status);
    }
    connection.close();
    assert.deepEqual(rates, [200, 200, 200, 200, 200, 429], 'one connection has the part of one worker');
    await gateway.stop();
  });

  test('one that is killed is replaced; calls at the others, sessions and later calls do not notice', async () => {
    const gateway = await start();
    upstream.behave = withSessions();
    const session = (await ask(gateway.port, post(initialize))).headers['mcp-session-id'];
    const behind: Received[] = [];
    upstream.behave = (received) => void behind.push(received);
    const connection = await dial(gateway.port);
    connection.send(requestBytes(post(LIST)));
    await until('the call at the upstream', () => behind.length === 1);
    const busy = [...(await statsOf(gateway, 'active'))].find(([, active]) => active === 1)?.[0];
    const victim = gateway.logs.find(({ event, worker }) => event === 'worker-started' && worker !== busy) ?? assert.fail();
    process.kill(Number(victim['pid']), 'SIGKILL');
    const exit = await gateway.waitFor('worker-exited');
    assert.deepEqual([exit['level'], exit['worker'], exit['pid'], exit['code'], exit['signal']], ['warn', victim['worker'], victim['pid'], null, 'SIGKILL']);
    await allStarted(gateway, 3);
    const again = gateway.logs.filter(({ event }) => event === 'worker-started').at(-1);
    assert.equal(again?.['worker'], victim['worker']);
    for (const received of behind) void answerAll(received);
    await allAnswered([connection]);
    upstream.behave = answerAll;
    for (let i = 0; i < MANY; i++) assert.equal((await ask(gateway.port, post(LIST, session))).status, 200);
    const requests = await statsOf(gateway, 'requests');
    assert.ok([...requests.values()].every((count) => count > 0), JSON.stringify([...requests]));
    await gateway.stop();
    await noneIsLeft(gateway);
  });

  test('a reload reaches all, and one that changes their number says that it needs another start', async () => {
    const gateway = await start();
    const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
    await gateway.sighup(config({ servers: { search: server, notes: server }, gateway: { workers: 3 } }), { search: [upstream.url], notes: [upstream.url] });
    await until('both to have reloaded', () => gateway.logs.filter(({ event }) => event === 'reloaded').length === 2);
    for (let i = 0; i < MANY; i++) assert.equal((await ask(gateway.port, post(LIST, undefined, '/mcp/notes'))).status, 200);
    assert.equal(gateway.logs.filter(({ event }) => event === 'restart-needed').length, 2);
    await gateway.stop();
  });

  test('after a reload to a config without workers those that run go on, and none is started that would not hear of the next reload', async () => {
    const gateway = await start();
    await gateway.sighup(config({ gateway: { workers: 1 } }), { search: [upstream.url] });
    await until('both to have reloaded', () => gateway.logs.filter(({ event }) => event === 'reloaded').length === 2);
    const [first, second] = pidsOf(gateway);
    process.kill(first ?? assert.fail(), 'SIGKILL');
    await gateway.waitFor('worker-exited', ({ code }) => code === 2);
    for (let i = 0; i < MANY; i++) assert.equal((await ask(gateway.port, post(LIST))).status, 200);
    // With the last of them all ends, for a supervisor to start it as the config says now.
    process.kill(second ?? assert.fail(), 'SIGKILL');
    assert.deepEqual(await within(gateway.ended, 'the end of the primary'), { code: 2, signal: null });
  });

  test('what is wrong with the settings is said once, and ends all with 2', async () => {
    for (const [env, words] of [
      [{ PORT: String(upstream.port) }, `cannot listen on 127.0.0.1:${upstream.port}: the port is in use`],
      [{ MCPGEN_ADMIN_PORT: String(upstream.port) }, `cannot listen on 127.0.0.1:${upstream.port}: the port is in use`],
      [{ MCPGEN_POOLS: '{' }, 'MCPGEN_POOLS must be JSON'],
    ] as const) {
      const { code, stderr } = await failToStart({ config: config(), env });
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^mcpgen gateway: [^\n]+\n$/);
      assert.ok(stderr.includes(words), stderr);
    }
  });

  test('on this machine children of the gateway keep it in one process', async () => {
    const servers = { search: { kind: 'stdio', command: ['cat'], npm: 'a@1.0.0' } };
    const gateway = await startGateway({ config: config({ servers, targets: { compose: {} } }) });
    started.push(gateway);
    const line = await gateway.waitFor('one-worker');
    assert.deepEqual([line['level'], line['workers'], line['servers']], ['warn', 2, ['search']]);
    assert.equal((await gateway.admin('/config')).status, 200);
    assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
    assert.deepEqual(pidsOf(gateway), []);
  });
});

describe('the end of workers', () => {
  test('SIGTERM at the primary: all finish what runs, and nobody is left', async () => {
    const gateway = await start();
    const { connections, answer } = await hangingAtBoth(gateway);
    gateway.signal('SIGTERM');
    await until('both to drain', () => gateway.logs.filter(({ event }) => event === 'draining').length === 2);
    answer();
    await allAnswered(connections);
    assert.deepEqual(await within(gateway.ended, 'its end'), { code: 0, signal: null });
    await noneIsLeft(gateway);
    assert.equal(gateway.logs.filter(({ event }) => event === 'stopped').length, 2);
    assert.deepEqual(gateway.logs.filter(({ event }) => event === 'worker-exited'), []);
  });

  test('SIGINT at all, as from a terminal: neither the message of the primary nor a late signal is a second one', async () => {
    const gateway = await start();
    const { connections, answer } = await hangingAtBoth(gateway);
    for (const pid of [...pidsOf(gateway), gateway.pid]) process.kill(pid, 'SIGINT');
    await until('both to drain', () => gateway.logs.filter(({ event }) => event === 'draining').length === 2);
    for (const pid of pidsOf(gateway)) process.kill(pid, 'SIGINT');
    answer();
    await allAnswered(connections);
    assert.deepEqual(await within(gateway.ended, 'its end'), { code: 0, signal: null });
    await noneIsLeft(gateway);
  });

  test('a second signal at the primary ends all at once', async () => {
    const gateway = await start();
    const { connections } = await hangingAtBoth(gateway);
    gateway.signal('SIGTERM');
    await until('both to drain', () => gateway.logs.filter(({ event }) => event === 'draining').length === 2);
    gateway.signal('SIGTERM');
    assert.deepEqual(await within(gateway.ended, 'its end'), { code: 1, signal: null });
    await noneIsLeft(gateway);
    for (const connection of connections) await within(connection.ended, 'the end of a connection');
  });

  test('a signal at one worker: it finishes what runs, and is replaced', async () => {
    const gateway = await start();
    const { connections, answer } = await hangingAtBoth(gateway);
    const [first = assert.fail()] = pidsOf(gateway);
    process.kill(first, 'SIGTERM');
    await gateway.waitFor('draining');
    answer();
    await allAnswered(connections);
    const exit = await gateway.waitFor('worker-exited');
    assert.deepEqual([exit['pid'], exit['code'], exit['signal']], [first, 0, null]);
    await allStarted(gateway, 3);
    await gateway.stop();
    await noneIsLeft(gateway);
  });

  test('workers whose primary has gone finish what runs, and end', async () => {
    const gateway = await start();
    const { connections, answer } = await hangingAtBoth(gateway);
    gateway.signal('SIGKILL');
    await until('both to drain', () => gateway.logs.filter(({ event }) => event === 'draining').length === 2);
    answer();
    await allAnswered(connections);
    assert.deepEqual(await within(gateway.ended, 'the end of all that write to its log'), { code: null, signal: 'SIGKILL' });
    await noneIsLeft(gateway);
  });
});

describe('operators of workers', () => {
  const bearer = (name: string) => ({ authorization: `Bearer ${secretValue(name)}` });
  const admin = { readToken: { secret: 'READ_TOKEN' }, writeToken: { secret: 'WRITE_TOKEN' } };
  const strategies = { careful: { balance: 'round-robin', breaker: { failures: 1, cooldown: '10m' } } };
  const servers = { search: { kind: 'http', strategy: 'careful', instances: [{ url: 'http://127.0.0.1:9/mcp' }] } };
  let gateway: RunningGateway;
  before(async () => {
    gateway = await start(config({ strategies, servers, gateway: { admin } }));
  });
  after(() => gateway.stop());
  const reset = (headers: AskOptions['headers'] = {}, body = '') =>
    ask(gateway.adminPort, { path: '/circuit-breakers/reset', method: 'POST', headers, body });

  interface Breakers {
    readonly workers: readonly { readonly worker: number; readonly breakers: readonly { readonly state: string }[] }[];
  }
  const states = async (): Promise<readonly string[]> => {
    const { text } = await gateway.admin('/circuit-breakers', bearer('READ_TOKEN'));
    return (JSON.parse(text) as Breakers).workers.flatMap(({ breakers }) => breakers.map(({ state }) => state));
  };

  test('tokens are judged as by one process', async () => {
    for (const path of ['/metrics', '/config', '/gateway/stats', '/circuit-breakers']) {
      assert.equal((await gateway.admin(path)).status, 401, path);
      assert.equal((await gateway.admin(path, bearer('READ_TOKEN'))).status, 200, path);
    }
    assert.deepEqual([(await reset()).status, (await reset(bearer('READ_TOKEN'))).status], [401, 403]);
    assert.deepEqual([(await reset(bearer('WRITE_TOKEN'), '{')).status, (await reset(bearer('WRITE_TOKEN'), `"${'x'.repeat(5000)}"`)).status], [400, 413]);
    assert.equal((await gateway.admin('/nowhere', bearer('READ_TOKEN'))).status, 404);
  });

  test('metrics have the series of each, introduced once', async () => {
    for (let i = 0; i < MANY; i++) await ask(gateway.port, post(LIST));
    const { text, headers } = await gateway.admin('/metrics', bearer('READ_TOKEN'));
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    const lines = text.split('\n').filter((line) => line !== '');
    const about = lines.filter((line) => line.startsWith('#')).map((line) => line.split(' ').slice(1, 3).join(' '));
    assert.deepEqual(about, [...new Set(about)]);
    const series = lines.filter((line) => !line.startsWith('#'));
    assert.deepEqual(series.filter((line) => !/^\w+\{worker="[12]"[,}]/.test(line)), []);
    assert.equal(new Set(series.map((line) => line.slice(0, line.lastIndexOf(' ')))).size, series.length);
    for (const worker of [1, 2]) {
      assert.ok(series.some((line) => line.startsWith(`mcpgen_requests_total{worker="${worker}",server="search"`)), text);
      assert.ok(series.some((line) => line.startsWith(`process_resident_memory_bytes{worker="${worker}"} `)), text);
    }
  });

  test('/config is one of a worker, with their number', async () => {
    const { text } = await gateway.admin('/config', bearer('READ_TOKEN'));
    const { name, workers, limits } = JSON.parse(text) as { name: string; workers: number; limits: { streams: number } };
    assert.deepEqual([name, workers, limits.streams], ['test', 2, 1000]);
  });

  test('a reset reaches the breakers of all', async () => {
    upstream.behave = ({ response }) => void response.writeHead(502).end();
    while (!(await states()).every((state) => state === 'open')) await ask(gateway.port, post(LIST));
    const { status, text } = await reset(bearer('WRITE_TOKEN'));
    assert.equal(status, 200);
    const { workers } = JSON.parse(text) as { workers: readonly { worker: number; reset: readonly unknown[] }[] };
    assert.deepEqual(workers.map(({ worker, reset }) => [worker, reset.length]), [[1, 1], [2, 1]]);
    assert.deepEqual(await states(), ['closed', 'closed']);
    const isReset = ({ action }: Readonly<Record<string, unknown>>): boolean => action === 'circuit-breakers-reset';
    await until('a line of each', () => gateway.logs.filter(isReset).length === 2);
    assert.deepEqual(gateway.logs.filter(isReset).map(({ worker, by }) => `${String(worker)} ${String(by)}`).sort(), ['1 write-token', '2 write-token']);
  });
});
