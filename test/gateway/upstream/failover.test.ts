/** Several instances: how requests are spread, what happens when one dies under load, and when it is back. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, type HttpAnswer } from '../../support/http.js';
import { answerAll, startUpstream, type FakeUpstream, type Received } from '../../support/upstreams.js';

let one: FakeUpstream;
let two: FakeUpstream;
let gateway: RunningGateway;
before(async () => {
  [one, two] = await Promise.all([startUpstream(), startUpstream()]);
  const server = (strategy: string) => ({ kind: 'http', strategy, instances: [{ url: 'http://127.0.0.1:9/mcp' }] });
  gateway = await startGateway({
    pools: { turns: [one.url, two.url], fill: [one.url, two.url] },
    config: gatewayConfig({
      servers: { turns: server('round-robin'), fill: server('least-connections') },
      gateway: { admin: {}, limits: { perAddress: '100000/s' }, timeouts: { connect: '1s', drain: '1s' } },
    }),
  });
});
beforeEach(() => {
  one.behave = two.behave = answerAll;
});

let last = 0;
const call = (server = 'turns'): Promise<HttpAnswer> =>
  ask(gateway.port, { path: `/mcp/${server}`, message: request('tools/call', { name: 'count' }, ++last) });
const counts = (): [number, number] => [one.received.length, two.received.length];
/** Requests under way at all instances. */
async function active(): Promise<number> {
  const { pools } = JSON.parse((await gateway.admin('/config')).text) as { pools: { instances: { active: number }[] }[] };
  return pools.flatMap(({ instances }) => instances).reduce((sum, { active }) => sum + active, 0);
}
async function spread(server: string, times: number): Promise<[number, number]> {
  const before = counts();
  for (let i = 0; i < times; i++) assert.equal((await call(server)).status, 200);
  return counts().map((count, i) => count - (before[i] ?? 0)) as [number, number];
}

describe('while all are well', () => {
  test('round-robin takes turns', async () => {
    assert.deepEqual(await spread('turns', 10), [5, 5]);
  });

  test('least-connections spares the busy one', async () => {
    const [before] = counts();
    one.behave = () => {};
    const waiting = [call('fill'), call('fill')];
    const held = await one.nth(before + 1);
    await until('the other one’s end', async () => (await active()) === 1);
    const [asked] = await spread('fill', 6);
    void answerAll(held);
    await Promise.all(waiting);
    assert.equal(asked, 0);
  });

  test('connections to the servers are used again', async () => {
    const sockets = new Set<unknown>();
    one.behave = (received) => {
      sockets.add(received.response.socket);
      return answerAll(received);
    };
    await spread('turns', 20);
    assert.equal(sockets.size, 1);
  });

  test('requests ahead of their answers are at the servers together', async () => {
    const connection = await dial(gateway.port);
    const before = one.received.length + two.received.length;
    const held: Received[] = [];
    one.behave = two.behave = (received) => void held.push(received);
    connection.send(Buffer.concat([1, 2, 3, 4].map((id) => requestBytes({ path: '/mcp/turns', message: request('tools/list', {}, id) }))));
    await until('four requests', () => one.received.length + two.received.length >= before + 4);
    for (const received of held.reverse()) void answerAll(received);
    const ids = [];
    for (let i = 0; i < 4; i++) ids.push((JSON.parse((await connection.answer()).text) as { id: number }).id);
    connection.close();
    assert.deepEqual(ids, [1, 2, 3, 4]);
  });
});

describe('one dies under load, and comes back', () => {
  interface Asked {
    readonly began: number;
    readonly answer: HttpAnswer;
  }
  const answers: Asked[] = [];
  let running = true;
  let workers: Promise<void>[] = [];
  const since = (time: number): Asked[] => answers.filter(({ began }) => began >= time);
  /** Until so many more have been answered. */
  async function more(count: number): Promise<void> {
    const goal = answers.length + count;
    await until(`${count} more answers`, () => answers.length >= goal);
  }
  before(() => {
    one.behave = two.behave = answerAll;
    const work = async (): Promise<void> => {
      while (running) {
        const began = performance.now();
        answers.push({ began, answer: await call() });
      }
    };
    workers = Array.from({ length: 16 }, work);
  });
  after(async () => {
    running = false;
    await Promise.allSettled(workers);
  });

  test('nothing fails but what had been sent to it', async () => {
    await more(100);
    const seen = gateway.logs.length;
    const killed = performance.now();
    await one.kill();
    await gateway.waitFor('instance-down', undefined, seen);
    const noticed = performance.now();
    await more(200);
    const failed = answers.filter(({ answer }) => answer.status !== 200);
    for (const { answer } of failed) assert.deepEqual([answer.status, (JSON.parse(answer.text) as ErrorBody).error.data.reason], [502, 'upstream-lost']);
    assert.ok(failed.length <= 16, `${failed.length} of 16 at a time failed`);
    assert.deepEqual(since(noticed).filter(({ answer }) => answer.status !== 200).length, 0);
    assert.deepEqual(failed.filter(({ began }) => began < killed - 1000).length, 0);
    assert.equal((await gateway.metrics()).get(`mcpgen_upstream_up{server="turns",instance="127.0.0.1:${one.port}"}`), 0);
  });

  test('it has its share again as soon as it is back', async () => {
    const seen = gateway.logs.length;
    const before = one.received.length;
    const began = performance.now();
    await one.revive();
    await gateway.waitFor('instance-up', (line) => line['server'] === 'turns', seen);
    assert.ok(performance.now() - began < 3000);
    await more(100);
    assert.ok(one.received.length - before >= 40, `${one.received.length - before} of 100`);
    assert.equal(since(began).filter(({ answer }) => answer.status !== 200).length, 0);
    assert.equal((await gateway.metrics()).get(`mcpgen_upstream_up{server="turns",instance="127.0.0.1:${one.port}"}`), 1);
  });

  test('without any left the answer is 503, and the first that is back is found without a probe', async () => {
    running = false;
    await Promise.all(workers);
    await Promise.all([one.kill(), two.kill()]);
    const answer = await call();
    assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '1']);
    await two.revive();
    assert.equal((await call()).status, 200);
    await one.revive();
  });
});
