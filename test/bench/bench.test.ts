/** That the bench measures and counts; never how fast anything is. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { NO_NGINX } from '../nginx/binaries.js';
import { planOf } from '../support/planned.js';
import { leastConfig } from './configs.js';
import { Histogram } from './histogram.js';
import { findNodes } from './nodes.js';
import type { Report, ScenarioReport } from './report.js';
import { SCENARIOS } from './scenarios.js';
import { TARGETS } from './targets.js';

async function bench(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['.test/bench/main.js', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

/** All of these have numbers that can be, and a line in the table. */
function hasNumbers({ scenario, targets }: ScenarioReport, expected: readonly string[], err: string): void {
  assert.deepEqual(targets.map(({ target }) => target), expected);
  for (const result of targets) {
    const what = `${scenario}, ${result.target}: ${JSON.stringify(result)}`;
    assert.equal(result.failed, 0, what);
    assert.ok(result.completed > 0 && result.throughput > 0 && result.p50 > 0 && result.p99 >= result.p50, what);
    assert.ok(Object.values(result.ratios.throughput).every((ratio) => ratio === null || ratio > 0), what);
    const isLinux = process.platform === 'linux';
    const { target, load, upstream } = result.cpu;
    assert.deepEqual([load !== null, upstream !== null, result.others !== null], [isLinux, isLinux, isLinux], what);
    assert.equal(target !== null && result.rss !== null, isLinux && result.target !== 'direct', what);
    assert.match(err, new RegExp(`^${result.target} +(–|v\\d\\S+) +\\d`, 'm'));
  }
}

const withoutNginx = (names: readonly string[]): readonly string[] => names.filter((name) => NO_NGINX === false || !name.startsWith('nginx'));

function hasWorkers(): boolean {
  try {
    return planOf(leastConfig(9, { workers: 2 })) !== null;
  } catch {
    return false;
  }
}

describe('bench', () => {
  it('has numbers for every target in every scenario', async () => {
    const { code, out, err } = await bench('--rounds', '1', '--warm-up', '100', '--seconds', '0.2', '--json', '-');
    assert.equal(code, 0, err);
    const { scenarios, authentication, goals } = JSON.parse(out) as Report;
    assert.ok(authentication && Object.values(authentication).every((number) => number > 0), out);
    assert.match(err, /^a key [0-9.]+ µs; a token of \d+ characters [0-9.]+ µs, [0-9.]+ of a key$/m);
    assert.deepEqual(scenarios.map(({ scenario }) => scenario), SCENARIOS.map(({ name }) => name));
    for (const scenario of scenarios) {
      hasNumbers(scenario, withoutNginx(TARGETS.map(({ name }) => name)), err);
      assert.deepEqual(Object.keys(scenario.skipped), NO_NGINX === false ? [] : ['nginx']);
    }
    assert.deepEqual(new Set(goals.map(({ scenario }) => scenario)), new Set(['small', 'clients', 'stream', 'large']));
    for (const { scenario, to, value, isReached } of goals) {
      const isMeasured = to === 'pipe' || (to === 'nginx' && NO_NGINX === false);
      assert.deepEqual([value !== null, isReached !== null], [isMeasured, isMeasured], `${scenario} to ${to}`);
    }
    const verdicts = err.match(/^(reached|not reached|not measured) +\w+, \w+ on v/gm);
    assert.equal(verdicts?.length, goals.length, err);
  });

  it('has rows for an earlier checkout, for more workers, and for each Node once', async () => {
    const flags = ['--before', '.', '--workers', '2', '--node', process.execPath, '--node', '/nowhere/node', '--only', 'nginx,pipe,least'];
    const { code, out, err } = await bench('--rounds', '1', '--warm-up', '100', '--seconds', '0.2', '--scenario', 'small', '--json', '-', ...flags);
    assert.equal(code, 0, err);
    assert.match(err, /^node \/nowhere\/node is skipped: .*ENOENT/m);
    const { scenarios, nodes, goals } = JSON.parse(out) as Report;
    assert.deepEqual(nodes, [process.version]);
    const [small] = scenarios;
    assert.ok(small);
    const workers = hasWorkers() ? ['least×2'] : [];
    hasNumbers(small, withoutNginx(['nginx', 'nginx×2', 'pipe', 'least', 'least before', ...workers]), err);
    assert.equal(small.skipped['least×2'], hasWorkers() ? undefined : 'the config has no gateway.workers');
    const [least] = small.targets.filter(({ target }) => target === 'least');
    assert.ok(Number(least?.ratios.throughput.before) > 0);
    assert.ok(goals.some(({ to, isReached }) => to === 'before' && (isReached !== null || process.platform !== 'linux')));
  });

  it('says what is wrong with its flags', async () => {
    for (const [flags, complaint] of [
      [['--only', 'apache'], /there is no "apache".*\n.*--rounds/s],
      [['--warm-up', '0.5'], /--warm-up 0\.5 is not a number/],
      [['--before', '/nowhere'], /--before \/nowhere: there is no .*bake\.js; run/],
    ] satisfies [string[], RegExp][]) {
      const { code, err } = await bench(...flags);
      assert.equal(code, 2);
      assert.match(err, complaint);
    }
  });

  it('knows the Node that it runs on by its version, too', () => {
    const { nodes, skipped } = findNodes([process.version.slice(1), String(process.versions.node.split('.')[0])]);
    assert.deepEqual([nodes.map(({ path }) => path), skipped], [[process.execPath], {}]);
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
