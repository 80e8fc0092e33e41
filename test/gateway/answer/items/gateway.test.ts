/** Names that nothing has, answers that cannot be read, and what a reload or another replica makes of rules. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { before, beforeEach, describe, test } from 'node:test';
import { createItemRules } from '#src/gateway/runtime/decision/item-rules.js';
import { SettingError } from '#src/gateway/runtime/process/env.js';
import { createState } from '#src/gateway/runtime/state.js';
import { request } from '../../../support/gateway-messages.js';
import { gatewayConfig, tablesOf, type Config } from '../../../support/gateway-tables.js';
import { as, client, startGateway, type RunningGateway } from '../../../support/gateway.js';
import { ask, type HttpAnswer } from '../../../support/http.js';
import { json, startUpstream, stream, type Behave, type FakeUpstream } from '../../../support/upstreams.js';
import { openSession } from '../sse/support.js';
import { behaveAs } from './servers.js';

const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], revision: 'legacy' };
const RULES = [{ deny: '*.secret' }, { allow: '*.read_*' }, { allow: 'shown.*' }];
const configOf = (tools: readonly unknown[]): Config =>
  gatewayConfig({
    auth: { clients: { acme: client('acme'), twin: client('twin') } },
    servers: { web: server, old: { ...server, sse: '/sse' }, shown: { ...server, transform: { response: { redact: ['tools[*].name'] } } } },
    tenants: { acme: { match: [{ client: 'acme' }, { client: 'twin' }], servers: '*', tools } },
    gateway: {
      admin: {},
      replicas: 2,
      revisions: ['2024-11-05', '2025-03-26', '2025-11-25'],
      sessionKeys: [{ secret: 'SESSION_KEY' }],
      limits: { perAddress: '100000/s' },
      timeouts: { firstByte: '1s', response: '2s' },
    },
  } as Config);

let one: RunningGateway;
let two: RunningGateway;
let web: FakeUpstream;
const normal = behaveAs('json');
before(async () => {
  web = await startUpstream();
  const options = { config: configOf(RULES), pools: { web: [web.url], old: [web.url], shown: [web.url] } };
  [one, two] = await Promise.all([startGateway(options), startGateway(options)]);
});
beforeEach(() => {
  web.behave = normal;
});

const say = (message: unknown, { who = 'acme', path = '/mcp/web', headers = {}, port = one.port } = {}): Promise<HttpAnswer> =>
  ask(port, { path, headers: { ...as(who), ...headers }, message });
const call = (name: string, id: string | number = 1) => request('tools/call', { name, arguments: {} }, id);
const codeOf = ({ text }: HttpAnswer): unknown => (JSON.parse(text) as { error?: { code: number } }).error?.code;
const listsAsked = (from: number): number => web.received.slice(from).filter(({ message }) => message?.method === 'tools/list').length;
/** Another query is another catalogue: each test has one that nobody has asked for. */
let n = 0;
const fresh = (): string => `/mcp/web?${++n}`;

describe('a name that has not been seen', () => {
  test('is looked for page by page, once for all that ask meanwhile, and not again for every invented name', async () => {
    const path = fresh();
    const from = web.received.length;
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => say(call(`read_${i}`), { path })));
    assert.deepEqual(answers.map(codeOf), answers.map(() => -32602));
    assert.equal(listsAsked(from), 3, 'three pages, once');
    assert.equal((await say(call('read_a'), { path })).status, 200);
    assert.equal(listsAsked(from), 3);
  });

  test('is not looked for where its caller has listed it', async () => {
    const path = fresh();
    await say(request('tools/list'), { path });
    const from = web.received.length;
    assert.match((await say(call('read_a'), { path })).text, /ran read_a/);
    assert.equal(listsAsked(from), 0);
  });

  test('is looked for by each caller for itself, with its headers, in its query', async () => {
    const path = fresh();
    const from = web.received.length;
    for (const who of ['acme', 'twin']) assert.equal(codeOf(await say(call('read_none'), { who, path, headers: { 'x-of': who } })), -32602);
    const asked = web.received.slice(from).filter(({ message }) => message?.method === 'tools/list');
    assert.deepEqual([...new Set(asked.map(({ headers, url }) => `${headers['x-of']} ${url.split('?')[1]}`))], [`acme ${n}`, `twin ${n}`]);
  });

  const answered = (body: object): Behave => ({ response, message }) => json(response, { jsonrpc: '2.0', id: message?.id, ...body });
  const typed = (status: number): Behave => ({ response }) => void response.writeHead(status, { 'content-type': 'application/json' }).end('{');
  const FAILING: Readonly<Record<string, readonly [Behave, status: number, ran: boolean]>> = {
    'a list that is no list fails the call, which is not sent': [answered({ result: {} }), 502, false],
    'a list that is no JSON fails it too': [typed(200), 502, false],
    'a list that does not come fails it after a while': [() => {}, 504, false],
    'a server that refuses to list is left to say what it thinks of the call': [typed(400), 200, true],
    'a server that has no tools has none': [answered({ error: { code: -32601, message: 'no' } }), 200, false],
    'pages without end prove nothing': [answered({ result: { tools: [], nextCursor: 'x' } }), 200, true],
  };
  for (const [title, [behave, status, ran]] of Object.entries(FAILING)) {
    test(title, async () => {
      const from = web.received.length;
      web.behave = (received) => (received.message?.method === 'tools/list' ? behave(received) : normal(received));
      const answer = await say(call('read_a'), { path: fresh() });
      assert.equal(answer.status, status, answer.text);
      assert.equal(web.received.slice(from).some(({ message }) => message?.method === 'tools/call'), ran);
      assert.ok(listsAsked(from) <= 50);
    });
  }
});

describe('a list', () => {
  test('is asked for without compression, and does not pass in a coding that nobody can read here', async () => {
    const from = web.received.length;
    await say(request('tools/list'), { path: fresh(), headers: { 'accept-encoding': 'gzip' } });
    assert.equal(web.received[from]?.headers['accept-encoding'], 'identity');
    web.behave = ({ response, message }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify({ jsonrpc: '2.0', id: message?.id, result: { tools: [{ name: 'secret' }] } })));
    };
    const answer = await say(request('tools/list'), { path: fresh() });
    assert.equal(answer.status, 502);
    assert.doesNotMatch(answer.text, /secret/);
  });

  test('is filtered before it is changed: the rule follows the server’s own name', async () => {
    const { text } = await say(request('tools/list'), { path: '/mcp/shown' });
    const { result } = JSON.parse(text) as { result: { tools: { name: string }[] } };
    assert.deepEqual(result.tools.map(({ name }) => name), ['[redacted]', '[redacted]']);
    const all = (await say(request('tools/list', { cursor: '2' }), { path: '/mcp/shown' })).text;
    assert.doesNotMatch(all, /secret/);
  });

  test('is filtered on a stream that is taken up again', async () => {
    web.behave = ({ method, response }) => {
      assert.equal(method, 'GET');
      stream(response).end('id: 2\ndata: {"jsonrpc":"2.0","id":5,"result":{"tools":[{"name":"secret"},{"name":"read_a"}]}}\n\n');
    };
    const { text } = await ask(one.port, { method: 'GET', path: '/mcp/web', headers: { ...as('acme'), accept: 'text/event-stream', 'last-event-id': '1' } });
    assert.equal(text, 'id: 2\ndata: {"jsonrpc":"2.0","id":5,"result":{"tools":[{"name":"read_a"}]}}\n\n');
  });
});

describe('replicas', () => {
  test('what is posted at one is denied on the stream that another holds', async () => {
    const opened = await openSession(one.port, '/mcp/web/sse');
    for (const [i, name] of ['secret', 'read_none', 'read_a'].entries()) {
      const { status } = await opened.post(call(name, `n${i}`), { port: two.port });
      assert.equal(status, 202);
    }
    const replies = (await opened.messages(4)).slice(1) as { id: string; error?: { message: string }; result?: unknown }[];
    const of = (id: string) => replies.find((reply) => reply.id === id);
    assert.deepEqual(of('n0')?.error, { code: -32602, message: 'Unknown tool: secret' });
    assert.deepEqual(of('n1')?.error, { code: -32602, message: 'Unknown tool: read_none' });
    assert.ok(of('n2')?.result);
    opened.close();
  });

  test('nobody is told anything on the stream of another', async () => {
    const opened = await openSession(one.port, '/mcp/web/sse', 'acme');
    const { status } = await opened.post(call('secret', 'theirs'), { headers: as('twin') });
    assert.equal(status, 404);
    await opened.post(request('ping', undefined, 'own'));
    assert.deepEqual((await opened.messages(2)).map(({ id }) => id), ['init', 'own']);
    opened.close();
  });
});

describe('a reload', () => {
  test('ends the streams that show lists by rules of before, and judges by those of now', async () => {
    const opened = await openSession(one.port, '/mcp/web/sse');
    assert.equal((await one.sighup(configOf([{ deny: '*.read_b' }, ...RULES])))['event'], 'reloaded');
    await opened.text();
    assert.equal(codeOf(await say(call('read_b'))), -32602);
    assert.match((await say(call('read_a'))).text, /ran read_a/);
    const again = await openSession(one.port, '/mcp/web/sse');
    // Rules that stay as they are take nothing away.
    assert.equal((await one.sighup(configOf([{ deny: '*.read_b' }, ...RULES])))['event'], 'reloaded');
    await again.post(request('ping', undefined, 'p'));
    await again.messages(2);
    again.close();
  });
});

describe('a gateway whose tables have rules', () => {
  test('does not start without the module that judges by them', async () => {
    const { raw } = tablesOf(configOf(RULES));
    const modules = { authenticator: () => () => ({ kind: 'anonymous' as const }), readSecrets: () => () => 'a secret that is long enough for a key' };
    await assert.rejects(createState(raw, {}, modules, null), (error) => error instanceof SettingError && /without rules on tools/.test(error.message));
    assert.ok((await createState(raw, {}, { ...modules, createItemRules }, null)).tables.items);
  });
});
