/** That the bench measures and counts; never how fast anything is. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { NO_NGINX } from '../nginx/binaries.js';
import { Histogram } from './histogram.js';
import type { Job, Load } from './load.js';
import type { Report } from './report.js';
import { end, launchModule, messageOf } from './processes.js';
import { SCENARIOS } from './scenarios.js';
import { TARGETS } from './targets.js';

async function bench(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['.test/bench/main.js', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** What the load makes of a server. */
async function loadOf(t: TestContext, listener: RequestListener): Promise<Load> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const load = launchModule('load');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await end(load);
  });
  const { port } = server.address() as AddressInfo;
  load.send({ port, opening: null, requests: [REQUEST], concurrency: 4, seconds: 0.05 } satisfies Job);
  return (await messageOf(load)) as Load;
}

describe('bench', () => {
  it('has numbers for every target in every scenario', async () => {
    const { code, out, err } = await bench('--rounds', '1', '--seconds', '0.2', '--json', '-');
    assert.equal(code, 0, err);
    const { scenarios } = JSON.parse(out) as Report;
    assert.deepEqual(scenarios.map(({ scenario }) => scenario), SCENARIOS.map(({ name }) => name));
    const expected = TARGETS.map(({ name }) => name).filter((name) => NO_NGINX === false || name !== 'nginx');
    for (const { scenario, targets, skipped } of scenarios) {
      assert.deepEqual(targets.map(({ target }) => target), expected);
      assert.deepEqual(Object.keys(skipped), NO_NGINX === false ? [] : ['nginx']);
      for (const result of targets) {
        const what = `${scenario}, ${result.target}: ${JSON.stringify(result)}`;
        assert.equal(result.failed, 0, what);
        assert.ok(result.completed > 0 && result.throughput > 0 && result.p50 > 0 && result.p99 >= result.p50, what);
        assert.ok(Object.values(result.ratios.throughput).every((ratio) => ratio === null || ratio > 0), what);
        const hasProcess = result.target !== 'direct' && process.platform === 'linux';
        assert.equal(result.cpu !== null && result.rss !== null, hasProcess, what);
        assert.match(err, new RegExp(`^${result.target} +\\d`, 'm'));
      }
    }
  });

  it('says what is wrong with its flags', async () => {
    const { code, err } = await bench('--only', 'apache');
    assert.equal(code, 2);
    assert.match(err, /there is no "apache".*\n.*--rounds/s);
  });

  for (const [what, listener, failure] of [
    ['another status', (_incoming, outgoing) => void outgoing.writeHead(429).end('slow down'), /^HTTP\/1\.1 429 /],
    ['an answer that is cut', (_incoming, outgoing) => void outgoing.writeHead(200, { 'content-length': 9 }).write('half', () => outgoing.destroy()), /closed/],
    ['a stream that is cut', (_incoming, outgoing) => void outgoing.write('half', () => outgoing.destroy()), /closed/],
  ] satisfies [string, RequestListener, RegExp][]) {
    it(`${what} is a failure, not throughput`, async (t) => {
      const load = await loadOf(t, listener);
      assert.deepEqual([load.completed, load.failed], [0, 4]);
      assert.match(String(load.failure), failure);
    });
  }

  it('counts whole answers of either framing', async (t) => {
    let asked = 0;
    const load = await loadOf(t, (_incoming, outgoing) => {
      if (++asked % 2 === 0) return void outgoing.end('whole');
      outgoing.write('in ');
      setImmediate(() => outgoing.end('parts'));
    });
    assert.deepEqual([load.completed, load.failed, load.failure], [asked, 0, null]);
  });

  it('quantiles are right to three in a hundred', () => {
    const histogram = new Histogram();
    assert.equal(histogram.quantile(0.5), 0);
    for (let i = 1; i <= 10_000; i++) histogram.add(i / 10);
    for (const [share, expected] of [[0.01, 10], [0.5, 500], [0.99, 990], [1, 1000]] as const) {
      const value = histogram.quantile(share);
      assert.ok(Math.abs(value - expected) <= expected * 0.03, `${share}: ${value}`);
    }
    histogram.add(Infinity);
    assert.ok(histogram.quantile(1) > 60_000);
  });
});
