/** What is sent again when an instance fails, and what never is: a call that may have run. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, type AskOptions } from '../../support/http.js';
import { answerAll, startUpstream, type Behave, type FakeUpstream } from '../../support/upstreams.js';

const instances = [{ url: 'http://127.0.0.1:9/mcp' }];
const server = (strategy: string) => ({ kind: 'http', instances, strategy });
let one: FakeUpstream;
let two: FakeUpstream;
let gateway: RunningGateway;
before(async () => {
  [one, two] = await Promise.all([startUpstream(), startUpstream()]);
  const both = [one.url, two.url];
  gateway = await startGateway({
    pools: { once: both, never: both, alone: [one.url] },
    config: gatewayConfig({
      servers: { once: server('again'), never: server('plain'), alone: server('plain') },
      strategies: {
        again: { balance: 'round-robin', retries: 1, timeouts: { firstByte: '300ms' } },
        plain: { balance: 'round-robin', timeouts: { firstByte: '300ms' } },
      },
      gateway: { admin: {}, limits: { perAddress: '100000/s' } },
    }),
  });
});
beforeEach(() => {
  one.behave = two.behave = answerAll;
});

const CALL = request('tools/call', { name: 'add', arguments: {} });
const LIST = request('tools/list');
const READS: readonly (readonly [string, AskOptions])[] = [
  ['tools/list', { message: LIST }],
  ['resources/templates/list', { message: request('resources/templates/list') }],
  ['resources/read', { message: request('resources/read', { uri: 'a:b' }) }],
  ['completion/complete', { message: request('completion/complete', {}) }],
  ['a modern list', { message: modern('tools/list'), headers: modernHeaders('tools/list') }],
];
const REST: readonly (readonly [string, AskOptions])[] = [
  ['tools/call', { message: CALL }],
  ['prompts/get', { message: request('prompts/get', { name: 'a' }) }],
  ['a batch', { message: [LIST] }],
  ['a notification', { message: { jsonrpc: '2.0', method: 'notifications/initialized' } }],
  [
    'a read that goes on with input',
    { message: modern('resources/read', { uri: 'a:b', requestState: 's' }), headers: { ...modernHeaders('resources/read'), 'mcp-name': 'a:b' } },
  ],
];
const FAULTS: Readonly<Record<string, { readonly behave: Behave; readonly status: number }>> = {
  'breaks off before an answer': { behave: ({ response }) => void response.socket?.resetAndDestroy(), status: 502 },
  'does not answer in time': { behave: () => {}, status: 504 },
  'answers 503': { behave: ({ response }) => void response.writeHead(503).end(), status: 503 },
};

/** But for the look at which era it speaks. */
const seen = (): number => [...one.received, ...two.received].filter(({ message }) => message?.method !== 'server/discover').length;

/** What the client got, and how often a server saw it. Asked until the failing instance had its turn. */
async function asked(pool: string, options: AskOptions): Promise<{ statuses: number[]; most: number }> {
  const statuses: number[] = [];
  let most = 0;
  for (let turn = 0; turn < 2; turn++) {
    const before = seen();
    statuses.push((await ask(gateway.port, { path: `/mcp/${pool}`, ...options })).status);
    most = Math.max(most, seen() - before);
  }
  return { statuses, most };
}

for (const [fault, { behave, status }] of Object.entries(FAULTS)) {
  describe(`an instance that ${fault}`, () => {
    beforeEach(() => {
      one.behave = behave;
    });
    for (const [what, options] of READS) {
      test(`${what} is sent elsewhere, once`, async () => {
        const { statuses, most } = await asked('once', options);
        assert.deepEqual([statuses, most], [[200, 200], 2]);
      });
    }
    for (const [what, options] of REST) {
      test(`${what} is not`, async () => {
        const { statuses, most } = await asked('once', options);
        assert.ok(statuses.includes(status), String(statuses));
        assert.equal(most, 1);
      });
    }
    test('without retries nothing is', async () => {
      const { statuses, most } = await asked('never', { message: LIST });
      assert.deepEqual([statuses.includes(status), most], [true, 1]);
    });
  });
}

test('two instances that fail: one retry, and what the last one says', async () => {
  one.behave = two.behave = ({ response }) => void response.writeHead(500, { 'content-type': 'text/plain' }).end('broken');
  const before = seen();
  const { status, text } = await ask(gateway.port, { path: '/mcp/once', message: LIST });
  assert.deepEqual([status, text, seen() - before], [500, 'broken', 2]);
});

describe('a kept connection that is closed under a request', () => {
  /** Answers, and closes the connection under the next request that comes on it. */
  const closing = (): Behave => {
    const used = new WeakSet<object>();
    return (received) => {
      const { socket } = received.response;
      if (socket && used.has(socket)) return void socket.destroy();
      if (socket) used.add(socket);
      return answerAll(received);
    };
  };
  test('a list is sent again on a new one', async () => {
    one.behave = closing();
    for (let turn = 0; turn < 4; turn++) assert.equal((await ask(gateway.port, { path: '/mcp/alone', message: LIST })).status, 200);
  });
  test('a call is not: it may have run', async () => {
    one.behave = closing();
    const seen = one.received.length;
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn++) statuses.push((await ask(gateway.port, { path: '/mcp/alone', message: CALL })).status);
    assert.ok(statuses.includes(502), String(statuses));
    assert.equal(one.received.length - seen, 4);
  });
});
