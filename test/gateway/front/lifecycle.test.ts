/** Start, reload, end. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { initialize, modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { as, client, failToStart, secretValue, startGateway, tablesText, temporaryFolder, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, within, type AskOptions } from '../../support/http.js';
import { answerAll, startUpstream, stream, withSessions, type FakeUpstream } from '../../support/upstreams.js';

const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const post = (message: unknown, headers: AskOptions['headers'] = {}, path = '/mcp/search'): AskOptions => ({ path, message, headers });
const LIST = request('tools/list');
const reason = (text: string): string => (JSON.parse(text) as ErrorBody).error.data.reason;

let upstream: FakeUpstream;
before(async () => {
  upstream = await startUpstream();
});
const started: RunningGateway[] = [];
async function start(
  config: Config,
  env: Readonly<Record<string, string>> = {},
  pools: Readonly<Record<string, readonly string[]>> = { search: [upstream.url] },
): Promise<RunningGateway> {
  const gateway = await startGateway({ config, env, pools });
  started.push(gateway);
  return gateway;
}
after(() => Promise.all(started.map((gateway) => (gateway.signal('SIGKILL'), gateway.ended))));

describe('a start that cannot be', () => {
  const OPEN = gatewayConfig();
  const CLOSED = gatewayConfig({
    auth: { clients: { acme: client('acme'), globex: client('globex') } },
    tenants: { acme: { match: [{ client: 'acme' }, { client: 'globex' }], servers: '*' } },
    gateway: { sessionKeys: [{ secret: 'SESSION_KEY' }], admin: { readToken: { secret: 'READ_TOKEN' } } },
  });
  const CASES: readonly (readonly [what: string, config: Config, env: Readonly<Record<string, string>>, words: readonly string[]])[] = [
    ['a port that is none', OPEN, { PORT: '80x' }, ['PORT', '80x']],
    ['a placement that is none', OPEN, { MCPGEN_PLACEMENT: 'moon' }, ['MCPGEN_PLACEMENT', 'moon']],
    ['a level that is none', OPEN, { MCP_LOG_LEVEL: 'loud' }, ['MCP_LOG_LEVEL', 'loud']],
    ['pools that are none', OPEN, { MCPGEN_POOLS: '{' }, ['MCPGEN_POOLS']],
    ['every interface, and no credentials', OPEN, { HOST: '0.0.0.0' }, ['0.0.0.0', 'credentials']],
    ['every interface of IPv6, and no credentials', OPEN, { MCP_GATEWAY_HOST: '::' }, ['::', 'credentials']],
    ['a key that is missing', CLOSED, { ACME_KEY: '' }, ['ACME_KEY']],
    ['a key that is too short', CLOSED, { ACME_KEY: 'short' }, ['ACME_KEY', '16']],
    ['a session key that is too short', CLOSED, { SESSION_KEY: 'x'.repeat(31) }, ['SESSION_KEY', '32']],
    ['one key for two clients', CLOSED, { ACME_KEY: 'one key for the both', GLOBEX_KEY: 'one key for the both' }, ['ACME_KEY', 'GLOBEX_KEY']],
    ['a file that is not there', CLOSED, { ACME_KEY_FILE: '/nowhere/key' }, ['ACME_KEY_FILE', '/nowhere/key']],
    ['a token that anybody guesses', CLOSED, { READ_TOKEN: 'x' }, ['READ_TOKEN']],
    [
      'several that are wrong, all at once',
      CLOSED,
      { ACME_KEY: '', SESSION_KEY: 'x', READ_TOKEN: 'y' },
      ['ACME_KEY is not set', 'SESSION_KEY is shorter', 'READ_TOKEN is shorter'],
    ],
  ];
  for (const [what, config, env, words] of CASES) {
    test(what, async () => {
      const { code, stderr } = await failToStart({ config, env, pools: { search: [] } });
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^(?:mcpgen gateway: [^\n]+\n)+$/, 'a line for each, no stack');
      for (const word of words) assert.ok(stderr.includes(word), `${stderr} does not say ${word}`);
      for (const secret of ['short', 'one key for the both', secretValue('ACME_KEY'), 'x'.repeat(31)])
        assert.ok(!stderr.includes(`"${secret}"`) && !stderr.includes(`: ${secret}`), stderr);
    });
  }

  test('a port that is taken', async () => {
    const { code, stderr } = await failToStart({ config: OPEN, env: { PORT: String(upstream.port) } });
    assert.deepEqual([code, stderr.includes('in use'), stderr.includes('PORT')], [2, true, true]);
  });

  test('an admin port that is taken: nothing of it stays', async () => {
    const { code, stderr } = await failToStart({ config: OPEN, env: { MCPGEN_ADMIN_PORT: String(upstream.port) } });
    assert.deepEqual([code, stderr.includes('in use'), stderr.includes('MCPGEN_ADMIN_PORT')], [2, true, true]);
  });

  test('a secret in a file, and everything in order', async () => {
    const file = join(temporaryFolder(), 'key');
    writeFileSync(file, 'the key of acme, in a file\n');
    const gateway = await start(CLOSED, { ACME_KEY_FILE: file });
    const { status } = await ask(gateway.port, post(LIST, { 'x-api-key': 'the key of acme, in a file' }));
    assert.equal(status, 200);
  });
});

describe('reload', () => {
  const tenants = (names: readonly string[], more: Config = {}): Config =>
    gatewayConfig({
      auth: { clients: { acme: client('acme'), globex: client('globex') } },
      tenants: Object.fromEntries(names.map((name) => [name, { match: { client: name }, servers: '*' }])),
      ...more,
    });
  const ONE = tenants(['acme']);
  let gateway: RunningGateway;
  before(async () => {
    gateway = await start(ONE);
  });
  const asked = async (name: string, path?: string): Promise<number> => (await ask(gateway.port, post(LIST, as(name), path))).status;

  test('new tables take effect, streams and sessions stay', async () => {
    upstream.behave = withSessions();
    const session = (await ask(gateway.port, post(initialize, as('acme')))).headers['mcp-session-id'] ?? assert.fail();
    const listening = await dial(gateway.port);
    listening.send(requestBytes({ path: '/mcp/search', method: 'GET', headers: { ...as('acme'), 'mcp-session-id': session } }));
    await listening.head();
    await listening.body((text) => text.includes('open'));
    const behind = upstream.received.at(-1) ?? assert.fail();
    assert.equal((await ask(gateway.port, post(LIST, as('globex')))).status, 403);
    const hash = (await ask(gateway.port, { path: '/health' })).headers['mcpgen-config-hash'];

    const line = await gateway.sighup(
      tenants(['acme', 'globex'], { gateway: { admin: {}, limits: { perAddress: '9999/s' }, timeouts: { firstByte: '30s' } } }),
    );
    assert.equal(line['event'], 'reloaded');
    const fresh = (await ask(gateway.port, { path: '/health' })).headers['mcpgen-config-hash'];
    assert.deepEqual([line['hash'], fresh === hash], [fresh, false]);
    // The pool is another now, as its timeouts are; the stream is still the same.
    behind.response.write('data: after\n\n');
    await listening.body((text) => text.includes('after'));
    const again = await ask(gateway.port, post(LIST, { ...as('acme'), 'mcp-session-id': session }));
    assert.equal(again.status, 200, again.text);
    assert.equal((await ask(gateway.port, post(initialize, as('globex')))).status, 200);
    listening.close();
    await within(behind.abandoned, 'the end of the stream behind');
    upstream.behave = answerAll;
  });

  test('a request under way keeps the tables it began with', async () => {
    await gateway.sighup(tenants(['acme', 'globex']));
    upstream.behave = () => {};
    const count = upstream.received.length;
    const connection = await dial(gateway.port);
    connection.send(requestBytes(post(LIST, as('globex'))));
    const behind = await upstream.nth(count + 1);
    await gateway.sighup(ONE);
    void answerAll(behind);
    assert.equal((await connection.answer()).status, 200);
    upstream.behave = answerAll;
    // The same connection, the tables of now.
    connection.send(requestBytes(post(LIST, as('globex'))));
    assert.equal((await connection.answer()).status, 403);
    connection.close();
  });

  test('a server more, a server less', async () => {
    const both = tenants(['acme'], { servers: { search: server, notes: server } });
    assert.equal(await asked('acme', '/mcp/notes'), 404);
    assert.equal((await gateway.sighup(both, { search: [upstream.url], notes: [upstream.url] }))['event'], 'reloaded');
    assert.equal(await asked('acme', '/mcp/notes'), 200);
    await gateway.sighup(ONE, { search: [upstream.url] });
    assert.equal(await asked('acme', '/mcp/notes'), 404);
    assert.equal(await asked('acme'), 200);
  });

  test('tables that cannot be used are said, and those of before stay', async () => {
    await gateway.sighup(ONE);
    const good = tablesText(gateway);
    for (const [what, text] of [
      ['half a file', good.slice(0, good.length >> 1)],
      ['nothing', ''],
      ['another language', '{"TABLES":{}}'],
      ['a client whose key is not set', good.replaceAll('GLOBEX_KEY', 'KEY_NOBODY_SET')],
      ['tables without routes', good.replace('routes: [', 'roots: [')],
      ['a fault while loading', `${good}\nthrow new Error('spoilt');\n`],
    ] as const) {
      const line = await gateway.sighup(text);
      assert.equal(line['event'], 'reload-failed', what);
      assert.equal(line['level'], 'error');
      assert.equal(await asked('acme'), 200, what);
      assert.equal(await asked('nobody'), 401, what);
    }
    assert.equal((await gateway.sighup(good))['event'], 'reloaded');
    assert.equal(await asked('acme'), 200);
  });

  test('a rate that stays the same is not filled again', async () => {
    const limited = (rate: string): Config => gatewayConfig({ gateway: { admin: {}, limits: { perAddress: rate } } });
    const other = await start(limited('2/h'));
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await ask(other.port, post(LIST))).status);
    await other.sighup({ ...limited('2/h'), origins: { app: 'https://app.example.com' } });
    statuses.push((await ask(other.port, post(LIST))).status);
    await other.sighup(limited('3/h'));
    statuses.push((await ask(other.port, post(LIST))).status);
    assert.deepEqual(statuses, [200, 200, 429, 429, 200]);
  });

  test('secrets in files are read again', async () => {
    const file = join(temporaryFolder(), 'key');
    writeFileSync(file, 'the first key of acme');
    const other = await start(ONE, { ACME_KEY_FILE: file });
    const status = async (key: string): Promise<number> => (await ask(other.port, post(LIST, { 'x-api-key': key }))).status;
    assert.deepEqual([await status('the first key of acme'), await status('the second key of acme')], [200, 401]);
    writeFileSync(file, 'the second key of acme');
    await other.sighup(ONE);
    assert.deepEqual([await status('the first key of acme'), await status('the second key of acme')], [401, 200]);
  });

  test('what is fixed at the start is said to need another', async () => {
    const since = gateway.logs.length;
    await gateway.sighup(tenants(['acme'], { gateway: { admin: {}, limits: { headers: '32kb' } } }));
    await gateway.waitFor('restart-needed', undefined, since);
  });
});

describe('end', () => {
  const CONFIG = gatewayConfig({ gateway: { admin: {}, limits: { perAddress: '1000/s' }, timeouts: { drain: '8s' } } });
  const hanging = async (gateway: RunningGateway, options: AskOptions) => {
    const count = upstream.received.length;
    const connection = await dial(gateway.port);
    connection.send(requestBytes(options));
    return { connection, behind: await upstream.nth(count + 1) };
  };

  test('readiness fails, what runs finishes, what listens ends, and then it is gone at once', async () => {
    const gateway = await start(CONFIG);
    upstream.behave = ({ method, response }) => {
      if (method === 'GET') stream(response).write(': open\n\n');
    };
    const call = await hanging(gateway, post(LIST));
    const listening = await hanging(gateway, { path: '/mcp/search', method: 'GET' });
    await listening.connection.head();
    const idle = await dial(gateway.port);
    idle.send(requestBytes({ path: '/health/ready' }));
    assert.equal((await idle.answer()).status, 200);
    // A probe that had begun to ask.
    const probes = [];
    for (const path of ['/health/ready', '/health', '/health/live']) {
      const probe = await dial(gateway.port);
      probe.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n`);
      probes.push(probe);
    }
    await ask(gateway.port, { path: '/health' });

    gateway.signal('SIGTERM');
    await gateway.waitFor('draining');
    const ready = [];
    for (const probe of probes) {
      probe.send('\r\n');
      const { status, headers, text } = await probe.answer();
      ready.push([status, text, headers['connection']]);
    }
    assert.deepEqual(ready, [[503, '{"status":"draining"}\n', 'close'], [503, '{"status":"draining"}\n', 'close'], [200, '{"status":"ok"}\n', 'close']]);
    assert.equal((await listening.connection.body()).complete, true, 'a stream that listens ends in order');
    await within(listening.behind.abandoned, 'the end of the stream behind');
    await within(idle.ended, 'the end of the idle connection');
    await assert.rejects(dial(gateway.port), 'no more connections');
    void answerAll(call.behind);
    const answer = await call.connection.answer();
    assert.deepEqual([answer.status, answer.complete], [200, true]);
    const began = performance.now();
    assert.deepEqual(await within(gateway.ended, 'its end', 10_000), { code: 0, signal: null });
    const took = performance.now() - began;
    call.connection.close();
    assert.ok(took < 8000, `nothing was running any more, and it stayed for ${Math.round(took)} ms`);
    assert.deepEqual(gateway.logs.slice(-1).map(({ event }) => event), ['stopped']);
    upstream.behave = answerAll;
  });

  test('a stream that waits for its server is told, not given an empty answer', async () => {
    const gateway = await start(CONFIG);
    upstream.behave = () => {};
    const waiting = await hanging(gateway, { path: '/mcp/search', method: 'GET' });
    gateway.signal('SIGTERM');
    await gateway.waitFor('draining');
    const answer = await waiting.connection.answer().catch((error: unknown) => String(error));
    if (typeof answer !== 'string') assert.deepEqual([answer.status, reason(answer.text)], [503, 'draining']);
    waiting.connection.close();
    assert.deepEqual(await within(gateway.ended, 'its end'), { code: 0, signal: null });
    assert.deepEqual(gateway.logs.filter(({ level }) => level === 'error'), []);
    upstream.behave = answerAll;
  });

  test('what does not finish in time is cut', async () => {
    const gateway = await start(gatewayConfig({ gateway: { timeouts: { drain: '200ms' } } }));
    upstream.behave = () => {};
    const call = await hanging(gateway, post(LIST));
    gateway.signal('SIGINT');
    assert.deepEqual(await within(gateway.ended, 'its end'), { code: 0, signal: null });
    assert.equal(await call.connection.ended.then(() => call.connection.received()), '');
    await within(call.behind.abandoned, 'the end behind');
    upstream.behave = answerAll;
  });

  test('a second signal does not wait', async () => {
    const gateway = await start(CONFIG);
    upstream.behave = () => {};
    const call = await hanging(gateway, post(modern('tools/list'), modernHeaders('tools/list')));
    gateway.signal('SIGTERM');
    await gateway.waitFor('draining');
    gateway.signal('SIGTERM');
    assert.deepEqual(await within(gateway.ended, 'its end', 2000), { code: 1, signal: null });
    call.connection.close();
    upstream.behave = answerAll;
  });

  test('a connection that asked for a tunnel does not keep it', async () => {
    const gateway = await start(gatewayConfig({ gateway: { timeouts: { drain: '200ms' } } }));
    const tunnel = await dial(gateway.port, { allowHalfOpen: true });
    tunnel.send('CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await tunnel.answer();
    gateway.signal('SIGTERM');
    const ended = within(gateway.ended, 'its end', 3000);
    await assert.doesNotReject(ended);
    tunnel.close();
  });
});
