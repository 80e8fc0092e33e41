/** Sessions of legacy revisions through the gateway: sealed, bound to their caller, outliving the process; and what limits them. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { initialize, modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { as, client, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, within, type AskOptions, type HttpAnswer } from '../../support/http.js';
import { json, startUpstream, stream, withSessions, type FakeUpstream, type Received } from '../../support/upstreams.js';

const server = { kind: 'http', stateful: true, instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const CONFIG: Config = gatewayConfig({
  auth: {
    clients: {
      acme: client('acme'),
      twin: client('twin'),
      globex: client('globex'),
      racer: client('racer'),
      batcher: client('batcher'),
      leaver: client('leaver'),
    },
  },
  servers: { notes: server, other: server },
  tenants: {
    acme: { match: [{ client: 'acme' }, { client: 'twin' }], servers: '*' },
    globex: { match: { client: 'globex' }, servers: '*', sessions: 2, streams: 2 },
    racer: { match: { client: 'racer' }, servers: '*', sessions: 2, streams: 2 },
    batcher: { match: { client: 'batcher' }, servers: '*', sessions: 1 },
    leaver: { match: { client: 'leaver' }, servers: '*', sessions: 1 },
  },
  gateway: { admin: {}, sessionKeys: [{ secret: 'NEW_SESSION_KEY' }, { secret: 'OLD_SESSION_KEY' }], limits: { perAddress: '10000/s', sessions: 200 } },
});

let one: FakeUpstream;
let two: FakeUpstream;
let gateway: RunningGateway;
const pools = () => ({ notes: [one.url, two.url], other: [one.url] });
before(async () => {
  [one, two] = await Promise.all([startUpstream(), startUpstream()]);
  gateway = await startGateway({ config: CONFIG, pools: pools() });
});
beforeEach(() => {
  // What was opened in a test before is not open any more.
  one.behave = withSessions('one');
  two.behave = withSessions('two');
});

const post = (message: unknown, name = 'acme', session?: string, path = '/mcp/notes'): AskOptions => ({
  path,
  message,
  headers: { ...as(name), ...(session === undefined ? {} : { 'mcp-session-id': session }) },
});
const LIST = request('tools/list', {}, 'list');

async function opened(name = 'acme', at = gateway, path?: string): Promise<string> {
  const answer = await ask(at.port, post(initialize, name, undefined, path));
  assert.equal(answer.status, 200, answer.text);
  return answer.headers['mcp-session-id'] ?? assert.fail('no session was opened');
}
function assertUnknown(answer: HttpAnswer): void {
  const { id, error } = JSON.parse(answer.text) as ErrorBody;
  assert.deepEqual([answer.status, id, error.code, error.message, error.data.reason], [404, 'list', 404, 'Session not found', 'session-unknown']);
}
const where = (answer: HttpAnswer): { session: string; from: string } => (JSON.parse(answer.text) as { result: { session: string; from: string } }).result;

describe('a session', () => {
  test('is opened by the server, sealed by the gateway, and leads back to the instance it lives in', async () => {
    const sessions = await Promise.all(Array.from({ length: 6 }, () => opened()));
    const homes = new Map<string, string>();
    for (const session of sessions) {
      assert.match(session, /^[\x21-\x7e]{40,4096}$/);
      assert.ok(!session.includes('one-') && !session.includes('two-'));
      for (let i = 0; i < 3; i++) {
        const answer = await ask(gateway.port, post(LIST, 'acme', session));
        assert.equal(answer.headers['mcp-session-id'], session, 'the same id every time');
        const { session: own, from } = where(answer);
        assert.equal(homes.get(session) ?? own, own);
        homes.set(session, own);
        assert.ok(own.startsWith(from));
      }
    }
    assert.equal(new Set(homes.values()).size, 6);
    assert.ok([...homes.values()].some((own) => own.startsWith('one')) && [...homes.values()].some((own) => own.startsWith('two')), 'both instances have some');
  });

  test('is of its caller alone: another client, of the same tenant or not, gets the answer of an unknown one', async () => {
    const session = await opened();
    const reached = one.received.length + two.received.length;
    const answers = await Promise.all(
      [post(LIST, 'twin', session), post(LIST, 'globex', session), post(LIST, 'acme', 'B'.repeat(session.length))].map((each) => ask(gateway.port, each)),
    );
    for (const answer of answers) assertUnknown(answer);
    const plain = answers.map(({ status, headers, text }) => [status, Object.keys(headers), text.replace(/"requestId":"[^"]+"/, '')]);
    assert.deepEqual(plain[0], plain[2]);
    assert.deepEqual(plain[1], plain[2]);
    for (const method of ['GET', 'DELETE']) {
      const { status } = await ask(gateway.port, { path: '/mcp/notes', method, headers: { ...as('twin'), 'mcp-session-id': session } });
      assert.equal(status, 404, method);
    }
    assert.equal(one.received.length + two.received.length, reached);
    assert.equal((await ask(gateway.port, post(LIST, 'acme', session))).status, 200, 'and it is none the worse for it');
  });

  test('is of its server alone', async () => {
    assertUnknown(await ask(gateway.port, post(LIST, 'acme', await opened(), '/mcp/other')));
    assertUnknown(await ask(gateway.port, post(LIST, 'acme', await opened('acme', gateway, '/mcp/other'), '/mcp/notes')));
  });

  test('cannot be made up or changed; the server’s own id is worth nothing here', async () => {
    const session = await opened();
    const { session: own } = where(await ask(gateway.port, post(LIST, 'acme', session)));
    const middle = session.length >> 1;
    const swapped = session.slice(0, middle) + (session[middle] === 'A' ? 'B' : 'A') + session.slice(middle + 1);
    for (const id of [own, swapped, session.slice(1), session.slice(0, -4), `${session}AAAA`, `${session}, ${session}`, '', ' ', '../..', 'A'.repeat(9000)])
      assertUnknown(await ask(gateway.port, post(LIST, 'acme', id)));
  });

  test('cannot be chosen by the caller, nor by whoever gives the caller one', async () => {
    const session = await opened();
    const answer = await ask(gateway.port, post(initialize, 'globex', session));
    assert.equal(answer.status, 200);
    assert.notEqual(answer.headers['mcp-session-id'], session);
    const last = [...one.received, ...two.received].filter(({ message }) => message?.method === 'initialize').at(-1);
    assert.equal(last?.headers['mcp-session-id'], undefined);
    await ask(gateway.port, { path: '/mcp/notes', method: 'DELETE', headers: { ...as('globex'), 'mcp-session-id': answer.headers['mcp-session-id'] ?? '' } });
  });

  test('is ended by DELETE', async () => {
    const active = (await gateway.metrics()).get('mcpgen_sessions_active') ?? 0;
    const session = await opened();
    assert.equal((await gateway.metrics()).get('mcpgen_sessions_active'), active + 1);
    const { status } = await ask(gateway.port, { path: '/mcp/notes', method: 'DELETE', headers: { ...as('acme'), 'mcp-session-id': session } });
    assert.equal(status, 200);
    const metrics = await gateway.metrics();
    assert.equal(metrics.get('mcpgen_sessions_active'), active);
    assert.ok((metrics.get('mcpgen_sessions_ended_total') ?? 0) >= 1);
    assert.equal((await ask(gateway.port, post(LIST, 'acme', session))).status, 404);
  });

  test('that the server has forgotten is over here too', async () => {
    const session = await opened();
    one.behave = withSessions('one');
    two.behave = withSessions('two');
    const before = await gateway.metrics();
    assert.equal((await ask(gateway.port, post(LIST, 'acme', session))).status, 404);
    const after = await gateway.metrics();
    assert.equal((after.get('mcpgen_sessions_ended_total') ?? 0) - (before.get('mcpgen_sessions_ended_total') ?? 0), 1);
  });

  test('is not minted for modern requests, nor taken from them', async () => {
    one.behave = two.behave = ({ message, response }) =>
      void response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'sneaky' }).end(JSON.stringify({ id: message?.id }));
    const session = 'whatever';
    const answer = await ask(gateway.port, {
      path: '/mcp/notes',
      message: modern('tools/list'),
      headers: { ...as('acme'), ...modernHeaders('tools/list'), 'mcp-session-id': session },
    });
    assert.deepEqual([answer.status, answer.headers['mcp-session-id']], [200, undefined]);
    assert.ok([...one.received, ...two.received].every(({ headers }) => headers['mcp-session-id'] !== session));
  });

  test('does not appear in any log', async () => {
    const session = await opened();
    await ask(gateway.port, post(LIST, 'acme', session));
    const log = JSON.stringify(gateway.logs);
    assert.ok(!log.includes(session) && !log.includes('one-1') && !log.includes(as('acme').authorization.slice(7)));
  });
});

describe('limits', () => {
  test('of a tenant: 429 for one more, until one ends', async () => {
    const sessions = [await opened('globex'), await opened('globex')];
    const answer = await ask(gateway.port, post(initialize, 'globex'));
    const { id, error } = JSON.parse(answer.text) as ErrorBody;
    assert.deepEqual([answer.status, id, error.data.reason], [429, 1, 'sessions-full']);
    assert.match(answer.headers['retry-after'] ?? '', /^\d+$/);
    assert.equal((await gateway.metrics()).get('mcpgen_rate_limited_total{limit="sessions"}'), 1);
    await opened('acme');
    await ask(gateway.port, { path: '/mcp/notes', method: 'DELETE', headers: { ...as('globex'), 'mcp-session-id': sessions[0] ?? '' } });
    sessions.push(await opened('globex'));
    for (const session of sessions) await ask(gateway.port, { path: '/mcp/notes', method: 'DELETE', headers: { ...as('globex'), 'mcp-session-id': session } });
  });

  test('hold for those that come at the same moment', async () => {
    const gate = hold(
      ({ message, response }) =>
        void response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': `s${Math.random()}` }).end(JSON.stringify({ id: message?.id })),
    );
    const asked = Promise.all(Array.from({ length: 6 }, () => ask(gateway.port, post(initialize, 'racer'))));
    await gate.release(2);
    const passed = (await asked).filter(({ status }) => status === 200);
    assert.equal(passed.length, 2, `${passed.length} sessions for a tenant that may have 2`);
  });

  test('hold for those who leave before they are answered', async () => {
    const before = (await gateway.metrics()).get('mcpgen_sessions_active') ?? 0;
    const held: Received[] = [];
    one.behave = two.behave = (received) => void held.push(received);
    const statuses = new Set<number>();
    for (let i = 0; i < 4; i++) {
      const since = gateway.logs.length;
      const connection = await dial(gateway.port);
      connection.send(requestBytes(post(initialize, 'leaver')));
      const answered = connection.head('POST').then(({ status }) => statuses.add(status));
      answered.catch(() => {});
      await until('an answer, or a request at a server', () => statuses.size > 0 || held.length > i);
      connection.close();
      await gateway.waitFor('request', (line) => line['client'] === 'leaver', since);
    }
    for (const [i, { message, response }] of held.entries()) json(response, { id: message?.id }, { 'mcp-session-id': `left-${i}` });
    await within(Promise.all(held.map(({ finished, abandoned }) => Promise.race([finished, abandoned]))), 'the answers being read');
    const opened = ((await gateway.metrics()).get('mcpgen_sessions_active') ?? 0) - before;
    assert.ok(opened <= 1, `${opened} sessions for a tenant that may have 1`);
  });

  test('are not to be had around by a batch of one', async () => {
    await opened('batcher');
    one.behave = two.behave = ({ response }) =>
      void response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': `batch-${Math.random()}` }).end('[]');
    const answer = await ask(gateway.port, post([initialize], 'batcher'));
    assert.ok(answer.status >= 400 || answer.headers['mcp-session-id'] === undefined, 'a second session was opened');
  });
});

/** Both servers keep their answers until at least `count` requests have come, and whatever else would have come by then. */
function hold(answer: FakeUpstream['behave']): { release(count: number): Promise<void> } {
  const waiting: Parameters<FakeUpstream['behave']>[0][] = [];
  one.behave = two.behave = (received) => void waiting.push(received);
  return {
    release: async (count) => {
      await until(`${count} requests at the servers`, () => waiting.length >= count);
      for (let i = 0; i < 20; i++) await ask(gateway.port, { path: '/health' });
      one.behave = two.behave = answer;
      for (const received of waiting) void answer(received);
    },
  };
}

describe('streams', () => {
  const listen = (name: string): AskOptions => ({ path: '/mcp/notes', method: 'GET', headers: { ...as(name), accept: 'text/event-stream' } });
  beforeEach(() => {
    one.behave = two.behave = ({ method, response, message }) => {
      if (method === 'GET' || message?.method === 'subscriptions/listen' || message?.method === 'tools/call') stream(response).write(': open\n\n');
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: message?.id }));
    };
  });
  const reason = (answer: HttpAnswer): string => (JSON.parse(answer.text) as ErrorBody).error.data.reason;

  test('of a tenant: 429 for one more, until one ends; calls and others pass', async () => {
    const open = await Promise.all([dial(gateway.port), dial(gateway.port)]);
    for (const connection of open) {
      connection.send(requestBytes(listen('globex')));
      assert.equal((await connection.head()).status, 200);
    }
    const refused = await ask(gateway.port, listen('globex'));
    assert.deepEqual([refused.status, reason(refused)], [429, 'streams-full']);
    assert.match(refused.headers['retry-after'] ?? '', /^\d+$/);
    assert.equal((await ask(gateway.port, post(LIST, 'globex'))).status, 200);
    const other = await dial(gateway.port);
    other.send(requestBytes(listen('acme')));
    assert.equal((await other.head()).status, 200);
    other.close();
    open[0]?.close();
    await until('a place for one more', async () => {
      const connection = await dial(gateway.port);
      connection.send(requestBytes(listen('globex')));
      const { status } = await connection.head();
      connection.close();
      return status === 200;
    });
    open[1]?.close();
  });

  test('that listen in the modern way count the same', async () => {
    await settled();
    const subscribe: AskOptions = {
      path: '/mcp/notes',
      message: modern('subscriptions/listen', { notifications: {} }),
      headers: { ...as('globex'), ...modernHeaders('subscriptions/listen') },
    };
    const open = await Promise.all(Array.from({ length: 3 }, () => dial(gateway.port)));
    const statuses: number[] = [];
    for (const connection of open) {
      connection.send(requestBytes(subscribe));
      statuses.push((await connection.head('POST')).status);
    }
    for (const connection of open) connection.close();
    assert.deepEqual(statuses, [200, 200, 429], 'a tenant of 2 streams');
  });

  test('hold for those that come at the same moment', async () => {
    await settled();
    const gate = hold(({ response }) => void stream(response).write(': open\n\n'));
    const open = await Promise.all(Array.from({ length: 6 }, () => dial(gateway.port)));
    for (const connection of open) connection.send(requestBytes(listen('racer')));
    await gate.release(2);
    const statuses = await Promise.all(open.map(async (connection) => (await connection.head()).status));
    for (const connection of open) connection.close();
    assert.deepEqual(statuses.sort(), [200, 200, 429, 429, 429, 429]);
  });

  async function settled(): Promise<void> {
    await until('no stream being open', async () => (await gateway.metrics()).get('mcpgen_streams_open') === 0);
  }
});

describe('a restart', () => {
  test('with the same key keeps every session; a new key in front too; without the key none', async () => {
    const session = await opened();
    const first = await startGateway({ config: CONFIG, pools: pools() });
    assert.equal((await ask(first.port, post(LIST, 'acme', session))).status, 200, 'any replica serves it');
    const fromFirst = await opened('acme', first);
    assert.deepEqual(await first.stop(), { code: 0, signal: null });

    const second = await startGateway({ config: CONFIG, pools: pools(), folder: first.folder });
    assert.equal((await ask(second.port, post(LIST, 'acme', fromFirst))).status, 200);
    const { metrics } = second;
    assert.equal((await metrics.call(second)).get('mcpgen_sessions_opened_total') ?? 0, 0);
    await second.stop();

    // What sealed is the second key now.
    const rotated = await startGateway({
      config: CONFIG,
      pools: pools(),
      env: { NEW_SESSION_KEY: 'x'.repeat(40), OLD_SESSION_KEY: `value-of-NEW_SESSION_KEY-which-is-long-enough` },
    });
    assert.equal((await ask(rotated.port, post(LIST, 'acme', session))).status, 200);
    await rotated.stop();

    const foreign = await startGateway({ config: CONFIG, pools: pools(), env: { NEW_SESSION_KEY: 'x'.repeat(40), OLD_SESSION_KEY: 'y'.repeat(40) } });
    assertUnknown(await ask(foreign.port, post(LIST, 'acme', session)));
    await foreign.stop();
  });

  test('an instance that is gone takes its sessions along', async () => {
    const session = await opened();
    const { from } = where(await ask(gateway.port, post(LIST, 'acme', session)));
    const home = from === 'one' ? one : two;
    await home.kill();
    assertUnknown(await ask(gateway.port, post(LIST, 'acme', session)));
    await home.revive();
    home.behave = withSessions(from);
    assert.equal((await ask(gateway.port, post(initialize))).status, 200);
  });
});
