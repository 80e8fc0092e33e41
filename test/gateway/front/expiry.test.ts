/** Streams of callers with tokens: they end when the token does, in good order, and a reload leaves them alone as long as the issuer stays. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { initialize, modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { as, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, type AskOptions, type Dialled } from '../../support/http.js';
import { issuerKey, startIssuer, type Issuer } from '../../support/issuer.js';
import { startUpstream, stream, withSessions, type FakeUpstream } from '../../support/upstreams.js';
import { AUDIENCE, bearing, issuedBy, issuerTable, startTokenGateway, tokenConfig } from './token-gateway.js';

const REVISIONS = ['2024-11-05', '2025-11-25', '2026-07-28'];
const CONFIG = tokenConfig({ revisions: REVISIONS });

let issuer: Issuer;
let upstream: FakeUpstream;
let gateway: RunningGateway;

before(async () => {
  issuer = await startIssuer([issuerKey('ES256', 'one')], AUDIENCE);
  upstream = await startUpstream();
  gateway = await startTokenGateway([issuerTable(issuer)], { config: CONFIG, pools: { search: [upstream.url] } });
});
after(async () => {
  await gateway.stop();
  await issuer.close();
});

/** A token that is good for a short while, however slow this machine is just now. */
const short = (subject: string): string => issuer.token(subject, { exp: Date.now() / 1000 + 2 });

async function begun(options: AskOptions, first: string): Promise<Dialled> {
  const connection = await dial(gateway.port);
  connection.send(requestBytes(options));
  assert.equal((await connection.head()).status, 200);
  await connection.body((text) => text.includes(first));
  return connection;
}

async function session(token: string): Promise<string> {
  const answer = await ask(gateway.port, { path: '/mcp/search', message: initialize, headers: bearing(token) });
  assert.equal(answer.status, 200, answer.text);
  return answer.headers['mcp-session-id'] ?? assert.fail('no session');
}

/** A call that the server takes its time for. */
const slowCall = (subject: string): AskOptions => ({
  path: '/mcp/search',
  message: modern('tools/call', { name: 'slow' }, 7),
  headers: { ...modernHeaders('tools/call', 'slow'), ...bearing(short(subject)) },
});

const expired = (subject: string) => gateway.waitFor('request', (line) => line['reason'] === 'token-expired' && line['subject'] === subject);

describe('a stream ends with its token', () => {
  test('a listening GET just ends, complete', async () => {
    upstream.behave = withSessions('get');
    const token = short('getter');
    const id = await session(token);
    const connection = await begun({ path: '/mcp/search', headers: { ...bearing(token), 'mcp-session-id': id } }, ': open');
    assert.equal((await connection.body()).complete, true);
    const line = await expired('getter');
    assert.deepEqual([line['complete'], line['status'], line['method']], [true, 200, 'GET']);
    connection.close();
  });

  test('subscriptions/listen gets its result', async () => {
    upstream.behave = ({ response }) => void stream(response).write('event: message\ndata: {"jsonrpc":"2.0","method":"notifications/x"}\n\n');
    const headers = { ...modernHeaders('subscriptions/listen'), ...bearing(short('listener')) };
    const connection = await begun({ path: '/mcp/search', message: modern('subscriptions/listen', {}, 'sub'), headers }, 'notifications/x');
    const { text, complete } = await connection.body();
    assert.equal(complete, true);
    assert.match(text, /"id":"sub","result":\{"resultType":"complete"/);
    await expired('listener');
    connection.close();
  });

  test('a call whose answer is a stream is told, between two events', async () => {
    upstream.behave = ({ response }) => void stream(response).write('event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n');
    const connection = await begun(slowCall('caller'), 'progress');
    const { text, complete } = await connection.body();
    assert.equal(complete, true);
    const last = JSON.parse(text.trim().split('data: ').at(-1) ?? '') as ErrorBody;
    assert.deepEqual([last.id, last.error.data.reason], [7, 'token-expired']);
    connection.close();
  });

  test('in the middle of an event it is cut a little later, and half an event never looks whole', async () => {
    upstream.behave = ({ response }) => void stream(response).write('event: message\ndata: {"half');
    const connection = await begun(slowCall('halved'), 'half');
    assert.equal((await connection.body()).complete, false);
    await expired('halved');
    connection.close();
  });

  test('the stream of 2024-11-05 ends, and its session at the server with it', async () => {
    upstream.behave = withSessions('old');
    const connection = await begun({ path: '/mcp/search/sse', headers: bearing(short('old')) }, 'event: endpoint');
    assert.equal((await connection.body()).complete, true);
    await expired('old');
    connection.close();
  });

  test('that of a client with a key does not', async () => {
    upstream.behave = withSessions('keyed');
    const opened = await ask(gateway.port, { path: '/mcp/search', message: initialize, headers: as('keyed') });
    const headers = { ...as('keyed'), 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' };
    const connection = await begun({ path: '/mcp/search', headers }, ': open');
    const other = short('beside');
    const others = await begun({ path: '/mcp/search', headers: { ...bearing(other), 'mcp-session-id': await session(other) } }, ': open');
    await others.body();
    assert.equal(connection.isOpen, true);
    others.close();
    connection.close();
  });
});

describe('a session goes on with the next token of the same subject', () => {
  test('and is unknown to anybody else', async () => {
    upstream.behave = withSessions('renewed');
    const id = await session(issuer.token('ann'));
    const use = async (headers: { readonly authorization: string }): Promise<number> => {
      return (await ask(gateway.port, { path: '/mcp/search', message: request('tools/list'), headers: { ...headers, 'mcp-session-id': id } })).status;
    };
    assert.equal(await use(bearing(issuer.token('ann', { jti: 'another' }))), 200);
    assert.equal(await use(bearing(issuer.token('bob'))), 404);
    assert.equal(await use(as('keyed')), 404);
  });

  test('a reload that leaves the issuer as it is leaves streams and sessions; one that changes whom it may speak for ends them', async () => {
    upstream.behave = withSessions('kept');
    const token = issuer.token('eve');
    const id = await session(token);
    const brief = short('eva');
    const idle = await session(brief);
    const connection = await begun({ path: '/mcp/search', headers: { ...bearing(token), 'mcp-session-id': id } }, ': open');
    const asked = issuer.asked;
    assert.equal((await gateway.sighup(CONFIG, undefined, issuedBy(CONFIG, [issuerTable(issuer)])))['event'], 'reloaded');
    assert.equal(connection.isOpen, true);
    assert.equal(issuer.asked, asked, 'its keys are kept');
    const use = (subject: string, session: string) =>
      ask(gateway.port, { path: '/mcp/search', message: request('tools/list'), headers: { ...bearing(issuer.token(subject)), 'mcp-session-id': session } });
    assert.deepEqual([(await use('eve', id)).status, (await use('eva', idle)).status], [200, 200]);

    const narrow = issuedBy(CONFIG, [issuerTable(issuer, { audiences: ['else'] })]);
    assert.equal((await gateway.sighup(CONFIG, undefined, narrow))['event'], 'reloaded');
    await connection.body();
    await gateway.waitFor('request', (line) => line['reason'] === 'access-revoked' && line['subject'] === 'eve');
    assert.equal((await use('eve', id)).status, 401);
    assert.equal((await gateway.sighup(CONFIG, undefined, issuedBy(CONFIG, [issuerTable(issuer)])))['event'], 'reloaded');
    assert.deepEqual([(await use('eve', id)).status, (await use('eva', idle)).status], [404, 404], 'what was taken does not come back');
    connection.close();
  });
});
