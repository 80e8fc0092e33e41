/** Calls that a child leaves without a reply: their clients and the log are told the same, and neither that the child answered. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { initialize, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, type HttpAnswer } from '../../support/http.js';
import { json, messages, open as openSession, request as asked, send, start, type Json } from './support.js';

const tool = (name: string, args: Json = {}) => request('tools/call', { name, arguments: { key: name, ...args } }, 7);
const faulty = (more = {}, ...flags: readonly string[]) => ({
  kind: 'stdio', command: [process.execPath, resolve('test/gateway/faults/children/faulty.mjs'), ...flags], env: { SEEN: '/dev/null' }, ...more,
});
const server = (...flags: readonly string[]) => [process.execPath, resolve('test/gateway/stdio/children/server.mjs'), ...flags];
const WAITS = "process.stdin.resume(); setInterval(() => {}, 1000)";
const CONFIG = gatewayConfig({
  servers: {
    tool: faulty(),
    shared: faulty({ sharing: 'shared' }),
    narrow: { kind: 'stdio', command: server(), limits: { line: '64kb' } },
    hasty: faulty({ strategy: 'hasty' }),
    brief: faulty({ strategy: 'brief' }),
    silent: { kind: 'stdio', command: [process.execPath, '-e', WAITS], strategy: 'hasty' },
    dying: faulty({}, 'exit'),
    missing: { kind: 'stdio', command: ['no-such-command-here'] },
    absent: { kind: 'stdio', command: ['no-such-command-here'], sharing: 'shared' },
  },
  strategies: {
    hasty: { balance: 'round-robin', timeouts: { firstByte: '800ms' } },
    brief: { balance: 'round-robin', timeouts: { response: '1s' } },
  },
});

let gateway: RunningGateway;
before(async () => {
  gateway = await startGateway({ config: CONFIG });
});

/** The error of an answer, and the two lines that tell of it. */
async function lines(answer: HttpAnswer): Promise<{ error: Json; line: Json; failed: Json }> {
  const data = answer.text.startsWith('{') ? answer.text : (answer.text.match(/data: (.*)/g)?.at(-1) ?? '').slice(6);
  const { error, id } = JSON.parse(data) as Json;
  assert.ok(id === 7 || id === initialize.id, 'the request’s own id');
  const requestId = answer.headers['x-request-id'];
  assert.equal(error.data.requestId, requestId);
  const line = await gateway.waitFor('request', ({ request_id }) => request_id === requestId);
  const failed = await gateway.waitFor('upstream-failed', ({ request_id }) => request_id === requestId);
  return { error, line, failed };
}

async function open(path: string): Promise<Record<string, string>> {
  const answer = await ask(gateway.port, { path, message: initialize });
  assert.equal(answer.status, 200, answer.text);
  return { 'mcp-session-id': answer.headers['mcp-session-id'] ?? '' };
}

const JSON_ONLY = { accept: 'application/json' };

describe('field-15c field-17 a call that its child does not answer', () => {
  for (const [name, path, message, status, reason, code] of [
    ['whose child exits', '/mcp/tool', tool('exit'), 502, 'upstream-lost', 'CHILD_EXITED'],
    ['whose shared child exits', '/mcp/shared', tool('exit'), 502, 'upstream-lost', 'CHILD_EXITED'],
    ['with an answer that is too long', '/mcp/narrow', request('big', { bytes: 100_000, order: 'first' }, 7), 502, 'answer-too-long', 'ANSWER_TOO_LONG'],
    ['with no answer in time', '/mcp/brief', tool('hang'), 504, 'upstream-timeout', 'NO_ANSWER'],
  ] as const) {
    for (const [shape, headers] of [['JSON', JSON_ONLY], ['a stream', {}]] as const) {
      test(`${name}, as ${shape}`, async () => {
        const answer = await ask(gateway.port, { path, message, headers: { ...(await open(path)), ...headers } });
        assert.equal(answer.status, shape === 'JSON' ? status : 200);
        const { error, line, failed } = await lines(answer);
        assert.equal(error.data.reason, reason);
        assert.deepEqual([line['reason'], line['code'], line['status']], [reason, code, answer.status]);
        assert.deepEqual([failed['code'], failed['cause'], failed['blame']], [code, line['cause'], 'server']);
      });
    }
  }

  for (const [name, status, reason, code, cause] of [
    ['silent', 504, 'upstream-timeout', 'NO_ANSWER', /no answer to initialize within timeouts\.firstByte \(0\.8 s\)/],
    ['dying', 502, 'upstream-lost', 'CHILD_EXITED', /see child-exited/],
    ['missing', 503, 'no-instance', 'NOT_STARTED', /cannot be started: see child-not-started/],
    ['absent', 503, 'no-instance', 'NOT_STARTED', /cannot be started: see child-not-started/],
  ] as const) {
    test(`of a server that is ${name}`, async () => {
      const answer = await ask(gateway.port, { path: `/mcp/${name}`, message: initialize });
      assert.equal(answer.status, status, answer.text);
      const { error, line, failed } = await lines(answer);
      assert.equal(error.data.reason, reason);
      assert.deepEqual([line['reason'], line['code'], failed['code']], [reason, code, code]);
      assert.match(String(failed['cause']), cause);
    });
  }

  test('in time for its first byte says so in the line, and not that a connection was closed', async () => {
    const answer = await ask(gateway.port, { path: '/mcp/hasty', message: tool('hang'), headers: { ...(await open('/mcp/hasty')), ...JSON_ONLY } });
    assert.equal(answer.status, 504);
    const { failed } = await lines(answer);
    assert.deepEqual([failed['code'], failed['cause']], ['NO_ANSWER', 'no answer within timeouts.firstByte (0.8 s)']);
  });
});

test('field-17 a child that is told of an error is told neither reason nor request', async () => {
  const { upstream } = start({ child: { line: 100_000 } });
  const session = await openSession(upstream);
  const [answer] = await messages((await send(upstream, { session, body: asked('bigQuestion', { bytes: 300_000 }) })).body);
  const { error } = answer?.['result'].answer;
  assert.deepEqual(Object.keys(error), ['code', 'message']);
});

test('field-17 two who wait for one shared child are each told their own request', async () => {
  const { upstream } = start({ script: '../../faults/children/faulty.mjs', flags: ['exit'], env: { SEEN: '/dev/null' }, child: { sharing: 'shared' } });
  const both = ['request-1', 'request-2'].map(async (name, n) => {
    const answer = await send(upstream, { body: { ...initialize, id: n }, headers: { 'x-request-id': name } });
    const { id, error } = await json(answer);
    return [answer.status, id, error.data];
  });
  const told = [0, 1].map((n) => [502, n, { reason: 'upstream-lost', requestId: `request-${n + 1}` }]);
  assert.deepEqual(await Promise.all(both), told);
});

test('field-17 a modern child, too', async () => {
  const { upstream } = start({ script: 'modern.mjs', child: { modern: true } });
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  const answer = await send(upstream, { body: asked('exit', { _meta }), headers: { 'x-request-id': 'request-3' } });
  assert.deepEqual((await json(answer))['error'].data, { reason: 'upstream-lost', requestId: 'request-3' });
  assert.equal(answer.failure?.()?.reason, 'upstream-lost');
});
