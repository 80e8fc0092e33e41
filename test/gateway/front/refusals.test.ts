/** Every refusal as a caller meets it: status, JSON, CORS, one log line, one count; and the connection is as good as before. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { REASONS, type Reason } from '#src/gateway/runtime/decision/reasons.js';
import { isAuditLine, replayer } from '#src/replay.js';
import { modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { as, client, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, type AskOptions, type HttpAnswer } from '../../support/http.js';
import { planOf } from '../../support/planned.js';
import { closedPort, startRawUpstream, startUpstream, type FakeUpstream } from '../../support/upstreams.js';

const APP = 'https://app.example.com';
const OTHER = 'https://other.example.com';
const EVIL = 'https://evil.example';

let gateway: RunningGateway;
let upstream: FakeUpstream;
let strict: RunningGateway;
let config: Config;
let strictConfig: Config;

before(async () => {
  const silent = await startRawUpstream(() => {});
  const garbage = await startRawUpstream((socket) => socket.end('this is not HTTP\r\n\r\n'));
  const gone = `http://127.0.0.1:${await closedPort()}/mcp`;
  upstream = await startUpstream();
  const server = (more: object = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...more });
  [gateway, strict] = await Promise.all([
    startGateway({
      pools: { search: [upstream.url], notes: [upstream.url], gone: [gone], silent: [silent.url], garbage: [garbage.url], empty: [] },
      config: (config = gatewayConfig({
        auth: { clients: { acme: client('acme'), globex: client('globex'), tiny: client('tiny'), nobody: client('nobody') } },
        servers: { search: server(), notes: server({ origins: ['app'] }), gone: server(), silent: server(), garbage: server(), empty: server() },
        origins: { app: APP, other: OTHER },
        tenants: {
          acme: { match: { client: 'acme' }, servers: '*' },
          globex: { match: [{ client: 'globex' }, { path: true }], servers: ['search', 'notes'], origins: ['app'] },
          tiny: { match: { client: 'tiny' }, servers: '*', rate: '1/h', streams: 1, sessions: 1 },
        },
        gateway: {
          admin: {},
          sessionKeys: [{ secret: 'SESSION_KEY' }],
          limits: { body: '2kb', depth: 8, perAddress: '10000/s' },
          timeouts: { connect: '1s', firstByte: '300ms' },
        },
      })),
    }),
    startGateway({
      pools: { search: [upstream.url] },
      config: (strictConfig = gatewayConfig({
        origins: { app: APP },
        gateway: { admin: {}, requireOrigin: true, limits: { perAddress: '2/h', streams: 1, sessions: 1 } },
      })),
    }),
  ]);
});

interface Case {
  readonly ask: AskOptions;
  /** Of the message, once the body was read. */
  readonly id?: string | number;
  readonly headers?: Readonly<Record<string, string | RegExp>>;
  readonly data?: Readonly<Record<string, unknown>>;
  /** False where the row stands before the origin's, or the origin is what is refused. */
  readonly cors?: false;
}

const LIST = request('tools/list', {}, 'my-id');
const SEARCH: AskOptions = { path: '/mcp/search', message: LIST };
const authorised = (headers: AskOptions['headers'] = {}, rest: AskOptions = {}): AskOptions => ({
  ...SEARCH,
  ...rest,
  headers: { ...as('acme'), origin: APP, ...headers },
});

/** Tried in this order. */
const CASES: readonly (readonly [reason: Reason, what: string, given: Case])[] = [
  ['repeated-header', 'two Origins', { ask: authorised({ origin: [APP, APP] }), cors: false }],
  ['malformed-request', 'a Host that is none', { ask: authorised({ host: 'a b' }), cors: false }],
  ['path-not-literal', 'an escape', { ask: authorised({}, { path: '/mcp/%73earch' }), cors: false }],
  ['path-not-literal', 'a way up', { ask: authorised({}, { path: '/mcp/x/../search' }), cors: false }],
  ['unknown-host', 'a name of somebody else', { ask: authorised({ host: 'evil.example' }), cors: false }],
  ['unknown-host', 'a name in absolute form', { ask: authorised({}, { path: 'http://evil.example/mcp/search' }), cors: false }],
  ['unknown-route', 'no route', { ask: authorised({}, { path: '/mcp/nothing' }), cors: false }],
  [
    'preflight-refused',
    'a preflight from elsewhere',
    { ask: { path: '/mcp/search', method: 'OPTIONS', headers: { origin: EVIL, 'access-control-request-method': 'POST' } }, cors: false },
  ],
  ['origin-not-allowed', 'another origin', { ask: authorised({ origin: EVIL }), cors: false }],
  ['origin-not-allowed', 'no origin at all, by its own word', { ask: authorised({ origin: 'null' }), cors: false }],
  ['origin-not-allowed', 'an origin of other servers', { ask: authorised({ origin: OTHER }, { path: '/mcp/notes' }), cors: false }],
  ['method-not-allowed', 'PUT', { ask: authorised({}, { method: 'PUT' }), headers: { allow: 'DELETE, GET, POST' } }],
  ['body-too-large', 'declared', { ask: authorised({ 'content-length': '2049' }, { body: 'x'.repeat(2049), message: undefined }) }],
  ['content-type-unsupported', 'a form', { ask: authorised({ 'content-type': 'application/x-www-form-urlencoded' }) }],
  ['content-type-unsupported', 'none', { ask: authorised({ 'content-type': null }) }],
  ['credentials-missing', 'none', { ask: authorised({ authorization: null }), headers: { 'www-authenticate': /^Bearer/ } }],
  [
    'credentials-invalid',
    'a wrong key',
    { ask: authorised({ authorization: 'Bearer nobody-has-this-key' }), headers: { 'www-authenticate': /error="invalid_token"/ } },
  ],
  ['credentials-invalid', 'two keys', { ask: authorised({ 'x-api-key': 'nobody-has-this-key' }) }],
  ['tenant-unknown', 'a client of no tenant', { ask: authorised({ ...as('nobody') }) }],
  ['tenant-ambiguous', 'a client of one tenant at the path of another', { ask: authorised({}, { path: '/t/globex/mcp/search' }) }],
  ['server-not-granted', 'a server of others', { ask: authorised({ ...as('globex') }, { path: '/mcp/gone' }) }],
  ['origin-not-granted', 'an origin the tenant has not', { ask: authorised({ ...as('globex'), origin: OTHER }) }],
  [
    'body-too-large',
    'while reading',
    { ask: authorised({ 'content-length': null, 'transfer-encoding': 'chunked' }, { body: chunks('x'.repeat(3000), 100), message: undefined }) },
  ],
  ['body-not-json', 'half a message', { ask: authorised({}, { body: '{"jsonrpc":', message: undefined }) }],
  ['body-not-message', 'a number', { ask: authorised({}, { body: '5', message: undefined }) }],
  [
    'body-too-deep',
    'nested',
    { ask: authorised({}, { body: `{"jsonrpc":"2.0","id":"deep","method":"x","params":${'['.repeat(9)}${']'.repeat(9)}}`, message: undefined }), id: 'deep' },
  ],
  [
    'body-duplicate-key',
    'two methods',
    { ask: authorised({}, { body: '{"jsonrpc":"2.0","id":7,"method":"tools/list","method":"tools/call"}', message: undefined }), id: 7 },
  ],
  ['envelope-invalid', 'a modern header alone', { ask: authorised({ 'mcp-protocol-version': '2026-07-28' }), id: 'my-id' }],
  ['header-mismatch', 'another method', { ask: authorised(modernHeaders('tools/call'), { message: modern('tools/list', {}, 'm') }), id: 'm' }],
  [
    'revision-not-served',
    'a version of before',
    {
      ask: authorised({ 'mcp-protocol-version': '2024-10-07' }),
      id: 'my-id',
      data: { supported: ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'], requested: '2024-10-07' },
    },
  ],
  ['session-unknown', 'made up', { ask: authorised({ 'mcp-session-id': 'A'.repeat(100) }), id: 'my-id' }],
  ['no-instance', 'nobody listens', { ask: authorised({}, { path: '/mcp/gone' }), id: 'my-id', headers: { 'retry-after': /^[1-9]/ } }],
  ['no-instance', 'an empty pool', { ask: authorised({}, { path: '/mcp/empty' }), id: 'my-id', headers: { 'retry-after': /^[1-9]/ } }],
  ['upstream-lost', 'an answer that is not HTTP', { ask: authorised({}, { path: '/mcp/garbage' }), id: 'my-id' }],
  ['upstream-timeout', 'no answer in time', { ask: authorised({}, { path: '/mcp/silent' }), id: 'my-id' }],
  // The first of these was the one request of its hour.
  ['tenant-rate', 'the second request of a small tenant', { ask: authorised({ ...as('tiny') }), headers: { 'retry-after': /^[1-9]/ } }],
];

function chunks(text: string, size: number): string {
  const parts = text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? [];
  return `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;
}

/** Status, body, log and count of one refusal. */
async function assertRefused(
  at: RunningGateway,
  reason: Reason,
  answer: HttpAnswer,
  before: ReadonlyMap<string, number>,
  id: unknown = null,
  data: object = {},
): Promise<void> {
  const { status, code, message } = REASONS[reason];
  const body = JSON.parse(answer.text) as ErrorBody;
  const { requestId } = body.error.data;
  assert.deepEqual(body, { jsonrpc: '2.0', id, error: { code, message, data: { ...data, reason, requestId } } });
  assert.equal(answer.status, status);
  assert.ok(answer.complete);
  assert.equal(answer.headers['content-type'], 'application/json');
  const line = await at.waitFor('request', (line) => line['request_id'] === requestId);
  assert.equal(line['reason'], reason);
  const said = at.logs.filter((line) => line['reason'] === reason && line['request_id'] === requestId);
  assert.deepEqual(said.map(({ event }) => event).sort(), ['audit', 'request'], 'one log line says why, and one of the audit');
  const after = await at.metrics();
  const counted = [...after]
    .filter(([name, value]) => name.startsWith('mcpgen_refusals_total') && value !== (before.get(name) ?? 0))
    .map(([name, value]) => [name, value - (before.get(name) ?? 0)]);
  assert.deepEqual(counted, [[`mcpgen_refusals_total{reason="${reason}"}`, 1]]);
}

describe('refusals', () => {
  test('a small tenant’s only request of the hour passes', async () => {
    assert.equal((await ask(gateway.port, authorised({ ...as('tiny') }))).status, 200);
  });

  for (const [reason, what, { ask: asked, id, headers = {}, data, cors }] of CASES) {
    test(`${REASONS[reason].status} ${reason}: ${what}`, async () => {
      const before = await gateway.metrics();
      const reached = upstream.received.length;
      const answer = await ask(gateway.port, asked);
      await assertRefused(gateway, reason, answer, before, id, data);
      for (const [name, value] of Object.entries(headers)) {
        if (typeof value === 'string') assert.equal(answer.headers[name], value);
        else assert.match(answer.headers[name] ?? '', value);
      }
      assert.equal(answer.headers['x-request-id'], (JSON.parse(answer.text) as ErrorBody).error.data.requestId);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.headers['access-control-allow-origin'], cors === false ? undefined : [asked.headers?.['origin']].flat()[0]);
      if (cors !== false) assert.equal(answer.headers['vary'], 'Origin');
      assert.equal(upstream.received.length, reached, 'it reached the server');
    });
  }

  test('an origin that is refused is said, bounded and on one line', async () => {
    const origin = `https://${'x'.repeat(3000)}.evil.example`;
    await ask(gateway.port, authorised({ origin }));
    const line = await gateway.waitFor('request', ({ message }) => message === `Origin validation failed for: ${origin.slice(0, 200)}`);
    assert.deepEqual([line['level'], line['server']], ['warn', 'search']);
    assert.ok(((await gateway.metrics()).get('mcpgen_origin_refusals_total{server="search",reason="origin-not-allowed"}') ?? 0) >= 1);
  });

  test('refusals before an origin is judged say nothing to any origin', async () => {
    const answer = await ask(gateway.port, authorised({}, { path: '/mcp/nothing' }));
    assert.deepEqual(Object.keys(answer.headers).filter((name) => name.startsWith('access-control')), []);
  });

  test('a connection is as good as before after refusals, with bodies nobody read', async () => {
    const connection = await dial(gateway.port);
    const statuses: number[] = [];
    const refused: readonly AskOptions[] = [
      authorised({ origin: EVIL }, { body: `${' '.repeat(1500)}{}`, message: undefined }),
      authorised({}, { path: '/mcp/nothing' }),
      authorised({ authorization: null }),
      authorised({ 'content-type': 'text/plain' }, { body: 'GET /mcp/search HTTP/1.1\r\nHost: localhost\r\n\r\n', message: undefined }),
      authorised({ 'content-length': '2049' }, { body: 'x'.repeat(2049), message: undefined }),
      authorised({ 'content-length': null, 'transfer-encoding': 'chunked' }, { body: chunks('y'.repeat(5000), 50), message: undefined }),
      authorised({}, { method: 'PUT' }),
    ];
    for (const one of [...refused, authorised()]) {
      connection.send(requestBytes(one));
      statuses.push((await connection.answer()).status);
    }
    connection.close();
    assert.deepEqual(statuses, [403, 404, 401, 415, 413, 413, 405, 200]);
  });

  test('requests sent ahead of their answers are answered in order', async () => {
    const connection = await dial(gateway.port);
    connection.send(Buffer.concat([authorised({ origin: EVIL }), authorised(), authorised({}, { path: '/nothing' }), authorised()].map(requestBytes)));
    const statuses = [await connection.answer(), await connection.answer(), await connection.answer(), await connection.answer()].map(({ status }) => status);
    connection.close();
    assert.deepEqual(statuses, [403, 200, 404, 200]);
  });

  test('HEAD is refused without a body', async () => {
    const answer = await ask(gateway.port, { path: '/mcp/search', method: 'HEAD', headers: as('acme') });
    assert.deepEqual([answer.status, answer.text], [405, '']);
  });
});

describe('limits of everybody', () => {
  test('403 origin-required', async () => {
    const before = await strict.metrics();
    const answer = await ask(strict.port, SEARCH);
    await assertRefused(strict, 'origin-required', answer, before);
    await strict.waitFor('request', ({ message }) => message === 'Origin validation failed for: none');
  });

  test('429 address-rate, and only then', async () => {
    const mine = { ...SEARCH, headers: { origin: APP } };
    assert.equal((await ask(strict.port, mine)).status, 200);
    assert.equal((await ask(strict.port, mine)).status, 200);
    const before = await strict.metrics();
    const answer = await ask(strict.port, mine);
    await assertRefused(strict, 'address-rate', answer, before);
    assert.match(answer.headers['retry-after'] ?? '', /^1[0-9]{3}$/);
    assert.equal(answer.headers['access-control-allow-origin'], APP);
    assert.equal((await strict.metrics()).get('mcpgen_rate_limited_total{limit="address"}'), 1);
    // Another address of this machine has a bucket of its own; health and preflights need none.
    assert.equal((await ask(strict.port, { ...mine, from: '127.0.0.2' })).status, 200);
    assert.equal((await ask(strict.port, { path: '/health/live' })).status, 200);
    assert.equal(
      (await ask(strict.port, { path: '/mcp/search', method: 'OPTIONS', headers: { origin: APP, 'access-control-request-method': 'POST' } })).status,
      204,
    );
  });
});

describe('answers of the gateway itself', () => {
  test('a preflight', async () => {
    const answer = await ask(gateway.port, {
      path: '/mcp/search',
      method: 'OPTIONS',
      headers: { origin: 'https://APP.example.com', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization, x-evil' },
    });
    assert.deepEqual([answer.status, answer.text], [204, '']);
    assert.equal(answer.headers['access-control-allow-origin'], 'https://APP.example.com');
    assert.equal(answer.headers['access-control-allow-methods'], 'DELETE, GET, POST');
    for (const name of ['Authorization', 'Mcp-Session-Id', 'MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name', 'Last-Event-ID', 'Content-Type'])
      assert.ok(answer.headers['access-control-allow-headers']?.includes(name), name);
    assert.ok(!answer.headers['access-control-allow-headers']?.includes('evil'));
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    assert.equal(answer.headers['vary'], 'Origin');
  });

  test('health: constant, for any host, with the config’s hash', async () => {
    for (const path of ['/health', '/health/live', '/health/ready']) {
      const answer = await ask(gateway.port, { path, headers: { host: 'whoever', origin: EVIL } });
      assert.deepEqual([answer.status, answer.text], [200, '{"status":"ok"}\n']);
      assert.match(answer.headers['mcpgen-config-hash'] ?? '', /^[0-9a-f]{64}$/);
    }
    const before = await gateway.metrics();
    const posted = await ask(gateway.port, { path: '/health', body: 'x' });
    assert.deepEqual(
      [posted.status, posted.headers['allow'], (JSON.parse(posted.text) as ErrorBody).error.data.reason],
      [405, 'GET, HEAD', 'method-not-allowed'],
    );
    const name = 'mcpgen_refusals_total{reason="method-not-allowed"}';
    assert.equal((await gateway.metrics()).get(name), (before.get(name) ?? 0) + 1);
  });

  test('an answer that passes says which origin may read it', async () => {
    const answer = await ask(gateway.port, authorised());
    assert.deepEqual([answer.status, answer.headers['access-control-allow-origin'], answer.headers['vary']], [200, APP, 'Origin']);
    assert.match(answer.headers['access-control-expose-headers'] ?? '', /Mcp-Session-Id, WWW-Authenticate/);
    const without = await ask(gateway.port, authorised({ origin: null }));
    assert.deepEqual([without.headers['access-control-allow-origin'], without.headers['vary']], [undefined, 'Origin']);
  });

  test('a request that is allowed has a line too, without anything secret in it', async () => {
    const answer = await ask(gateway.port, authorised({}, { message: request('tools/call', { name: 'echo', arguments: { password: 'hunter2' } }) }));
    const id = answer.headers['x-request-id'];
    const { headers } = upstream.received.at(-1) ?? assert.fail();
    const line = await gateway.waitFor('request', (line) => line['request_id'] === (id ?? headers['x-request-id']));
    assert.deepEqual(
      [line['tenant'], line['client'], line['server'], line['method'], line['rpc'], line['tool'], line['status'], line['reason'], line['complete']],
      ['acme', 'acme', 'search', 'POST', 'tools/call', 'echo', 200, null, true],
    );
    const audit = await gateway.waitFor('audit', (one) => one['request_id'] === line['request_id']);
    assert.deepEqual([audit['tool'], audit['client']], ['echo', 'acme']);
    assert.match(String(audit['arguments_digest']), /^[0-9a-f]{32}$/);
    assert.ok(!JSON.stringify(gateway.logs).includes('hunter2'));
  });
});

describe('the audit', () => {
  test('every refusal and every tool call above is decided again from its line', () => {
    for (const [one, of] of [[gateway, config], [strict, strictConfig]] as const) {
      const replay = replayer(planOf(of));
      const lines = one.logs.filter(({ event }) => event === 'audit');
      const differing = lines.map((line) => (isAuditLine(line) ? replay(line).differences : [`no audit line: ${JSON.stringify(line)}`]));
      assert.deepEqual(differing.filter((found) => found.length > 0), []);
      const refused = one.logs.filter((line) => line['event'] === 'request' && line['reason'] !== null).map((line) => line['request_id']);
      const audited = new Set(lines.map((line) => line['request_id']));
      assert.deepEqual(refused.filter((id) => !audited.has(id)), [], 'refusals that are not in the audit');
    }
    const reasons = new Set(gateway.logs.concat(strict.logs).filter(({ event }) => event === 'audit').map(({ reason }) => reason));
    assert.ok(reasons.size > 25, `only ${reasons.size} reasons were told of`);
  });
});
