/** The end of a gateway as its clients see it, and a reload while they call. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, within, type AskOptions } from '../../support/http.js';
import { answerAll, startUpstream, stream, type FakeUpstream } from '../../support/upstreams.js';

const CONFIG = gatewayConfig({ gateway: { admin: {}, limits: { perAddress: '100000/s' }, timeouts: { drain: '5s' } } });
/** No look at which era it speaks. */
const MODERN = { ...CONFIG, servers: { search: { kind: 'http', revision: 'modern', instances: [{ url: 'http://127.0.0.1:9/mcp' }] } } };
const LISTEN: AskOptions = {
  path: '/mcp/search',
  message: modern('subscriptions/listen', { notifications: { toolsListChanged: true } }, 'sub-1'),
  headers: modernHeaders('subscriptions/listen'),
};
const ACK = 'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged"}\n\n';

let upstream: FakeUpstream;
before(async () => {
  upstream = await startUpstream();
});
const started: RunningGateway[] = [];
after(() => Promise.all(started.map((gateway) => (gateway.signal('SIGKILL'), gateway.ended))));
async function start(config: Config, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
  const gateway = await startGateway({ config, env, pools: { search: [upstream.url] } });
  started.push(gateway);
  return gateway;
}

describe('a modern listening stream at drain', () => {
  async function listening(gateway: RunningGateway, first: string) {
    upstream.behave = ({ response }) => void stream(response).write(first);
    const connection = await dial(gateway.port);
    connection.send(requestBytes(LISTEN));
    await connection.head();
    await connection.body((text) => text.includes(first));
    return connection;
  }

  test('ends with its empty result', async () => {
    const gateway = await start(MODERN);
    const connection = await listening(gateway, ACK);
    gateway.signal('SIGTERM');
    const { text, complete } = await connection.body();
    connection.close();
    assert.ok(complete && text.startsWith(ACK));
    const data = /^event: message\ndata: (.*)\n\n$/.exec(text.slice(ACK.length))?.[1] ?? assert.fail(text);
    assert.deepEqual(JSON.parse(data), {
      jsonrpc: '2.0',
      id: 'sub-1',
      result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub-1' } },
    });
    assert.deepEqual(await within(gateway.ended, 'its end'), { code: 0, signal: null });
  });

  test('not in the middle of an event: that one is finished first', async () => {
    const gateway = await start(MODERN);
    const connection = await listening(gateway, `${ACK}event: message\ndata: {"half":`);
    const behind = upstream.received.at(-1) ?? assert.fail();
    gateway.signal('SIGTERM');
    await gateway.waitFor('draining');
    behind.response.write('"whole"}\n\n');
    const { text, complete } = await connection.body();
    connection.close();
    assert.ok(complete);
    const events = text.split('\n\n').filter((event) => event !== '');
    assert.equal(events.length, 3);
    assert.ok(events[1]?.endsWith('data: {"half":"whole"}') && events[2]?.includes('"resultType":"complete"'));
    assert.equal((await within(gateway.ended, 'its end')).code, 0);
  });
});

test('readiness first: for a while connections are still taken, and new streams sent elsewhere', async () => {
  const gateway = await start(CONFIG, { MCPGEN_PLACEMENT: 'compose', HOST: '127.0.0.1' });
  upstream.behave = answerAll;
  gateway.signal('SIGTERM');
  await gateway.waitFor('draining');
  const ready = await ask(gateway.port, { path: '/health/ready' });
  const call = await ask(gateway.port, { path: '/mcp/search', message: request('tools/list') });
  const listen = await ask(gateway.port, LISTEN);
  const error = (JSON.parse(listen.text) as ErrorBody).error;
  assert.deepEqual([ready.status, call.status, call.headers['connection'], listen.status, error.data.reason], [503, 200, 'close', 503, 'draining']);
  await gateway.waitFor('request', ({ reason }) => reason === 'draining');
  assert.deepEqual(await within(gateway.ended, 'its end', 15_000), { code: 0, signal: null });
});

test('field-01 connections of before and of during the lead that say nothing for a while are all answered, and none is reset', async () => {
  // A lead of five seconds.
  const config = gatewayConfig({ gateway: { admin: {}, limits: { perAddress: '100000/s' }, timeouts: { drain: '25s' } } });
  const gateway = await start(config, { MCPGEN_PLACEMENT: 'compose', HOST: '127.0.0.1' });
  upstream.behave = answerAll;
  const { port } = gateway;
  const call = (id: string): AskOptions => ({ path: '/mcp/search', message: request('tools/call', { name: 'add', arguments: {} }, id) });
  const openMany = () => Promise.all(Array.from({ length: 10 }, () => dial(port)));
  const early = await openMany();
  const kept = await openMany();
  for (const [n, connection] of kept.entries()) {
    connection.send(requestBytes(call(`kept-${n}`)));
    assert.equal((await connection.answer()).headers['connection'], 'keep-alive');
  }
  gateway.signal('SIGTERM');
  await gateway.waitFor('draining');
  const during = await openMany();
  const [lasting] = await openMany();
  // Each of these ends an answer, behind which idle connections used to be closed.
  for (let n = 0; n < 20; n++) assert.equal((await ask(port, call(`other-${n}`))).status, 200);
  for (const [n, connection] of [...early, ...kept, ...during].entries()) {
    assert.ok(connection.isOpen, `connection ${n}`);
    connection.send(requestBytes(call(`late-${n}`)));
    const { status, headers, complete } = await connection.answer();
    assert.deepEqual([status, headers['connection'], complete], [200, 'close', true], `connection ${n}`);
    assert.equal(await within(connection.ended, 'its end'), 'fin');
  }
  // Nobody is let in any more, and who had come says something only now.
  await until('the end of the lead', () => dial(port).then((connection) => (connection.close(), false), () => true));
  lasting?.send(requestBytes(call('last')));
  assert.equal((await lasting?.answer())?.status, 200);
  assert.deepEqual(await within(gateway.ended, 'its end', 15_000), { code: 0, signal: null });
});

test('SIGHUP under load: every call is answered once, by the tables of before or of after', async () => {
  const gateway = await start(CONFIG);
  upstream.behave = answerAll;
  const received = upstream.received.length;
  let isOver = false;
  let calls = 0;
  const worker = async (name: number): Promise<void> => {
    const connection = await dial(gateway.port);
    while (!isOver) {
      const id = `${name}-${++calls}`;
      connection.send(requestBytes({ path: '/mcp/search', message: request('tools/call', { name: 'add', arguments: {} }, id) }));
      const { status, text } = await connection.answer();
      assert.deepEqual([status, (JSON.parse(text) as { id: unknown }).id], [200, id]);
    }
    connection.close();
  };
  const workers = Array.from({ length: 8 }, (_, name) => worker(name));
  for (let turn = 1; turn <= 5; turn++) {
    const line = await gateway.sighup(gatewayConfig({ gateway: { admin: {}, limits: { perAddress: '100000/s' }, timeouts: { firstByte: `${turn + 10}s` } } }));
    assert.equal(line['event'], 'reloaded');
  }
  isOver = true;
  await Promise.all(workers);
  const behind = upstream.received.slice(received).map(({ message }) => message?.id);
  assert.equal(behind.length, calls);
  assert.equal(new Set(behind).size, calls);
  assert.deepEqual(gateway.logs.filter(({ level }) => level === 'error'), []);
});
