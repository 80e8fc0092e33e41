/**
 * Children that fail in every way a process can, spawned by a gateway that is watched from outside: nothing may be left of them, nothing may run twice, and
 * whoever calls another server must not notice.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { initialize, request } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { startGateway, temporaryFolder, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, within, type AskOptions, type HttpAnswer } from '../../support/http.js';
import { assertNothingLeft, childrenOf, faultsOf, inGroups, LITTLE_ROOM, look, often, repeat, type Before } from './support.js';

const SEEN = join(temporaryFolder(), 'seen');
writeFileSync(SEEN, '');
const faulty = (more: Config = {}, ...flags: readonly string[]): Config => ({
  kind: 'stdio',
  command: [process.execPath, resolve('test/gateway/faults/children/faulty.mjs'), ...flags],
  env: { SEEN },
  limits: { processes: 8, line: '512kb' },
  ...more,
});
const CONFIG = (servers: Config): Config =>
  gatewayConfig({ servers, strategies: { hasty: { balance: 'round-robin', timeouts: { firstByte: '800ms' } } }, gateway: { timeouts: { drain: '500ms' } } });

let lastKey = 0;
const started: number[] = [];
after(() => assert.deepEqual(inGroups(started), [], 'processes that outlive their gateway'));

/** Every call that a child has run, once. */
function assertOnce(): void {
  const keys = readFileSync(SEEN, 'utf8').split('\n').filter(Boolean);
  assert.deepEqual(keys.filter((key, i) => keys.indexOf(key) !== i), [], 'executed more than once');
}

async function begin(options: Parameters<typeof startGateway>[0]): Promise<RunningGateway> {
  const gateway = await startGateway({ ...options, env: LITTLE_ROOM });
  process.once('exit', () => gateway.signal('SIGKILL'));
  return gateway;
}

const callTool = (name: string, given: object = {}, id: string | number = 1) =>
  request('tools/call', { name, arguments: { key: `${name}-${++lastKey}`, ...given } }, id);
const JSON_ONLY = { accept: 'application/json' };

interface Session {
  readonly id: string;
  readonly options: (message: object, headers?: AskOptions['headers']) => AskOptions;
  end(): Promise<number>;
}

async function open({ port }: RunningGateway, server: string): Promise<Session> {
  const path = `/mcp/${server}`;
  const answer = await ask(port, { path, message: initialize });
  assert.equal(answer.status, 200, answer.text);
  const id = answer.headers['mcp-session-id'] ?? '';
  const options: Session['options'] = (message, headers = {}) => ({ path, message, headers: { 'mcp-session-id': id, ...headers } });
  return { id, options, end: async () => (await ask(port, { path, method: 'DELETE', headers: { 'mcp-session-id': id } })).status };
}

interface JsonRpc {
  readonly id?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number };
}

/** The last message of an answer, be it JSON or a stream. */
function messageIn({ text, complete }: Pick<HttpAnswer, 'text' | 'complete'>): JsonRpc {
  assert.ok(complete, 'the answer was cut');
  const data = text.startsWith('{') ? text : (text.split('\n\n').findLast((event) => event.startsWith('event:'))?.replace(/^event: message\ndata: /, '') ?? '');
  return JSON.parse(data) as JsonRpc;
}

interface Fault {
  /**
   * `fails`: whoever waits is told that the server has gone. `answers`: it is answered all the same. `waits`: there is no answer; the caller leaves, and
   * ends its session.
   */
  readonly then: 'fails' | 'answers' | 'waits';
  /** What it was killed for. */
  readonly killed?: string;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  exit: { then: 'fails' },
  abort: { then: 'fails' },
  half: { then: 'fails' },
  longLine: { then: 'fails' },
  deepBatch: { then: 'waits' },
  questions: { then: 'fails', killed: 'does not read' },
  flood: { then: 'waits' },
  noise: { then: 'waits' },
  progress: { then: 'waits' },
  answers: { then: 'waits' },
  prints: { then: 'answers' },
  deep: { then: 'answers' },
  grandchild: { then: 'answers' },
  leavesGrandchild: { then: 'fails' },
  deaf: { then: 'waits' },
  hang: { then: 'waits' },
  closesInput: { then: 'waits' },
  closesOutput: { then: 'fails', killed: 'closed its output' },
};

describe('a child of one session', () => {
  let gateway: RunningGateway;
  let atRest: Before;
  let beside: Session;
  before(async () => {
    gateway = await begin({ config: CONFIG({ tool: faulty(), hasty: faulty({ strategy: 'hasty' }), beside: faulty({ sharing: 'shared' }) }) });
    beside = await open(gateway, 'beside');
    await repeat(100, 8, () => neighbour());
    await until('rest', () => look(gateway).children.length === 1 && look(gateway).descriptors['socket'] === 7);
    atRest = look(gateway);
  });
  /** Somebody else's call: it must be answered whatever happens beside it. */
  const neighbour = async (): Promise<void> => {
    const answer = await ask(gateway.port, beside.options(callTool('echo', { say: 'well' })));
    assert.deepEqual(messageIn(answer).result, { said: 'well' });
  };
  const groups = (): number[] => gateway.logs.filter(({ event }) => event === 'child-started').map(({ pid }) => Number(pid));

  for (const [name, { then, killed }] of Object.entries(FAULTS)) {
    for (const shape of ['JSON', 'a stream'] as const) {
      test(`${name}, answered as ${shape}: ${then}`, async () => {
        const since = gateway.logs.length;
        await repeat(often(5), 3, async () => {
          const session = await open(gateway, 'tool');
          const options = session.options(callTool(name, {}, 7), shape === 'JSON' ? JSON_ONLY : {});
          const connection = await dial(gateway.port);
          connection.send(requestBytes(options));
          if (then === 'waits') {
            // On a stream it reads what it gets for a while, and then no more.
            if (shape === 'a stream') await connection.head('POST');
            connection.pause();
            for (let i = 0; i < 5; i++) await neighbour();
            connection.close();
          } else {
            const [answer] = await Promise.all([connection.answer('POST'), neighbour()]);
            const message = messageIn(answer);
            assert.equal(message.id, 7);
            assert.equal(answer.status, then === 'fails' && shape === 'JSON' ? 502 : 200);
            if (then === 'fails') assert.equal(message.error?.code, -32603);
            else assert.ok(message.result);
            connection.close();
          }
          assert.ok([200, 404].includes(await session.end()));
        });
        await assertNothingLeft(gateway, atRest);
        // What was killed with its group goes a moment later.
        await until('an end of all they started', () => inGroups(groups()).join() === [...atRest.children].join());
        const reasons = gateway.logs.slice(since).filter(({ event }) => event === 'child-killed').map(({ reason }) => reason);
        assert.deepEqual(reasons, killed === undefined ? [] : Array.from({ length: often(5) }, () => killed));
        assertOnce();
      });
    }
  }

  test('an answer that never comes: 504 in JSON, and nothing goes on for a client that has left', async () => {
    const session = await open(gateway, 'hasty');
    const answer = await ask(gateway.port, session.options(callTool('hang', {}, 7), JSON_ONLY));
    assert.deepEqual([answer.status, messageIn(answer).id], [504, 7]);
    await repeat(5, 5, async () => {
      const connection = await dial(gateway.port);
      connection.send(requestBytes(session.options(callTool('hang'), JSON_ONLY)));
      await neighbour();
      connection.close();
    });
    const well = await ask(gateway.port, session.options(callTool('echo', { say: 'well' })));
    assert.deepEqual(messageIn(well).result, { said: 'well' });
    await until('no call being under way', async () =>
      /"hasty": \{\s+"requests": \d+,\s+"error_rate": [\d.]+,\s+"active": 0,/.test((await gateway.admin('/gateway/stats')).text),
    );
    await session.end();
    await assertNothingLeft(gateway, atRest);
    assertOnce();
  });

  test('field-04 children are no more than allowed: idle ones make room, busy ones do not, and then 503 says when to come back', async () => {
    const sessions = await repeat(8, 8, () => open(gateway, 'tool'));
    const ninth = await open(gateway, 'tool');
    const others = await Promise.all(sessions.map((session) => ask(gateway.port, session.options(callTool('echo', { say: 'here' })))));
    assert.equal(others.filter(({ status }) => status === 404).length, 1, 'one of them had to go');
    const left = [...sessions.filter((_, i) => others[i]?.status === 200), ninth];
    const held = await Promise.all(
      left.map(async (session) => {
        const connection = await dial(gateway.port);
        connection.send(requestBytes(session.options(callTool('hang'))));
        await connection.head('POST');
        return connection;
      }),
    );
    const refused = await ask(gateway.port, { path: '/mcp/tool', message: initialize });
    assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '60']);
    await until('the log says so', () => gateway.logs.some(({ event, server }) => event === 'sessions-full' && server === 'tool'));
    assert.match((await gateway.admin('/metrics')).text, /^mcpgen_stdio_sessions_full_total\{server="tool",instance="local"\} 1$/m);
    await neighbour();
    await Promise.all(left.map((session) => session.end()));
    held.forEach((connection) => connection.close());
    await until('room again', () => childrenOf(gateway.pid).length === atRest.children.length);
    await (await open(gateway, 'tool')).end();
    await assertNothingLeft(gateway, atRest);
  });

  test('after all that it ends by itself', async () => {
    const all = groups();
    assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
    assert.deepEqual(inGroups(all), []);
  });
});

/** Each of a server of its own: one that fails often is started later and later. */
const SHARED = ['exit', 'abort', 'longLine', 'questions', 'closesOutput'];

describe('a child of all sessions', () => {
  let gateway: RunningGateway;
  let beside: Session;
  before(async () => {
    const tools = Object.fromEntries([...SHARED, 'flood'].map((name) => [name.toLowerCase(), faulty({ sharing: 'shared' })]));
    gateway = await begin({ config: CONFIG({ ...tools, beside: faulty({ sharing: 'shared' }), absent: faulty({ sharing: 'shared' }, 'exit') }) });
    beside = await open(gateway, 'beside');
  });
  const neighbour = async (): Promise<void> =>
    assert.deepEqual(messageIn(await ask(gateway.port, beside.options(callTool('echo', { say: 'well' })))).result, { said: 'well' });

  for (const name of SHARED) {
    test(`${name}: everybody who waits is told, once, and the sessions go on with its successor`, async () => {
      const [first, second] = [await open(gateway, name.toLowerCase()), await open(gateway, name.toLowerCase())];
      const waiting = ask(gateway.port, second.options(callTool('hang', {}, 5), JSON_ONLY));
      const before = childrenOf(gateway.pid);
      const [spoilt, waited] = await Promise.all([ask(gateway.port, first.options(callTool(name, {}, 7), JSON_ONLY)), waiting, neighbour()]);
      assert.deepEqual([spoilt.status, messageIn(spoilt).id, waited.status, messageIn(waited).id], [502, 7, 502, 5]);
      for (const session of [first, second]) {
        const again = await ask(gateway.port, session.options(callTool('echo', { say: 'again' })));
        assert.deepEqual(messageIn(again).result, { said: 'again' });
        assert.equal(await session.end(), 200);
      }
      assert.equal(childrenOf(gateway.pid).filter((pid) => before.includes(pid)).length, before.length - 1, 'one is another');
      assertOnce();
    });
  }

  test('exits at once, again and again: 502 first, then 503 with Retry-After, and starts that come later and later', async () => {
    const statuses: string[] = [];
    await until('a refusal', async () => {
      const { status, headers } = await ask(gateway.port, { path: '/mcp/absent', message: initialize });
      statuses.push(`${status} ${headers['retry-after'] ?? ''}`);
      await neighbour();
      return status === 503;
    });
    assert.deepEqual([...new Set(statuses)].sort(), ['502 ', '503 1']);
    const delays = gateway.logs.filter(({ event }) => event === 'child-restarting').slice(-5).map(({ delay }) => delay);
    assert.deepEqual(delays, [100, 200, 400, 800, 1600]);
  });

  test('floods for ever: the others’ calls are answered, and the gateway still ends', async () => {
    const session = await open(gateway, 'flood');
    const connection = await dial(gateway.port);
    connection.send(requestBytes(session.options(callTool('flood'), JSON_ONLY)));
    await repeat(20, 4, neighbour);
    connection.close();
    const all = gateway.logs.filter(({ event }) => event === 'child-started').map(({ pid }) => Number(pid));
    assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
    assert.deepEqual(inGroups(all), []);
    assert.deepEqual(faultsOf(gateway), []);
    assert.equal(gateway.stderr(), '');
  });
});

describe('the end of a gateway', () => {
  for (const [how, signals, code] of [['one signal', 1, 0], ['a second one, which waits for nobody', 2, 1]] as const) {
    test(`with children that ignore stdin and SIGTERM, flood, or have children of their own: ${how}`, async () => {
      const gateway = await begin({ config: CONFIG({ tool: faulty({}, 'stubborn'), loud: faulty({}, 'noise') }) });
      const connections = [];
      for (const name of ['hang', 'flood', 'deaf', 'questions', 'noise']) {
        const session = await open(gateway, 'tool');
        assert.ok(messageIn(await ask(gateway.port, session.options(callTool('grandchild')))).result);
        const connection = await dial(gateway.port);
        connection.send(requestBytes(session.options(callTool(name), JSON_ONLY)));
        connections.push(connection);
      }
      // One that says nothing sensible from the start is still waited for.
      const silent = await dial(gateway.port);
      silent.send(requestBytes({ path: '/mcp/loud', message: initialize }));
      await until('six children', () => gateway.logs.filter(({ event }) => event === 'child-started').length === 6);
      const groups = gateway.logs.filter(({ event }) => event === 'child-started').map(({ pid }) => Number(pid));
      started.push(...groups);
      gateway.signal('SIGTERM');
      if (signals === 2) {
        await gateway.waitFor('draining');
        gateway.signal('SIGTERM');
      }
      assert.deepEqual(await within(gateway.ended, 'its end', 20_000), { code, signal: null });
      await until('nothing being left in the groups', () => inGroups(groups).length === 0);
      assert.ok(!existsSync(`/proc/${gateway.pid}`));
      assert.equal(gateway.stderr(), '');
      for (const connection of [...connections, silent]) connection.close();
    });
  }
});
