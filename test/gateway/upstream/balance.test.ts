/** The six strategies, each by what it promises. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Balance } from '#src/gateway/runtime/tables/pool.js';
import { BALANCERS as COUNTING, makeBalancer } from '#src/gateway/runtime/upstream/balance.js';
import { DRAWN } from '#src/gateway/runtime/upstream/draw.js';
import type { Balancer } from '#src/gateway/runtime/upstream/balancer.js';
import { randomOf, type Random } from '../../support/random.js';

interface One {
  readonly id: string;
  readonly weight: number;
  readonly region: string | null;
  active: number;
}

const instances = (...weights: readonly number[]): One[] => weights.map((weight, i) => ({ id: `i${i}`, weight, region: null, active: 0 }));
const BALANCERS: Readonly<Record<Balance, (random: () => number) => Balancer>> = { ...COUNTING, ...DRAWN };
const make = (balance: Balance, luck: Random): Balancer => BALANCERS[balance](() => luck.below(2 ** 30) / 2 ** 30);

function counts(balancer: Balancer, candidates: readonly One[], times: number, key: (i: number) => string = () => 'k'): number[] {
  const tally = new Map<string, number>(candidates.map(({ id }) => [id, 0]));
  for (let i = 0; i < times; i++) {
    const { id } = balancer.choose(candidates, key(i));
    tally.set(id, (tally.get(id) ?? 0) + 1);
  }
  return [...tally.values()];
}

/** Whether counts are shares of their sum by weight, within five standard deviations. */
function assertShares(found: readonly number[], weights: readonly number[], what: string): void {
  const total = found.reduce((a, b) => a + b);
  const sum = weights.reduce((a, b) => a + b);
  for (const [i, count] of found.entries()) {
    const share = (weights[i] ?? 0) / sum;
    const spread = 5 * Math.sqrt(total * share * (1 - share)) + 1;
    assert.ok(Math.abs(count - total * share) <= spread, `${what}: ${found.join(' ')} of ${total} are not ${weights.join(':')}`);
  }
}

describe('every strategy', () => {
  for (const balance of Object.keys(BALANCERS) as Balance[]) {
    test(`${balance} chooses a candidate and none other, whoever comes and goes`, (t) => {
      const luck = randomOf();
      t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
      const balancer = make(balance, luck);
      let all = instances(1, 5, 2);
      for (let i = 0; i < 3000; i++) {
        if (luck.below(10) === 0) all = [...all.filter(() => luck.below(4) > 0), { id: `n${i}`, weight: 1 + luck.below(9), region: null, active: 0 }];
        const candidates = all.filter(() => luck.below(3) > 0);
        if (candidates.length === 0) continue;
        for (const one of all) one.active = luck.below(5);
        const chosen = balancer.choose(candidates, `k${luck.below(20)}`);
        assert.ok(candidates.includes(chosen), `MCPGEN_SEED=${luck.seed}`);
        balancer.heard?.(chosen, luck.pick(['answered', 'failed', 'unreachable', 'abandoned'] as const), luck.below(1000));
      }
    });

    test(`${balance} starves nobody`, (t) => {
      const luck = randomOf();
      t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
      const balancer = make(balance, luck);
      const candidates = instances(1, 3, 2, 1);
      // One that has failed, and one that comes and goes with every choice.
      for (let i = 0; i < 50; i++) balancer.heard?.(candidates[0] as One, 'failed', 1);
      const seen = new Set<string>();
      for (let i = 0; i < 4000; i++) seen.add(balancer.choose(i % 2 === 0 ? candidates : candidates.slice(0, 3), `k${i}`).id);
      assert.equal(seen.size, 4, `MCPGEN_SEED=${luck.seed}: only ${[...seen].join(' ')}`);
    });
  }
});

describe('round-robin', () => {
  test('takes turns', () => {
    const candidates = instances(1, 1, 1);
    const balancer = BALANCERS['round-robin'](Math.random);
    assert.deepEqual(Array.from({ length: 6 }, () => balancer.choose(candidates, '').id), ['i0', 'i1', 'i2', 'i0', 'i1', 'i2']);
  });

  test('the turns of those who stay are even, whoever comes and goes', (t) => {
    const luck = randomOf();
    t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
    const balancer = make('round-robin', luck);
    const [a, b, c] = instances(1, 1, 1) as [One, One, One];
    const tally = { i0: 0, i1: 0, i2: 0 } as Record<string, number>;
    for (let i = 0; i < 3000; i++) {
      const { id } = balancer.choose(luck.below(2) === 0 ? [a, b] : [c, a, b], '');
      tally[id] = (tally[id] ?? 0) + 1;
    }
    assert.ok(Math.abs((tally['i0'] ?? 0) - (tally['i1'] ?? 0)) <= 1, `MCPGEN_SEED=${luck.seed} ${JSON.stringify(tally)}`);
  });
});

describe('least-connections', () => {
  test('none that is chosen is busier than another', (t) => {
    const luck = randomOf();
    t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
    const balancer = make('least-connections', luck);
    const candidates = instances(1, 1, 1, 1, 1);
    for (let i = 0; i < 2000; i++) {
      for (const one of candidates) one.active = luck.below(4);
      const { active } = balancer.choose(candidates, '');
      assert.equal(active, Math.min(...candidates.map((one) => one.active)), `MCPGEN_SEED=${luck.seed}`);
    }
  });

  test('among equals it takes turns', () => {
    assert.deepEqual(counts(BALANCERS['least-connections'](Math.random), instances(1, 1, 1, 1), 40), [10, 10, 10, 10]);
  });
});

describe('weighted', () => {
  test('shares are exact over every cycle, for any weights', (t) => {
    const luck = randomOf();
    t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
    for (let i = 0; i < 200; i++) {
      const weights = Array.from({ length: 1 + luck.below(6) }, () => 1 + luck.below(luck.pick([3, 20, 200])));
      const balancer = make('weighted', luck);
      const candidates = instances(...weights);
      const cycle = weights.reduce((a, b) => a + b);
      for (let round = 0; round < 3; round++) assert.deepEqual(counts(balancer, candidates, cycle), weights, `MCPGEN_SEED=${luck.seed}`);
    }
  });

  test('is smooth: the heavy one is not chosen in one go', () => {
    const balancer = BALANCERS.weighted(Math.random);
    const candidates = instances(5, 1, 1);
    assert.deepEqual(Array.from({ length: 7 }, () => balancer.choose(candidates, '').id), ['i0', 'i0', 'i1', 'i0', 'i2', 'i0', 'i0']);
  });

  test('shares are exact again soon after others came or went', (t) => {
    const luck = randomOf();
    t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
    for (let i = 0; i < 100; i++) {
      const balancer = make('weighted', luck);
      const all = instances(...Array.from({ length: 5 }, () => 1 + luck.below(luck.pick([3, 1000]))));
      for (let j = 0; j < luck.below(200); j++) balancer.choose(all.filter((_, at) => at === 0 || luck.below(2) === 0), '');
      const stay = all.slice(0, 1 + luck.below(4));
      const weights = stay.map(({ weight }) => weight);
      const cycle = weights.reduce((a, b) => a + b);
      const early = counts(balancer, stay, (stay.length + 1) * cycle);
      assert.ok(early.every((count) => count > 0), `MCPGEN_SEED=${luck.seed}: ${early.join(' ')} for ${weights.join(':')}`);
      assert.deepEqual(counts(balancer, stay, cycle), weights, `MCPGEN_SEED=${luck.seed}`);
    }
  });
});

describe('health-based', () => {
  const told = (outcomes: readonly (readonly [outcome: 'answered' | 'failed' | 'unreachable' | 'abandoned', ms: number])[], luck: Random) => {
    const balancer = make('health-based', luck);
    const candidates = instances(1, 1);
    for (let i = 0; i < 100; i++) for (const [at, [outcome, ms]] of outcomes.entries()) balancer.heard?.(candidates[at] as One, outcome, ms);
    return { balancer, candidates };
  };
  for (const [what, outcomes, low, high] of [
    ['equal where both are alike', [['answered', 50], ['answered', 50]], 450, 550],
    ['most to the one that answers', [['answered', 50], ['failed', 50]], 930, 975],
    ['most to the one that can be reached', [['answered', 50], ['unreachable', 0]], 930, 975],
    ['more to the faster one', [['answered', 40], ['answered', 90]], 630, 705],
    ['equal where the difference is noise', [['answered', 0.4], ['answered', 0.8]], 440, 580],
    ['equal where nothing was learned', [['abandoned', 9000], ['answered', 1]], 440, 560],
    ['equal where both fail', [['failed', 1], ['failed', 1]], 440, 560],
  ] as const) {
    test(`${what}`, (t) => {
      const luck = randomOf();
      t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
      const { balancer, candidates } = told(outcomes, luck);
      const [first = 0] = counts(balancer, candidates, 10_000);
      const thousandth = first / 10;
      // Five standard deviations beyond the bounds.
      assert.ok(thousandth > low - 25 && thousandth < high + 25, `MCPGEN_SEED=${luck.seed}: ${first} of 10000`);
    });
  }

  test('one that has recovered has its share again, by its own answers', (t) => {
    const luck = randomOf();
    t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
    const { balancer, candidates } = told([['answered', 20], ['unreachable', 0]], luck);
    let asked = 0;
    for (let i = 0; i < 2000; i++) {
      const chosen = balancer.choose(candidates, '');
      balancer.heard?.(chosen, 'answered', 20);
      if (i >= 1000 && chosen === candidates[1]) asked++;
    }
    assert.ok(asked > 400, `MCPGEN_SEED=${luck.seed}: ${asked} of the last 1000`);
  });
});

describe('random', () => {
  test('by weight where all are equally busy', (t) => {
    const luck = randomOf();
    t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
    for (const weights of [
      [1, 1],
      [1, 2, 3],
      [1, 10],
    ])
      assertShares(counts(make('random', luck), instances(...weights), 20_000), weights, `MCPGEN_SEED=${luck.seed}`);
  });

  test('of two it takes the less busy, so that the busiest is never chosen', (t) => {
    const luck = randomOf();
    t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
    const candidates = instances(1, 1, 1);
    (candidates[1] as One).active = 9;
    const [a = 0, b, c = 0] = counts(make('random', luck), candidates, 9000);
    assert.equal(b, 0, `MCPGEN_SEED=${luck.seed}`);
    assertShares([a, c], [1, 1], `MCPGEN_SEED=${luck.seed}`);
  });

  test('busy is meant by weight', () => {
    const [heavy, light] = instances(10, 1) as [One, One];
    heavy.active = 5;
    light.active = 1;
    assert.equal(BALANCERS.random(() => 0.99).choose([heavy, light], '').id, 'i0');
  });

  test('callers that choose by turns keep all nearly even', (t) => {
    const luck = randomOf();
    t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
    const balancer = make('random', luck);
    const candidates = instances(1, 1, 1, 1, 1, 1, 1, 1);
    for (let i = 0; i < 8000; i++) (balancer.choose(candidates, '') as One).active++;
    const active = candidates.map((one) => one.active);
    assert.ok(Math.max(...active) - Math.min(...active) < 30, `MCPGEN_SEED=${luck.seed}: ${active.join(' ')}`);
  });
});

describe('rendezvous', () => {
  const keys = Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? `tenant-${i}` : `acme\nclient:c${i}`));
  const placed = (candidates: readonly One[]): string[] => {
    const balancer = BALANCERS.rendezvous(Math.random);
    return keys.map((key) => balancer.choose(candidates, key).id);
  };

  test('one key, one instance; whatever order they come in', () => {
    const candidates = instances(1, 2, 3, 1);
    assert.deepEqual(placed(candidates), placed([...candidates].reverse()));
  });

  test('keys spread by weight, also over ids that differ in little', () => {
    const at = (ids: readonly string[], weights: readonly number[]) => ids.map((id, i) => ({ id, weight: weights[i] ?? 1, region: null, active: 0 }));
    for (const [ids, weights] of [
      [['10.0.0.1:8000', '10.0.0.2:8000', '10.0.0.3:8000'], [1, 1, 1]],
      [['[fd00::1]:80', '[fd00::2]:80'], [1, 3]],
      [['a', 'b', 'c', 'd'], [1, 2, 3, 4]],
    ] as const) {
      const found = placed(at(ids, weights));
      assertShares(ids.map((id) => found.filter((other) => other === id).length), weights, ids.join(' '));
    }
  });

  test('only the keys of one that leaves move, and they come back with it', (t) => {
    const luck = randomOf();
    t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
    for (let i = 0; i < 20; i++) {
      const all = instances(...Array.from({ length: 2 + luck.below(8) }, () => 1 + luck.below(5)));
      const gone = luck.pick(all);
      const before = placed(all);
      const after = placed(all.filter((one) => one !== gone));
      for (const [at, id] of before.entries()) {
        if (id === gone.id) assert.notEqual(after[at], gone.id);
        else assert.equal(after[at], id, `MCPGEN_SEED=${luck.seed}`);
      }
      const moved = keys.filter((_, at) => before[at] === gone.id).length;
      const expected = (keys.length * gone.weight) / all.reduce((sum, { weight }) => sum + weight, 0);
      assert.ok(Math.abs(moved - expected) < 6 * Math.sqrt(keys.length) / 2 + 1, `MCPGEN_SEED=${luck.seed}`);
    }
  });

  test('the keys of one that leaves go to all the others', () => {
    const all = instances(1, 1, 1, 1);
    const before = placed(all);
    const after = placed(all.slice(1)).filter((_, at) => before[at] === 'i0');
    assertShares(['i1', 'i2', 'i3'].map((id) => after.filter((other) => other === id).length), [1, 1, 1], 'the others');
  });
});

test('a strategy that was not built in is not replaced by another one', () => {
  const choice = { balance: 'random', by: 'principal', preferRegion: false, retries: 0, breaker: null, ejection: 0.5 } as const;
  assert.throws(() => makeBalancer(choice, null, Math.random), /without the strategy random/);
  assert.ok(makeBalancer(choice, null, Math.random, DRAWN));
});
