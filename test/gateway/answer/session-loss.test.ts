/** `sessionLoss`: what becomes of a session whose server has forgotten it, or has gone. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { initialize, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { as, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, type AskOptions, type HttpAnswer } from '../../support/http.js';
import { startUpstream, withSessions, type FakeUpstream } from '../../support/upstreams.js';

const instances = [{ url: 'http://127.0.0.1:9/mcp' }];
const CONFIG = gatewayConfig({
  auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } },
  tenants: { acme: { match: { client: 'acme' }, servers: '*' } },
  servers: {
    again: { kind: 'http', instances, sessionLoss: 'reinitialise', strategy: 'round-robin' },
    never: { kind: 'http', instances, sessionLoss: '404' },
  },
  gateway: { admin: {}, limits: { perAddress: '100000/s' }, sessionKeys: [{ secret: 'SESSION_KEY' }] },
});

let one: FakeUpstream;
let two: FakeUpstream;
let gateway: RunningGateway;
const pools = () => ({ again: [one.url, two.url], never: [one.url] });
before(async () => {
  [one, two] = await Promise.all([startUpstream(), startUpstream()]);
  gateway = await startGateway({ config: CONFIG, pools: pools() });
});
beforeEach(() => {
  one.behave = withSessions('one');
  two.behave = withSessions('two');
});

const post = (message: unknown, session?: string, path = '/mcp/again'): AskOptions => ({
  path,
  message,
  headers: { ...as('acme'), ...(session === undefined ? {} : { 'mcp-session-id': session }) },
});
const call = (id: string | number = 'call') => request('tools/call', { name: 'add', arguments: { a: 1 } }, id);
const bodyOf = ({ text }: HttpAnswer) =>
  JSON.parse(text) as {
    readonly id: unknown;
    readonly result?: { readonly from: string; readonly session: string };
    readonly error?: { readonly code: number };
  };
const seen = (upstream: FakeUpstream, method: string, from: number) => upstream.received.slice(from).filter(({ message }) => message?.method === method);

async function opened(path = '/mcp/again'): Promise<string> {
  const answer = await ask(gateway.port, post(initialize, undefined, path));
  assert.equal(answer.status, 200);
  return answer.headers['mcp-session-id'] ?? '';
}

describe('reinitialise', () => {
  test('a session that the server has forgotten is opened again, under the same id, and the call runs once', async () => {
    const session = await opened();
    const [ofOne, ofTwo] = [one.received.length, two.received.length];
    one.behave = withSessions('one-later');
    two.behave = withSessions('two-later');
    const answer = await ask(gateway.port, post(call(), session));
    assert.deepEqual([answer.status, bodyOf(answer).id], [200, 'call']);
    assert.match(bodyOf(answer).result?.session ?? '', /^(one|two)-later-1$/);
    assert.ok([undefined, session].includes(answer.headers['mcp-session-id']));
    const inits = [...seen(one, 'initialize', ofOne), ...seen(two, 'initialize', ofTwo)];
    assert.deepEqual(inits.map(({ message }) => message?.params), [initialize.params]);
    assert.equal([...seen(one, 'notifications/initialized', ofOne), ...seen(two, 'notifications/initialized', ofTwo)].length, 1);
    // The first was turned away with 404, which says that it did not run.
    assert.equal([...seen(one, 'tools/call', ofOne), ...seen(two, 'tools/call', ofTwo)].length, 2);
    assert.equal((await ask(gateway.port, post(call('more'), session))).status, 200);
    assert.equal([...seen(one, 'initialize', ofOne), ...seen(two, 'initialize', ofTwo)].length, 1);
  });

  test('an instance that has gone: the session goes on at another', async () => {
    const session = await opened();
    const from = bodyOf(await ask(gateway.port, post(call(), session))).result?.from;
    const [home, other] = from === 'one' ? [one, two] : [two, one];
    await home.kill();
    const answer = await ask(gateway.port, post(call(), session));
    await home.revive();
    assert.deepEqual([answer.status, bodyOf(answer).result?.from], [200, other === one ? 'one' : 'two']);
  });

  test('many that find the loss at once share one new session', async () => {
    const session = await opened();
    const [ofOne, ofTwo] = [one.received.length, two.received.length];
    one.behave = withSessions('one-later');
    two.behave = withSessions('two-later');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, id) => ask(gateway.port, post(call(id), session))));
    assert.deepEqual(answers.map((answer) => [answer.status, bodyOf(answer).id]), answers.map((_, id) => [200, id]));
    assert.equal([...seen(one, 'initialize', ofOne), ...seen(two, 'initialize', ofTwo)].length, 1);
  });

  test('another gateway opens it as well: what it needs is in the id', async () => {
    const session = await opened();
    one.behave = withSessions('one-later');
    two.behave = withSessions('two-later');
    const other = await startGateway({ config: CONFIG, pools: pools() });
    assert.equal((await ask(other.port, post(call(), session))).status, 200);
    await other.stop();
  });

  test('a stream that listens is opened in the new session', async () => {
    const session = await opened();
    one.behave = withSessions('one-later');
    two.behave = withSessions('two-later');
    const connection = await dial(gateway.port);
    connection.send(
      requestBytes({
        method: 'GET',
        path: '/mcp/again',
        headers: { ...as('acme'), accept: 'text/event-stream', 'mcp-session-id': session, 'last-event-id': 'e7' },
      }),
    );
    const { status, headers } = await connection.head('GET');
    assert.deepEqual([status, headers['content-type']], [200, 'text/event-stream']);
    // Event ids are a session's own: to the new one this means nothing, or another stream.
    const asked = [...one.received, ...two.received].filter(({ method }) => method === 'GET');
    assert.deepEqual(asked.map(({ headers }) => [headers['mcp-session-id']?.includes('later'), headers['last-event-id']]), [[false, 'e7'], [true, undefined]]);
    connection.close();
  });

  test('what the client itself has ended stays ended', async () => {
    const session = await opened();
    assert.equal((await ask(gateway.port, { ...post(undefined, session), method: 'DELETE' })).status, 200);
    const [ofOne, ofTwo] = [one.received.length, two.received.length];
    assert.equal((await ask(gateway.port, post(call(), session))).status, 404);
    assert.equal([...seen(one, 'initialize', ofOne), ...seen(two, 'initialize', ofTwo)].length, 0);
  });

  test('a server that takes no new session either: 502, and the call did not run', async () => {
    const session = await opened();
    const ofOne = one.received.length;
    one.behave = two.behave = ({ response, message }) => void response.writeHead(message?.method === 'initialize' ? 500 : 404).end();
    const answer = await ask(gateway.port, post(call(), session));
    assert.deepEqual([answer.status, bodyOf(answer).id], [502, 'call']);
    assert.ok(one.received.length >= ofOne);
  });

  test('field-03b the client is introduced as it was at first, with numbers that no double holds', async () => {
    const able = '{"experimental":{"n":[9007199254740993,1e400,1.0]}}';
    const params = `{"protocolVersion":"2025-11-25","capabilities":${able},"clientInfo":{"name":"n","version":"1"}}`;
    const body = `{"jsonrpc":"2.0","id":1,"method":"initialize","params": ${params} }`;
    const type = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const session = (await ask(gateway.port, { path: '/mcp/again', body, headers: { ...as('acme'), ...type } })).headers['mcp-session-id'] ?? '';
    const [ofOne, ofTwo] = [one.received.length, two.received.length];
    one.behave = withSessions('one-later');
    two.behave = withSessions('two-later');
    assert.equal((await ask(gateway.port, post(call(), session))).status, 200);
    const again = [...seen(one, 'initialize', ofOne), ...seen(two, 'initialize', ofTwo)].map((received) => `${received.body}`);
    assert.deepEqual(again, [`{"jsonrpc":"2.0","id":"mcpgen","method":"initialize","params":${params}}`]);
  });

  test('field-15a such a server is named with what it answered', async () => {
    const session = await opened();
    one.behave = two.behave = ({ response }) => void response.writeHead(404).end();
    const since = gateway.logs.length;
    assert.equal((await ask(gateway.port, post(call(), session))).status, 502);
    const line = await gateway.waitFor('request', ({ code }) => code === 'HTTP_404', since);
    assert.equal(line['cause'], 'it answered initialize with 404');
    await gateway.waitFor('upstream-failed', ({ code, request_id }) => code === 'HTTP_404' && request_id === line['request_id'], since);
  });
});

describe('404', () => {
  test('the client is told, and nothing is opened for it', async () => {
    const session = await opened('/mcp/never');
    const before = one.received.length;
    one.behave = withSessions('one-later');
    assert.equal((await ask(gateway.port, post(call(), session, '/mcp/never'))).status, 404);
    assert.equal(seen(one, 'initialize', before).length, 0);
  });
});
