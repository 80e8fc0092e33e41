/** The audit of a running gateway: what each line says, what it never says, and that its decision can be made again. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { createLog } from '#src/gateway/runtime/process/log.js';
import { isAuditLine, replayer } from '#src/replay.js';
import { modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { as, client, secretValue, startGateway, type LogLine, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, type AskOptions } from '../../support/http.js';
import { planOf } from '../../support/planned.js';
import { startUpstream } from '../../support/upstreams.js';

let gateway: RunningGateway;
let replica: RunningGateway;
let off: RunningGateway;
let config: Config;

before(async () => {
  const upstream = await startUpstream();
  const pools = { search: [upstream.url] };
  const of = (log: object): Config =>
    gatewayConfig({
      auth: { clients: { acme: { ...client('acme'), permissions: ['read', 'write'] } } },
      origins: { app: 'https://app.example.com' },
      tenants: { acme: { match: [{ client: 'acme' }, { path: true }], servers: '*' } },
      gateway: {
        admin: { writeToken: { secret: 'WRITE_TOKEN' } },
        sessionKeys: [{ secret: 'SESSION_KEY' }],
        trustedProxies: ['127.0.0.1'],
        limits: { perAddress: '100000/s' },
        log,
      },
    });
  config = of({});
  [gateway, replica, off] = await Promise.all([
    startGateway({ pools, config }),
    startGateway({ pools, config }),
    startGateway({ pools, config: of({ audit: false }) }),
  ]);
});

const call = (name: string, args: object = {}, more: AskOptions = {}): AskOptions => ({
  path: '/mcp/search',
  message: request('tools/call', { name, arguments: args }),
  ...more,
  headers: { ...as('acme'), ...more.headers },
});

async function audited(of: RunningGateway, asked: AskOptions, which: (line: LogLine) => boolean = () => true): Promise<LogLine> {
  const since = of.logs.length;
  await ask(of.port, asked);
  return of.waitFor('audit', which, since);
}

describe('a line', () => {
  test('has every fact that the decision used', async () => {
    const forwarded = { 'x-forwarded-for': '198.51.100.7', 'x-correlation-id': 'task-1' };
    const headers = { origin: 'https://APP.example.com', ...forwarded, 'mcp-protocol-version': '2025-11-25' };
    const line = await audited(gateway, call('echo', { q: 'hunter2' }, { path: '/t/acme/mcp/search?token=hunter3', headers }));
    const { timestamp, service, level, request_id, hash, bytes, arguments_digest, ...facts } = line;
    assert.deepEqual(facts, {
      event: 'audit', kind: 'tool-call', correlation_id: 'task-1', tenant: 'acme', client: 'acme',
      principal: { kind: 'client', client: 'acme', permissions: ['read', 'write'] },
      placement: 'local', path: '/t/acme/mcp/search', server: 'search', host: 'localhost', origin: 'https://app.example.com', method: 'POST', scheme: 'http',
      address: '198.51.100.7', peer: '127.0.0.1', revision: '2025-11-25', session: false,
      rpc: 'tools/call', era: 'legacy', tool: 'echo', decision: 'allow', status: null, reason: null, step: null, rule: null,
    });
    assert.match(String(arguments_digest), /^[0-9a-f]{32}$/);
    assert.match(String(hash), /^[0-9a-f]{64}$/);
    assert.ok(Number(bytes) > 0 && timestamp && service && level && request_id);
    assert.ok(!JSON.stringify(gateway.logs).includes('hunter'));
  });

  test('of a refusal says what refused', async () => {
    const line = await audited(gateway, call('echo', {}, { headers: { origin: 'https://evil.example' } }));
    assert.deepEqual(
      [line['kind'], line['decision'], line['status'], line['reason'], line['step'], line['rule'], line['origin'], line['principal']],
      ['refusal', 'refuse', 403, 'origin-not-allowed', 'origin', 'servers.search.origins', 'https://evil.example', null],
    );
  });

  test('of what the parser refused says what is known, with the address', async () => {
    const since = gateway.logs.length;
    const connection = await dial(gateway.port);
    connection.send('this is no HTTP\r\n\r\n');
    const line = await gateway.waitFor('audit', ({ reason }) => reason === 'malformed-request', since);
    assert.deepEqual([line['kind'], line['address'], line['status'], line['step']], ['refusal', '127.0.0.1', 400, null]);
    connection.close();
  });

  test('has bounded texts, and long ones do not look alike', async () => {
    const long = 'x'.repeat(2000);
    const [one, two] = [await audited(gateway, call(`${long}1`)), await audited(gateway, call(`${long}2`))];
    for (const { tool } of [one, two]) assert.match(String(tool), /^x{256}\u2026[0-9a-f]{8}$/);
    assert.notEqual(one['tool'], two['tool']);
    const strange = await audited(gateway, call('echo', {}, { method: 'M'.repeat(64), path: `/${'p'.repeat(3000)}` }));
    assert.ok(JSON.stringify(strange).length < 3000);
  });

  test('of a client that claims to be another line is one line', async () => {
    const line = await audited(gateway, call('x\n{"event":"audit","kind":"admin"}\u2028'));
    assert.equal(line['kind'], 'tool-call');
  });
});

describe('the digest of arguments', () => {
  test('is alike for alike arguments, in each replica, and cannot be made without the key', async () => {
    const digest = async (of: RunningGateway, args: object): Promise<unknown> => (await audited(of, call('echo', args)))['arguments_digest'];
    const one = await digest(gateway, { a: 1 });
    const other = await digest(gateway, { a: 2 });
    assert.equal(one, await digest(gateway, { a: 1 }));
    assert.equal(one, await digest(replica, { a: 1 }));
    assert.notEqual(one, other);
    assert.ok(!createHash('sha256').update('{"a":1}').digest('hex').startsWith(String(one)));
  });
});

describe('what is written', () => {
  test('does not depend on the level of the log', () => {
    const lines: string[] = [];
    const log = createLog('test', 'error', (line) => void lines.push(line));
    log('info', 'request', { a: 1 });
    log('info', 'audit', { a: 1 });
    assert.deepEqual(lines.map((line) => (JSON.parse(line) as LogLine)['event']), ['audit']);
  });

  test('is nothing of calls and refusals where the config says so, and what operators do all the same', async () => {
    const since = off.logs.length;
    await ask(off.port, call('echo'));
    await ask(off.port, call('echo', {}, { headers: { authorization: 'Bearer wrong' } }));
    const reset = (token: string) => ask(off.adminPort, { path: '/circuit-breakers/reset', method: 'POST', headers: { authorization: `Bearer ${token}` } });
    await reset('wrong');
    await off.waitFor('audit', undefined, since);
    await reset(secretValue('WRITE_TOKEN'));
    await off.waitFor('audit', ({ decision }) => decision === 'allow', since);
    const lines = off.logs.slice(since).filter(({ event }) => event === 'audit');
    assert.deepEqual(
      lines.map(({ kind, decision, status, reason, action, by, address }) => [kind, decision, status, reason, action, by, address]),
      [
        ['admin', 'refuse', 401, 'credentials-missing', undefined, undefined, '127.0.0.1'],
        ['admin', 'allow', 200, null, 'circuit-breakers-reset', 'write-token', '127.0.0.1'],
      ],
    );
  });
});

describe('each line', () => {
  test('is decided again as it was: eras, batches, sessions, names in headers', async () => {
    const since = gateway.logs.length;
    const headers = (more: object) => ({ headers: { ...as('acme'), ...more } });
    const at = { path: '/mcp/search' };
    const asked: readonly AskOptions[] = [
      { ...at, message: modern('tools/call', { name: 'echo', arguments: {} }), ...headers(modernHeaders('tools/call', 'echo')) },
      { ...at, message: modern('tools/call', { name: 'ünï' }), ...headers(modernHeaders('tools/call', '=?base64?w7xuw68=?=')) },
      { ...at, message: modern('tools/call', { name: 'echo' }), ...headers(modernHeaders('tools/call', 'other')) },
      { ...at, message: modern('tools/call', { name: `${'x'.repeat(300)}1` }), ...headers(modernHeaders('tools/call', `${'x'.repeat(300)}2`)) },
      { ...at, message: modern('tools/call', { name: 'echo' }), ...headers(modernHeaders('tools/list', 'echo')) },
      { ...at, message: modern('tools/call', { name: 'echo' }), ...headers({ 'mcp-protocol-version': '2026-07-28' }) },
      { ...at, message: modern('prompts/get', { name: 'echo' }), ...headers({ ...modernHeaders('prompts/get') }) },
      { ...at, message: request('tools/call', { name: 'echo' }), ...headers(modernHeaders('tools/call', 'echo')) },
      { ...at, message: request('tools/call', { name: 'echo' }), ...headers({ 'mcp-protocol-version': '2031-01-01' }) },
      { ...at, message: request('tools/call', { name: 'echo' }), ...headers({ 'mcp-protocol-version': '2025-03-99' }) },
      { ...at, message: request('tools/call', {}), ...headers({}) },
      { ...at, message: [request('tools/call', { name: 'one' }), request('tools/call', { name: 'two' }, 2)], ...headers({}) },
      { ...at, message: [request('tools/call', { name: 'one' })], ...headers({ 'mcp-protocol-version': '2025-02-02' }) },
      { ...at, message: request('tools/list'), ...headers({ 'mcp-session-id': 'x'.repeat(80) }) },
      { ...at, method: 'GET', ...headers({ 'mcp-session-id': 'x'.repeat(80) }) },
      { ...at, message: request('tools/list'), headers: {} },
      { ...at, path: '/t/nobody/mcp/search', message: request('tools/list'), ...headers({}) },
      { ...at, message: request('tools/list'), ...headers({ 'x-forwarded-host': 'evil.example' }) },
      { ...at, message: request('tools/list'), ...headers({ 'content-type': 'application/json; charset=latin1' }) },
      { ...at, message: request('tools/list'), ...headers({ 'content-encoding': 'gzip' }) },
    ];
    for (const one of asked) await ask(gateway.port, one);
    await audited(gateway, call('last'), ({ tool }) => tool === 'last');
    const replay = replayer(planOf(config));
    const lines = gateway.logs.slice(since).filter(({ event }) => event === 'audit');
    assert.deepEqual(lines.flatMap((line) => (isAuditLine(line) ? replay(line).differences : ['no line'])), []);
    const reasons = new Set(lines.map(({ reason }) => reason));
    for (const one of ['header-mismatch', 'envelope-invalid', 'revision-not-served', 'session-unknown', 'content-type-unsupported', 'unknown-host', null]) {
      assert.ok(reasons.has(one), `${one} of ${[...reasons].join(' ')}`);
    }
  });
});
