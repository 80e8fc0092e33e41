/** A query string on a route: passed on as it came, in every transport, and told to no log. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { initialize, modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask } from '../../support/http.js';
import { startUpstream, stream, withSessions, type FakeUpstream } from '../../support/upstreams.js';
import { startLegacy, startModern } from '../answer/bridge/support.js';
import { openSession, openStream } from '../answer/sse/support.js';

const http = (more: object = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...more });
const CONFIG = gatewayConfig({
  servers: { plain: http(), own: http(), old: http({ revision: 'legacy' }), fresh: http({ revision: 'modern' }), passed: http({ sse: '/sse' }) },
  gateway: { revisions: ['2024-11-05', '2025-11-25', '2026-07-28'], limits: { perAddress: '100000/s' } },
});
const QUERY = 'tools=a%20b&SECRET=s3cr3t&sessionId=mine&x=+1';
const LIST = request('tools/list');

let gateway: RunningGateway;
let plain: FakeUpstream;
let old: FakeUpstream;
let fresh: FakeUpstream;
let passed: FakeUpstream;
before(async () => {
  [plain, old, fresh, passed] = await Promise.all([startUpstream(), startLegacy(), startModern(), startUpstream()]);
  const pools = { plain: [plain.url], own: [`${plain.url}?fixed=1`], old: [old.url], fresh: [fresh.url], passed: [passed.url] };
  gateway = await startGateway({ config: CONFIG, pools });
});
beforeEach(() => void (plain.behave = withSessions()));
const urls = (of: FakeUpstream, from = 0) => [...new Set(of.received.slice(from).map(({ url }) => url))];

describe('field-14 a query', () => {
  it('reaches the server with every request of a session, beside one that its URL has', async () => {
    for (const [name, url] of [['plain', `/mcp?${QUERY}`], ['own', `/mcp?fixed=1&${QUERY}`]] as const) {
      const from = plain.received.length;
      const path = `/mcp/${name}?${QUERY}`;
      const opened = await ask(gateway.port, { path, message: initialize });
      const headers = { 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' };
      await ask(gateway.port, { path, message: LIST, headers });
      await ask(gateway.port, { path, method: 'DELETE', headers });
      assert.deepEqual([urls(plain, from), plain.received.length - from], [[url], 3]);
    }
  });

  it('field-14b says nothing under a name that the URL of its instance has', async () => {
    for (const [query, left] of [
      ['fixed=2', ''], ['a=1&fixed=2&b=%20+', '&a=1&b=%20+'], ['f%69xed=2&a', '&a'], ['fixed', ''], ['a=1;fixed=2&&b', '&&b'],
      ['fixed2=1&?fixed=3&Fixed=2', '&fixed2=1&?fixed=3&Fixed=2'], ['a=fixed=2&%', '&a=fixed=2&%'],
    ]) {
      const from = plain.received.length;
      await ask(gateway.port, { path: `/mcp/own?${query}`, message: initialize });
      assert.deepEqual(urls(plain, from), [`/mcp?fixed=1${left}`], query);
      await ask(gateway.port, { path: `/mcp/plain?${query}`, message: initialize });
      assert.deepEqual(urls(plain, from + 1), [`/mcp?${query}`], query);
    }
  });

  it('is none where there is none, and an empty one is none', async () => {
    const from = plain.received.length;
    for (const path of ['/mcp/plain', '/mcp/plain?']) await ask(gateway.port, { path, message: initialize });
    assert.deepEqual(urls(plain, from), ['/mcp']);
  });

  it('goes with a session that is opened again', async () => {
    const path = `/mcp/plain?${QUERY}`;
    const opened = await ask(gateway.port, { path, message: initialize });
    const from = plain.received.length;
    plain.behave = withSessions('later');
    assert.equal((await ask(gateway.port, { path, message: LIST, headers: { 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' } })).status, 200);
    assert.deepEqual([urls(plain, from), plain.received.length - from], [[`/mcp?${QUERY}`], 4]);
  });

  it('goes over the bridge in both directions, and a session at the server belongs to one', async () => {
    for (const query of [QUERY, 'other=1', QUERY]) {
      assert.equal((await ask(gateway.port, { path: `/mcp/old?${query}`, message: modern('tools/list'), headers: modernHeaders('tools/list') })).status, 200);
    }
    const said = old.received.map(({ url, message }) => [url, message?.method]);
    const opening = (query: string) => ['initialize', 'notifications/initialized', 'tools/list'].map((method) => [`/mcp?${query}`, method]);
    assert.deepEqual(said, [...opening(QUERY), ...opening('other=1'), [`/mcp?${QUERY}`, 'tools/list']]);
    const path = `/mcp/fresh?${QUERY}`;
    const opened = await ask(gateway.port, { path, message: initialize });
    assert.equal((await ask(gateway.port, { path, message: LIST, headers: { 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' } })).status, 200);
    assert.deepEqual(urls(fresh), [`/mcp?${QUERY}`]);
  });

  it('of a stream of 2024-11-05 goes with what is posted to it, whose own query is the gateway’s', async () => {
    const from = plain.received.length;
    const opened = await openSession(gateway.port, `/mcp/plain/sse?${QUERY}`, null);
    await opened.post(LIST);
    await opened.messages(2);
    opened.close();
    assert.deepEqual(urls(plain, from), [`/mcp?${QUERY}`]);
    passed.behave = ({ method, response }) =>
      method === 'GET' ? void stream(response).write('event: endpoint\ndata: /messages?id=7\n\n') : void response.writeHead(202).end();
    const old = await openStream(gateway.port, `/mcp/passed/sse?${QUERY}`, null);
    assert.equal((await old.post(LIST)).status, 202);
    old.close();
    assert.deepEqual(urls(passed), [`/sse?${QUERY}`, '/messages?id=7']);
  });

  it('stands in no line', async () => {
    await gateway.stop();
    assert.ok(gateway.logs.length > 10);
    assert.deepEqual(gateway.logs.filter((line) => JSON.stringify(line).includes('s3cr3t')), []);
  });
});
