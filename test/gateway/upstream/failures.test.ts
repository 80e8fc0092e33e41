/** What is said of a server that fails, that is not there, that sends elsewhere, or that wants credentials: in the log, and on the pages. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { initialize, modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type LogLine, type RunningGateway } from '../../support/gateway.js';
import { ask, type HttpAnswer } from '../../support/http.js';
import { openStream } from '../answer/sse/support.js';
import { answerAll, closedPort, startRawUpstream, startUpstream, withSessions, type FakeUpstream } from '../../support/upstreams.js';

const server = (more: object = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...more });
const CONFIG = gatewayConfig({
  servers: { dead: server(), odd: server(), slow: server(), plain: server(), late: server(), bridged: server({ revision: 'legacy' }) },
  gateway: {
    revisions: ['2024-11-05', '2025-11-25', '2026-07-28'],
    admin: {},
    limits: { perAddress: '100000/s' },
    timeouts: { connect: '1s', firstByte: '1s', drain: '1s' },
  },
});
const LIST = request('tools/list');
const CALL = request('tools/call', { name: 'add', arguments: {} }, 7);
const reasonOf = ({ text }: HttpAnswer): string => (JSON.parse(text) as ErrorBody).error.data.reason;

let gateway: RunningGateway;
let plain: FakeUpstream;
before(async () => {
  const [dead, odd, slow] = await Promise.all([
    closedPort(),
    startRawUpstream((socket) => void socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))),
    startRawUpstream(() => {}),
  ]);
  plain = await startUpstream();
  const url = (port: number) => [`http://127.0.0.1:${port}/mcp`];
  const pools = { dead: url(dead), odd: url(odd.port), slow: url(slow.port), plain: [plain.url], late: [plain.url], bridged: [plain.url] };
  gateway = await startGateway({ config: CONFIG, pools });
});

interface Health {
  readonly status: string;
  readonly servers: Readonly<Record<string, unknown>>;
}
interface Stats {
  readonly servers: Readonly<Record<string, { cause: { cause: string; at: string } | null; load: { last_failure: { code: string } | null }[] }>>;
}

const said = ({ code, blame, server }: LogLine) => ({ code, blame, server });
async function failing(name: string, message: object = CALL): Promise<{ answer: HttpAnswer; line: LogLine; failure: LogLine }> {
  const since = gateway.logs.length;
  const answer = await ask(gateway.port, { path: `/mcp/${name}`, message });
  const line = await gateway.waitFor('request', (one) => one['server'] === name, since);
  const failure = await gateway.waitFor('upstream-failed', (one) => one['request_id'] === line['request_id'], since);
  return { answer, line, failure };
}

describe('field-15 why an upstream failed', () => {
  it('is in the line of the request, and in one of the instance that names the request', async () => {
    for (const [name, status, code, blame] of [
      ['dead', 503, 'ECONNREFUSED', 'server'],
      ['odd', 502, 'MALFORMED_ANSWER', 'server'],
      ['slow', 504, 'NO_ANSWER', 'server'],
    ] as const) {
      const { answer, line, failure } = await failing(name);
      assert.equal(answer.status, status, name);
      assert.deepEqual([said(line), said(failure)], [{ code, blame, server: name }, { code, blame, server: name }]);
      assert.ok(String(failure['cause']).length > 5 && typeof failure['instance'] === 'string', JSON.stringify(failure));
    }
    assert.match(String((await failing('odd')).failure['cause']), /status line/);
  });

  it('is told with instance-down, at /health/servers by its code, and to operators in full', async () => {
    const down = await gateway.waitFor('instance-down', (line) => line['server'] === 'dead');
    assert.deepEqual([down['code'], down['blame']], ['ECONNREFUSED', 'server']);
    const health = JSON.parse((await ask(gateway.port, { path: '/health/servers' })).text) as Health;
    const dead = { status: 'down', healthy: 0, total: 1, unknown: 0, percent: 0, code: 'ECONNREFUSED' };
    assert.deepEqual([health.status, health.servers['dead']], ['degraded', dead]);
    const stats = JSON.parse((await gateway.admin('/gateway/stats')).text) as Stats;
    assert.match(stats.servers['dead']?.cause?.at ?? '', /^\d{4}-.*Z$/, 'field-31 as its last_failure has it');
    assert.match(stats.servers['dead']?.cause?.cause ?? '', /^connect ECONNREFUSED 127\.0\.0\.1:/);
    assert.equal(stats.servers['odd']?.load[0]?.last_failure?.code, 'MALFORMED_ANSWER');
  });

  it('a server that answers 503 itself is named with its status', async () => {
    plain.behave = ({ response }) => void response.writeHead(503).end();
    const { failure } = await failing('plain');
    assert.deepEqual([failure['code'], failure['blame']], ['HTTP_503', 'server']);
    plain.behave = answerAll;
  });

  it('an answer that breaks off is said too', async () => {
    plain.behave = ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' }).write('{');
      setImmediate(() => response.destroy());
    };
    const since = gateway.logs.length;
    await ask(gateway.port, { path: '/mcp/late', message: CALL }).catch(() => {});
    const line = await gateway.waitFor('request', (one) => one['server'] === 'late', since);
    assert.deepEqual([line['status'], line['complete'], typeof line['code']], [200, false, 'string']);
    await gateway.waitFor('upstream-failed', (one) => one['request_id'] === line['request_id'], since);
    plain.behave = answerAll;
  });
});

describe('field-15 a server that was never reached', () => {
  it('is unknown, until a probe or a call has said something', async () => {
    const config = gatewayConfig({ servers: { notes: { kind: 'stdio', command: [process.execPath, '-e', ''] } }, gateway: { admin: {} } });
    const fresh = await startGateway({ config });
    const health = JSON.parse((await ask(fresh.port, { path: '/health/servers' })).text) as unknown;
    assert.deepEqual(health, { status: 'unknown', servers: { notes: { status: 'unknown', healthy: 0, total: 1, unknown: 1, percent: null } } });
    const metrics = await fresh.metrics();
    assert.equal(metrics.get('mcpgen_upstream_health_ratio{server="notes"}'), undefined);
    await fresh.stop();
  });
});

describe('field-15b a server that never answered', () => {
  it('is not said to be up: a child that ends at once', async () => {
    const config = gatewayConfig({ servers: { notes: { kind: 'stdio', command: [process.execPath, '-e', ''] } }, gateway: { admin: {} } });
    const fresh = await startGateway({ config });
    const answer = await ask(fresh.port, { path: '/mcp/notes', message: initialize });
    assert.ok(answer.status > 500, `${answer.status}`);
    const { servers } = JSON.parse((await ask(fresh.port, { path: '/health/servers' })).text) as { servers: { notes: Record<string, unknown> } };
    assert.ok(servers.notes['status'] !== 'up' && servers.notes['percent'] !== 100, JSON.stringify(servers.notes));
    assert.equal(typeof servers.notes['code'], 'string');
    await fresh.stop();
  });
});

describe('field-15a a session at a legacy server that cannot be opened', () => {
  const HTML = { 'content-type': 'text/html' };
  const JSON_TYPE = { 'content-type': 'application/json' };
  for (const [status, headers, body, code, cause] of [
    [200, HTML, '<h1>Sign in</h1>', 'MALFORMED_ANSWER', 'its answer to initialize is text/html and no JSON-RPC reply'],
    [200, {}, 'nonsense', 'MALFORMED_ANSWER', 'its answer to initialize is of no type and no JSON-RPC reply'],
    [200, JSON_TYPE, '{"x":1}', 'MALFORMED_ANSWER', 'its answer to initialize is application/json and no JSON-RPC reply'],
    [200, JSON_TYPE, '{"jsonrpc":"2.0","id":"mcpgen","result":{}}', 'MALFORMED_ANSWER', 'its answer to initialize has no protocolVersion'],
    [200, JSON_TYPE, '{"jsonrpc":"2.0","id":1,"error":{"code":-32602}}', 'JSONRPC_ERROR', 'it answered initialize with the JSON-RPC error -32602'],
    ...[204, 404, 405, 421].map((status) => [status, {}, '', `HTTP_${status}`, `it answered initialize with ${status}`] as const),
    [503, {}, '', 'HTTP_503', 'it answered initialize with 503'],
  ] as const) {
    it(`is named with what came: ${status} ${body}`, async () => {
      plain.behave = ({ response }) => void response.writeHead(status, headers).end(body);
      const since = gateway.logs.length;
      const answer = await ask(gateway.port, { path: '/mcp/bridged', message: modern('tools/list'), headers: modernHeaders('tools/list') });
      assert.deepEqual([answer.status, reasonOf(answer)], [502, 'upstream-lost']);
      const line = await gateway.waitFor('request', (one) => one['server'] === 'bridged', since);
      assert.deepEqual([line['code'], line['cause'], line['blame']], [code, cause, 'server']);
      const failure = await gateway.waitFor('upstream-failed', (one) => one['request_id'] === line['request_id'], since);
      assert.deepEqual([failure['code'], failure['instance']], [code, line['instance']]);
      plain.behave = answerAll;
    });
  }
});

describe('field-15 a redirect', () => {
  for (const [status, location, wanted] of [
    [307, '/mcp/', /the path \/mcp\/$/],
    [302, 'http://elsewhere.example/login?next=secret', /the address http:\/\/elsewhere\.example\/login$/],
    [301, undefined, /no place/],
  ] as const) {
    it(`${status} is a 502 of its own reason, and the line says what to configure`, async () => {
      plain.behave = ({ response }) => void response.writeHead(status, location === undefined ? {} : { location }).end();
      const { answer, line, failure } = await failing('plain');
      assert.deepEqual([answer.status, reasonOf(answer), answer.headers['location']], [502, 'upstream-redirects', undefined]);
      assert.deepEqual(said(failure), { code: 'REDIRECT', blame: 'config', server: 'plain' });
      assert.match(String(line['cause']), wanted);
      plain.behave = answerAll;
    });
  }
});

describe('field-15 a 304', () => {
  it('that nobody asked for is a 502, and one to a condition passes', async () => {
    plain.behave = ({ response }) => void response.writeHead(304).end();
    const { answer, line } = await failing('plain');
    assert.deepEqual([answer.status, reasonOf(answer), line['code'], line['blame']], [502, 'upstream-lost', 'HTTP_304', 'server']);
    const get = { path: '/mcp/plain', method: 'GET', headers: { accept: 'text/event-stream' } };
    assert.equal((await ask(gateway.port, get)).status, 502);
    assert.equal((await ask(gateway.port, { ...get, headers: { ...get.headers, 'if-none-match': '"a"' } })).status, 304);
    plain.behave = answerAll;
  });
});

describe('field-33 a server’s demand for credentials', () => {
  const demand = { 'www-authenticate': 'Bearer resource_metadata="https://evil.example/.well-known"' };

  it('is a 502 of its own reason in every transport, and no client hears of it', async () => {
    plain.behave = withSessions();
    const opened = await ask(gateway.port, { path: '/mcp/plain', message: initialize });
    const session = { 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' };
    plain.behave = ({ response }) => void response.writeHead(401, demand).end();
    const asked = [
      { path: '/mcp/plain', message: LIST },
      { path: '/mcp/plain', message: CALL, headers: session },
      { path: '/mcp/plain', method: 'GET', headers: { ...session, accept: 'text/event-stream' } },
      { path: '/mcp/plain', method: 'DELETE', headers: session },
      { path: '/mcp/plain', message: initialize },
      { path: '/mcp/bridged', message: modern('tools/list'), headers: modernHeaders('tools/list') },
    ];
    for (const one of asked) {
      const answer = await ask(gateway.port, one);
      assert.deepEqual([answer.status, reasonOf(answer), answer.headers['www-authenticate']], [502, 'upstream-denied', undefined], JSON.stringify(one));
    }
    const { failure } = await failing('plain');
    assert.deepEqual(said(failure), { code: 'UNAUTHORIZED', blame: 'config', server: 'plain' });
    assert.match(String(failure['cause']), /upstream\.auth/);
    plain.behave = answerAll;
  });

  it('on a stream of 2024-11-05 is the reply to what was asked', async () => {
    plain.behave = ({ response }) => void response.writeHead(401, demand).end();
    const old = await openStream(gateway.port, '/mcp/plain/sse', null);
    assert.equal((await old.post(initialize)).status, 202);
    const text = await old.text((all) => all.includes('"error"'));
    assert.ok(text.includes('"reason":"upstream-denied"') && !text.includes('evil.example'), text);
    old.close();
    plain.behave = answerAll;
  });

  it('with another status loses its header', async () => {
    plain.behave = ({ response }) => void response.writeHead(403, { ...demand, 'authentication-info': 'x' }).end();
    const answer = await ask(gateway.port, { path: '/mcp/plain', message: LIST });
    assert.deepEqual([answer.status, answer.headers['www-authenticate'], answer.headers['authentication-info']], [403, undefined, undefined]);
    plain.behave = answerAll;
  });

  it('counts against no breaker: the server is there', () => {
    assert.equal(gateway.logs.filter(({ event, server }) => event === 'instance-down' && server === 'plain').length, 0);
  });
});
