/** A reload that takes a key, a grant or a tenant away: what its caller has open ends, here and at the servers. Whoever keeps the right keeps the stream. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT } from '../../support/folder.js';
import { initialize, modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { as, startGateway, temporaryFolder, type LogLine, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, type AskOptions, type Dialled } from '../../support/http.js';
import { answerAll, startUpstream, stream, withSessions, type FakeUpstream } from '../../support/upstreams.js';
import { modernPost, startLegacy, type LegacyServer } from '../answer/bridge/support.js';
import { childrenOf } from '../faults/support.js';

const FOLDER = temporaryFolder();
const SSE = '/mcp/search/sse';
const HTTP = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const SERVERS: Config = {
  search: HTTP,
  listened: { ...HTTP, revision: 'modern' },
  legacy: { ...HTTP, revision: 'legacy' },
  files: { kind: 'stdio', command: [process.execPath, join(ROOT, 'examples/servers/files.js'), FOLDER] },
};

interface Given {
  readonly acme?: { readonly keys?: readonly string[]; readonly servers?: unknown };
  readonly clients?: readonly string[];
  readonly workers?: number;
}

/** What two clients may do: `acme`, of which something is taken away, and `globex`, which keeps all. */
function config({ acme: { keys = ['ACME_KEY', 'SPARE_KEY'], servers = '*' } = {}, clients = ['acme', 'globex'], workers }: Given = {}): Config {
  const keysOf = (name: string): readonly string[] => (name === 'acme' ? keys : [`${name.toUpperCase()}_KEY`]);
  return gatewayConfig({
    servers: workers === undefined ? SERVERS : { search: HTTP },
    auth: { clients: Object.fromEntries(clients.map((name) => [name, { keys: keysOf(name).map((secret) => ({ secret })) }])) },
    tenants: Object.fromEntries(clients.map((name) => [name, { match: { client: name }, servers: name === 'acme' ? servers : '*' }])),
    gateway: {
      revisions: [...(workers === undefined ? ['2024-11-05'] : []), '2025-06-18', '2025-11-25', '2026-07-28'],
      sessionKeys: [{ secret: 'SESSION_KEY' }],
      limits: { perAddress: '100000/s' },
      ...(workers === undefined ? {} : { workers }),
    },
  });
}

let upstream: FakeUpstream;
let legacy: LegacyServer;
before(async () => {
  [upstream, legacy] = await Promise.all([startUpstream(), startLegacy()]);
});
const started: RunningGateway[] = [];
after(() => Promise.all(started.map((gateway) => (gateway.signal('SIGTERM'), gateway.ended))));

async function start(given: Given = {}, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
  const gateway = await startGateway({ config: config(given), env, pools: { search: [upstream.url], listened: [upstream.url], legacy: [legacy.url] } });
  started.push(gateway);
  return gateway;
}

const headersOf = (name: string, more: NonNullable<AskOptions['headers']> = {}) => ({ ...as(name), ...more });

async function openSession({ port }: RunningGateway, name: string, server: string): Promise<string> {
  const answer = await ask(port, { path: `/mcp/${server}`, message: initialize, headers: headersOf(name) });
  assert.equal(answer.status, 200, answer.text);
  return answer.headers['mcp-session-id'] ?? assert.fail('no session');
}

/** A stream that has begun. */
async function begun(gateway: RunningGateway, options: AskOptions, first: string): Promise<Dialled> {
  const connection = await dial(gateway.port);
  connection.send(requestBytes(options));
  assert.equal((await connection.head()).status, 200);
  await connection.body((text) => text.includes(first));
  return connection;
}

/** Everything that a client can have open. */
async function openAll(gateway: RunningGateway, name: string) {
  const sessions = withSessions(`${name}-`);
  upstream.behave = (received) => {
    const { message, method, response } = received;
    if (message?.method === 'tools/call' || message?.method === 'subscriptions/listen') return void stream(response).write(': open\n\n');
    if (method === 'GET' && received.headers['mcp-session-id'] === undefined) return void stream(response).write(': open\n\n');
    return sessions(received);
  };
  const session = await openSession(gateway, name, 'search');
  const [path, own] = ['/mcp/search', { 'mcp-session-id': session }];
  const call = request('tools/call', { name: 'add' }, `${name}-call`);
  const listen = modern('subscriptions/listen', { notifications: {} }, `${name}-sub`);
  const listening = headersOf(name, modernHeaders('subscriptions/listen'));
  return {
    session,
    streams: {
      'GET of a session': await begun(gateway, { path, method: 'GET', headers: headersOf(name, own) }, ': open'),
      'call that streams': await begun(gateway, { path, message: call, headers: headersOf(name, own) }, ': open'),
      'modern listen': await begun(gateway, { path: '/mcp/listened', message: listen, headers: listening }, ': open'),
      'stream of 2024-11-05': await begun(gateway, { path: SSE, method: 'GET', headers: headersOf(name) }, 'event: endpoint'),
    },
  };
}

const revokedLines = ({ logs }: RunningGateway): readonly LogLine[] => logs.filter(({ event, reason }) => event === 'request' && reason === 'access-revoked');

const TAKEN: Readonly<Record<string, Given>> = {
  'a key': { acme: { keys: ['SPARE_KEY'] } },
  'a grant': { acme: { servers: ['legacy'] } },
  'a tenant with its client': { clients: ['globex'] },
};

describe('field-07 a reload that takes away', () => {
  it('the address of a caller, at the gateway or at a server: its streams end', async () => {
    for (const at of ['gateway', 'server'] as const) {
      const gateway = await start();
      const { streams } = await openAll(gateway, 'acme');
      const allow = { cidrs: ['10.0.0.0/8'] };
      const { servers, gateway: own, ...rest } = config() as { readonly servers: Config; readonly gateway: Config };
      const narrowed = Object.entries(servers).map(([name, one]) => [name, { ...(one as Config), ...(at === 'server' && { allow }) }]);
      const closed: Config = { ...rest, servers: Object.fromEntries(narrowed), gateway: { ...own, ...(at === 'gateway' && { allow }) } };
      assert.equal((await gateway.sighup(closed))['event'], 'reloaded');
      await gateway.waitFor('access-revoked', (line) => line['streams'] === 4);
      for (const [name, connection] of Object.entries(streams)) assert.equal((await connection.body()).complete, true, name);
    }
  });
  for (const [what, given] of Object.entries(TAKEN)) {
    it(`field-07a ${what}: every stream of that caller ends at once, is said to, and nobody else notices`, async () => {
      const gateway = await start();
      const [mine, others] = [await openAll(gateway, 'acme'), await openAll(gateway, 'globex')];
      const behind = upstream.received.slice();
      // A head that is known, and a judgement that is kept.
      const kept = await dial(gateway.port);
      const list: AskOptions = { path: '/mcp/search', message: request('tools/list'), headers: headersOf('acme', { 'mcp-session-id': mine.session }) };
      const [before] = [await ask(gateway.port, list), kept.send(requestBytes(list))];
      assert.deepEqual([before.status, (await kept.answer()).status], [200, 200]);
      assert.equal((await gateway.sighup(config(given)))['event'], 'reloaded');
      for (const [name, connection] of Object.entries(mine.streams)) assert.equal((await connection.body()).complete, true, name);
      kept.send(requestBytes(list));
      const again = await kept.answer();
      assert.ok([401, 403].includes(again.status), `${again.status}`);
      await gateway.waitFor('access-revoked', ({ streams }) => streams === 4);
      await until('a line for each', () => revokedLines(gateway).length === 4);
      for (const { message } of revokedLines(gateway)) assert.match(`${message}`, /^A reload has taken the right to this stream: [a-z-]+$/);
      const call = mine.streams['call that streams'].received();
      assert.match(call, /"id":"acme-call","error":\{"code":403,.*"reason":"access-revoked"/);
      for (const [name, connection] of Object.entries(others.streams)) assert.ok(connection.isOpen, `${name} of globex`);
      // They still carry what the server says.
      const open = behind.filter(({ response }) => response.headersSent && !response.writableEnded && !response.destroyed);
      for (const { response } of open) response.write(': still\n\n');
      const { 'stream of 2024-11-05': _, ...passed } = others.streams;
      for (const connection of Object.values(passed)) await connection.body((text) => text.includes(': still'));
      assert.deepEqual(gateway.logs.filter(({ level }) => level === 'error'), []);
      for (const connection of [...Object.values(mine.streams), ...Object.values(others.streams)]) connection.close();
      kept.close();
    });
  }

  it('field-07b a key: sessions end at the servers as well, of children, HTTP servers and bridges; those with the other key stay', async () => {
    const gateway = await start();
    const spare = { 'x-api-key': 'value-of-SPARE_KEY-which-is-long-enough' };
    const child = await openSession(gateway, 'acme', 'files');
    const http = await openSession(gateway, 'acme', 'legacy');
    const answer = await ask(gateway.port, { path: '/mcp/files', message: initialize, headers: spare });
    const byTheOther = answer.headers['mcp-session-id'] ?? assert.fail(answer.text);
    for (const name of ['acme', 'globex']) {
      const asked = modernPost('/mcp/legacy', 'tools/list');
      assert.equal((await ask(gateway.port, { ...asked, headers: headersOf(name, asked.headers ?? {}) })).status, 200);
    }
    assert.deepEqual([childrenOf(gateway.pid).length, legacy.open.size], [2, 3]);
    await gateway.sighup(config({ acme: { keys: ['SPARE_KEY'] } }));
    await until('the end of one child', () => childrenOf(gateway.pid).length === 1);
    await until('the end of one session', () => legacy.open.size === 2);
    assert.equal(gateway.logs.filter(({ event }) => event === 'session-revoked').length, 2);
    // Back again, the ids of what has ended are not.
    await gateway.sighup(config());
    for (const [path, id] of [['/mcp/files', child], ['/mcp/legacy', http]] as const) {
      const { status, text } = await ask(gateway.port, { path, message: request('tools/list'), headers: headersOf('acme', { 'mcp-session-id': id }) });
      assert.deepEqual([status, (JSON.parse(text) as ErrorBody).error.data.reason], [404, 'session-unknown']);
    }
    const kept: AskOptions = { path: '/mcp/files', message: request('tools/list'), headers: { ...spare, 'mcp-session-id': byTheOther } };
    assert.equal((await ask(gateway.port, kept)).status, 200);
    // The client itself goes, and with it what the gateway holds for it at the server behind the bridge.
    await gateway.sighup(config({ clients: ['globex'] }));
    await until('the end of its bridged session', () => legacy.open.size === 1);
  });

  it('field-07c a secret in a file that is another now: its streams end in every worker', async () => {
    const file = join(FOLDER, 'key');
    const first = 'the first key of acme';
    writeFileSync(file, first);
    const gateway = await start({ workers: 2 }, { ACME_KEY_FILE: file });
    upstream.behave = ({ response }) => void stream(response).write(': open\n\n');
    await gateway.waitFor('worker-started', () => gateway.logs.filter(({ event }) => event === 'worker-started').length === 2);
    const streams: Dialled[] = [];
    for (let n = 0; n < 8; n++) streams.push(await begun(gateway, { path: '/mcp/search', method: 'GET', headers: { 'x-api-key': first } }, ': open'));
    const other = await begun(gateway, { path: '/mcp/search', method: 'GET', headers: headersOf('globex') }, ': open');
    writeFileSync(file, 'the second key of acme');
    gateway.signal('SIGHUP');
    for (const connection of streams) assert.equal((await connection.body()).complete, true);
    upstream.received.at(-1)?.response.write(': still\n\n');
    await other.body((text) => text.includes(': still'));
    for (const connection of [...streams, other]) connection.close();
  });

  it('field-07d a grant, while a call is under way that turns into a stream only then: it is refused, and one that answers in one piece is not', async () => {
    const gateway = await start();
    upstream.behave = () => {};
    const count = upstream.received.length;
    const calls = [];
    for (const id of ['streams', 'answers']) {
      const connection = await dial(gateway.port);
      connection.send(requestBytes({ path: '/mcp/search', message: request('tools/call', { name: 'add' }, id), headers: headersOf('acme') }));
      calls.push({ connection, behind: await upstream.nth(count + calls.length + 1) });
    }
    await gateway.sighup(config({ acme: { servers: ['legacy'] } }));
    const [streams, answers] = calls;
    stream(streams?.behind.response ?? assert.fail()).write(': open\n\n');
    const body = '{"jsonrpc":"2.0","id":"answers","result":{}}';
    answers?.behind.response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    const refused = (await streams?.connection.answer()) ?? assert.fail();
    assert.deepEqual([refused.status, (JSON.parse(refused.text) as ErrorBody).error.data.reason], [403, 'server-not-granted']);
    assert.equal((await answers?.connection.answer())?.text, body);
    for (const { connection } of calls) connection.close();
  });
});

describe('field-37 a body that is still coming when the tables change', () => {
  const message = JSON.stringify(request('tools/call', { name: 'add' }, 'late'));
  const CASES: readonly (readonly [what: string, given: Given, status: number, reason: string])[] = [
    ['its key', { acme: { keys: ['SPARE_KEY'] } }, 401, 'credentials-invalid'],
    ['its grant', { acme: { servers: ['legacy'] } }, 403, 'server-not-granted'],
    ['its tenant', { clients: ['globex'] }, 401, 'credentials-invalid'],
  ];
  const begin = async (gateway: RunningGateway, name: string): Promise<Dialled> => {
    const connection = await dial(gateway.port);
    const head = `POST /mcp/search HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${as(name).authorization}\r\nContent-Type: application/json\r\n`;
    connection.send(`${head}Accept: application/json, text/event-stream\r\nExpect: 100-continue\r\nContent-Length: ${message.length}\r\n\r\n`);
    // Told to go on, it is past the rows that need no body.
    assert.equal((await connection.head('POST')).status, 100);
    return connection;
  };
  for (const [what, given, status, reason] of CASES) {
    it(`field-37a is refused when it has lost ${what}; another's goes on`, async () => {
      const gateway = await start();
      upstream.behave = answerAll;
      const count = upstream.received.length;
      const [mine, others] = [await begin(gateway, 'acme'), await begin(gateway, 'globex')];
      await gateway.sighup(config(given));
      for (const connection of [mine, others]) connection.send(message);
      const refused = await mine.answer('POST');
      assert.deepEqual([refused.status, (JSON.parse(refused.text) as ErrorBody).error.data.reason], [status, reason]);
      assert.equal((await others.answer('POST')).status, 200);
      assert.equal(upstream.received.length, count + 1, 'the server saw one of them');
      for (const connection of [mine, others]) connection.close();
    });
  }
});
