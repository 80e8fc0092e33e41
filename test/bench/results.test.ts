/** What is made of the rounds, without running any. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { goalLines, judge } from './goals.js';
import type { Window } from './measure.js';
import { resultsOf, type Measured, type Result } from './results.js';
import { bottlenecksOf, disturbanceOf, tableOf } from './table.js';

/** A row with these rounds: requests per second, and microseconds of the target for each. */
function row(target: string, node: string | null, rounds: readonly (readonly [number, number])[], more: Partial<Measured> = {}): Measured {
  const windowOf = ([throughput, micros]: readonly [number, number]): Window => ({
    ...{ completed: throughput, failed: 0, failure: null, seconds: 1, p50: 1, p99: 2, throughput, others: 0.3, rss: null },
    cpu: { target: micros, load: 20, upstream: 10 },
  });
  return { target, node, nginx: 'nginx', before: null, about: target, rounds: rounds.map(windowOf), ...more };
}

describe('results of the bench', () => {
  it('takes each round in proportion to the same round of its own measure, and the median of those', () => {
    const results = resultsOf([
      row('nginx', null, [[10, 10], [100, 10], [1000, 10]]),
      row('nginx×2', null, [[20, 10], [200, 10], [2000, 10]]),
      row('pipe', 'v20', [[5, 40], [50, 40], [500, 40]]),
      row('pipe', 'v26', [[4, 40], [40, 40], [400, 40]]),
      row('least', 'v20', [[5, 20], [60, 20], [400, 20]], { before: 'least before' }),
      row('least', 'v26', [[2, 50], [20, 50], [200, 50]]),
      row('least×2', 'v20', [[5, 20], [50, 20], [500, 20]], { nginx: 'nginx×2' }),
      row('least before', 'v20', [[1, 80], [10, 80], [100, 80]]),
    ]);
    const ratios = (target: string, node: string): Result['ratios'] | undefined => results.find((one) => one.target === target && one.node === node)?.ratios;
    assert.deepEqual(ratios('least', 'v20'), { throughput: { nginx: 0.5, pipe: 1, before: 5 }, cpu: { nginx: 2, pipe: 0.5, before: 0.25 } });
    assert.deepEqual(ratios('least', 'v26'), { throughput: { nginx: 0.2, pipe: 0.5, before: null }, cpu: { nginx: 5, pipe: 1.25, before: null } });
    assert.deepEqual(ratios('least×2', 'v20'), { throughput: { nginx: 0.25, pipe: 1, before: null }, cpu: { nginx: 2, pipe: 0.5, before: null } });

    const lines = goalLines(judge([{ scenario: 'small', targets: results }]));
    assert.deepEqual(lines, [
      'reached       small, least on v20: requests/s ≥ 0.5 × nginx with one worker: 0.50 (by CPU 0.50)',
      'not reached   small, least on v26: requests/s ≥ 0.5 × nginx with one worker: 0.20 (by CPU 0.20)',
      'reached       small, least on v20: CPU per request ≤ 0.5 × the gateway of --before: 0.25',
      'not measured  small, least on v26: CPU per request ≤ 0.5 × the gateway of --before',
    ]);
  });

  it('has the proportion to nginx in the last column, and says what limits a row', () => {
    const results = resultsOf([row('nginx', null, [[50_000, 18]]), row('least', 'v20', [[10_000, 90]])]);
    const [head, nginx, least] = tableOf(results).split('\n');
    assert.match(String(head), /^target +Node +requests\/s .* ÷ nginx$/);
    assert.doesNotMatch(String(head), /before|pipe/);
    assert.match(String(nginx), /^nginx +– .* 1\.00$/);
    assert.match(String(least), /^least +v20 .* 0\.20$/);
    assert.deepEqual(bottlenecksOf(results), ['nginx: the load was busy 100 % of the time, so that it may be able to do more']);
    assert.match(String(disturbanceOf(results)), /took up to 30 % of the machine/);
  });
});
