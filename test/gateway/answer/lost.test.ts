/** Servers that have forgotten a session and say so in other words than 404; and servers that say the same and mean something else. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { initialize, modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, until, type AskOptions, type HttpAnswer } from '../../support/http.js';
import { openSession } from './sse/support.js';
import { json, startUpstream, stream, type Behave, type FakeUpstream, type Received } from '../../support/upstreams.js';

const instances = [{ url: 'http://127.0.0.1:9/mcp' }];
const CONFIG = gatewayConfig({
  servers: {
    again: { kind: 'http', instances, sessionLoss: 'reinitialise' },
    never: { kind: 'http', instances, sessionLoss: '404' },
    bridged: { kind: 'http', instances, revision: 'legacy' },
  },
  gateway: { revisions: ['2024-11-05', '2025-11-25', '2026-07-28'], limits: { perAddress: '100000/s' } },
});

type Say = (received: Received) => void;
const text = (status: number, body: string, type = 'text/plain'): Say => ({ response }) => void response.writeHead(status, { 'content-type': type }).end(body);
const error = (status: number, code: number, message: string, id: unknown = null): Say =>
  text(status, JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id }), 'application/json');

/** What servers say to a session that they do not know. */
const WORDS: readonly (readonly [string, Say])[] = [
  ['404, as the specification has it', text(404, '')],
  ['the reference servers: 400, no valid session', error(400, -32000, 'Bad Request: No valid session ID provided')],
  ['the TypeScript SDK: 400, not initialized', error(400, -32000, 'Bad Request: Server not initialized')],
  ['the Python SDK of before: 400', error(400, -32600, 'Bad Request: No valid session ID provided', 'server-error')],
  ['400 in plain text', text(400, 'Invalid or missing session ID')],
  ['400 without a word', text(400, '')],
  ['410', text(410, 'Gone')],
  ['503 that names the session', error(503, -32001, 'Session not found')],
  ['an error in a 200', (received) => error(200, -32600, 'Session not found', received.message?.id)(received)],
  ['an error on a stream that is there as a whole', ({ message, response }) => {
    const error = { code: -32602, message: 'Received request before initialization was complete' };
    const body = `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: message?.id, error })}\n\n`;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': String(body.length) }).end(body);
  }],
];

const answering = (from: string): Say => ({ message, response }) => json(response, { jsonrpc: '2.0', id: message?.id, result: { from } });

/** A server that knows its own sessions, runs calls in them, and says `lost` to all others. */
function keeping(prefix: string, lost: Say, runs: Say = answering(prefix)): Behave {
  const open = new Set<string>();
  return (received) => {
    const { message, method, headers, response } = received;
    if (message?.method === 'initialize') {
      const id = `${prefix}-${open.size + 1}`;
      open.add(id);
      const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' } };
      return json(response, { jsonrpc: '2.0', id: message.id, result }, { 'mcp-session-id': id });
    }
    if (!open.has(headers['mcp-session-id'] ?? '')) return lost(received);
    if (method === 'DELETE') return void response.writeHead(200).end();
    if (method === 'GET') return void stream(response).write(': open\n\n');
    if (message?.id === undefined) return void response.writeHead(202).end();
    if (message.method === 'ping') return json(response, { jsonrpc: '2.0', id: message.id, result: {} });
    return runs(received);
  };
}

let upstream: FakeUpstream;
let gateway: RunningGateway;
before(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({ config: CONFIG, pools: { again: [upstream.url], never: [upstream.url], bridged: [upstream.url] } });
});
let since = 0;
beforeEach(() => void (since = upstream.received.length));

const CALL = request('tools/call', { name: 'add', arguments: {} }, 'call');
const inSession = (session: string, more: Partial<AskOptions> = {}, path = '/mcp/again'): AskOptions =>
  ({ path, message: CALL, ...more, headers: { accept: 'application/json, text/event-stream', 'mcp-session-id': session } });
const said = (): string[] => upstream.received.slice(since).map(({ method, message }) => message?.method ?? (message ? 'reply' : method));
const count = (method: string): number => said().filter((one) => one === method).length;
const bodyOf = ({ text }: HttpAnswer) => JSON.parse(text) as { id: unknown; result?: { from: string } };

async function opened(path = '/mcp/again'): Promise<string> {
  const answer = await ask(gateway.port, { path, message: initialize });
  since = upstream.received.length;
  return answer.headers['mcp-session-id'] ?? assert.fail(answer.text);
}

describe('field-05a a lost session is opened again, once', () => {
  for (const [what, lost] of WORDS) {
    it(what, async () => {
      upstream.behave = keeping('one', lost);
      const session = await opened();
      upstream.behave = keeping('two', lost);
      const answer = await ask(gateway.port, inSession(session));
      assert.deepEqual([answer.status, bodyOf(answer).id, bodyOf(answer).result?.from], [200, 'call', 'two'], answer.text);
      assert.deepEqual([count('initialize'), count('notifications/initialized'), count('tools/call')], [1, 1, 2]);
      assert.equal(bodyOf(await ask(gateway.port, inSession(session))).result?.from, 'two');
      assert.equal(count('initialize'), 1);
    });

    it(`on a stream that listens: ${what}`, async () => {
      upstream.behave = keeping('one', lost);
      const session = await opened();
      upstream.behave = keeping('two', lost);
      const { behave } = upstream;
      upstream.behave = (received) => {
        const isOpen = received.method === 'GET' && received.headers['mcp-session-id'] === 'two-1';
        return isOpen ? void stream(received.response).end(': over\n\n') : behave(received);
      };
      const answer = await ask(gateway.port, inSession(session, { method: 'GET', message: undefined }));
      assert.deepEqual([answer.status, answer.text], [200, ': over\n\n'], answer.text);
      assert.equal(count('initialize'), 1);
    });

    it(`where the session is to end: ${what}`, async () => {
      upstream.behave = keeping('one', lost);
      const session = await opened();
      upstream.behave = keeping('two', lost);
      assert.equal((await ask(gateway.port, inSession(session, { method: 'DELETE', message: undefined }))).status, 404);
      assert.equal(count('initialize'), 0);
    });

    it(`is told with 404, where the table says so: ${what}`, async () => {
      upstream.behave = keeping('one', lost);
      const session = await opened('/mcp/never');
      upstream.behave = keeping('two', lost);
      assert.deepEqual([(await ask(gateway.port, inSession(session, {}, '/mcp/never'))).status, count('initialize')], [404, 0]);
    });

    it(`ends a stream of 2024-11-05, whose client is told: ${what}`, async () => {
      upstream.behave = keeping('one', lost);
      const old = await openSession(gateway.port, '/mcp/again/sse', null);
      await until('the stream that listens', () => count('GET') === 1);
      upstream.behave = keeping('two', lost);
      await old.post(CALL);
      const text = await old.text();
      assert.ok(text.includes('"id":"call","error"'), text);
      assert.equal(count('tools/call') - count('initialize'), 0, 'said once, to the session that the stream had opened');
    });

    it(`over the bridge: ${what}`, async () => {
      upstream.behave = keeping('one', lost);
      const message = modern('tools/call', { name: 'add', arguments: {} }, 'call');
      const asked = { path: '/mcp/bridged', message, headers: modernHeaders('tools/call', 'add') };
      assert.equal((await ask(gateway.port, asked)).status, 200);
      since = upstream.received.length;
      upstream.behave = keeping('two', lost);
      const answer = await ask(gateway.port, asked);
      assert.deepEqual([answer.status, bodyOf(answer).result?.from], [200, 'two'], answer.text);
      assert.deepEqual([count('initialize'), count('tools/call')], [1, 2]);
    });
  }
});

describe('field-05b what is no lost session passes as it is, and nothing is repeated', () => {
  for (const [what, runs] of [
    ['a call that is refused with 400', error(400, -32602, 'Invalid params: session is missing', 'call')],
    ['a 400 without a word', text(400, '')],
    ['a 410', text(410, 'that file is gone')],
    ['a server that is overloaded', text(503, 'try later')],
    ['a tool that speaks of another session', error(200, -32000, 'Session expired: log in to the CRM again', 'call')],
    ['a tool that is not known', error(200, -32602, 'Unknown tool: add', 'call')],
  ] as const) {
    it(what, async () => {
      for (const path of ['/mcp/again', '/mcp/never']) {
        upstream.behave = keeping('one', WORDS[1]?.[1] ?? assert.fail(), runs);
        const session = await opened(path);
        const answer = await ask(gateway.port, inSession(session, {}, path));
        const expected = await ask(upstream.port, { path: '/mcp', message: CALL, headers: { 'mcp-session-id': 'one-1' } });
        assert.deepEqual([answer.status, answer.text], [expected.status, expected.text]);
        assert.deepEqual([count('initialize'), count('tools/call')], [0, 2]);
      }
    });
  }

  it('a server that is down for all: the question is refused too, and the session not touched', async () => {
    upstream.behave = keeping('one', WORDS[1]?.[1] ?? assert.fail());
    const session = await opened();
    const working = upstream.behave;
    upstream.behave = text(503, 'Service Unavailable');
    assert.deepEqual([(await ask(gateway.port, inSession(session))).status, count('initialize')], [503, 0]);
    upstream.behave = working;
    assert.equal(bodyOf(await ask(gateway.port, inSession(session))).result?.from, 'one');
  });

  it('a call that ran and took its server down with it: not repeated, and the next one finds a new session', async () => {
    const lost = WORDS[1]?.[1] ?? assert.fail();
    let ran = 0;
    upstream.behave = keeping('one', lost, ({ response }) => {
      ran++;
      response.writeHead(503, { 'content-type': 'text/plain' }).end('session backend crashed');
      upstream.behave = keeping('two', lost, (received) => (ran++, json(received.response, { jsonrpc: '2.0', id: 'call', result: { from: 'two' } })));
    });
    const session = await opened();
    assert.deepEqual([(await ask(gateway.port, inSession(session))).status, ran], [503, 1]);
    assert.deepEqual([bodyOf(await ask(gateway.port, inSession(session))).result?.from, ran], ['two', 2]);
  });
});
