/** The breaker's states, row by row, and against a model of them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Breaker, type BreakerState } from '#src/gateway/runtime/upstream/breaker.js';
import { randomOf } from '../../support/random.js';

const TABLE = { failures: 3, window: 100, cooldown: 50 };

/** `f10` a failure at 10 of a request that began then, `f10<5` of one that began at 5; `a` answered, `u` unreachable, `x` abandoned, `c` claimed, `r` reset. */
function play(steps: string): Breaker {
  const breaker = new Breaker(TABLE, 0, null, () => {});
  for (const step of steps.split(' ').filter(Boolean)) {
    const [, what, at, began = at] = /^([faxucr])(\d+)(?:<(\d+))?$/.exec(step) ?? assert.fail(step);
    const now = Number(at);
    if (what === 'c') {
      assert.ok(breaker.admits(now), `${step} of ${steps}`);
      breaker.claim(now);
    } else if (what === 'r') breaker.reset(now);
    else breaker.heard(({ f: 'failed', u: 'unreachable', a: 'answered', x: 'abandoned' } as const)[what as 'f'], Number(began), now);
  }
  return breaker;
}

describe('breaker', () => {
  for (const [what, steps, at, state, admits, failures, wait] of [
    ['closed at first', '', 0, 'closed', true, 0, 0],
    ['failures below the number', 'f1 f2', 3, 'closed', true, 2, 0],
    ['opens at the number', 'f1 u2 f3', 3, 'open', false, 3, 50],
    ['answers between do not matter', 'f1 a2 f3 a4 f5', 5, 'open', false, 3, 50],
    ['what was abandoned does not matter', 'f1 x2 f3 x4', 5, 'closed', true, 2, 0],
    ['failures grow old', 'f1 f2 f101', 101, 'closed', true, 2, 0],
    ['just within the window', 'f1 f2 f100', 100, 'open', false, 3, 50],
    ['stays open', 'f1 f2 f3', 52, 'open', false, 3, 1],
    ['half-open after the cooldown', 'f1 f2 f3', 53, 'half-open', true, 3, 0],
    ['late outcomes change nothing while it is open', 'f1 f2 f3 a10 f20', 52, 'open', false, 3, 1],
    ['one may try', 'f1 f2 f3 c53', 54, 'half-open', false, 3, 0],
    ['which closes it', 'f1 f2 f3 c53 a55', 55, 'closed', true, 0, 0],
    ['or opens it again', 'f1 f2 f3 c53 f55', 104, 'open', false, 0, 1],
    ['for another cooldown', 'f1 f2 f3 c53 u55', 105, 'half-open', true, 0, 0],
    ['or gives the trial back', 'f1 f2 f3 c53 x55', 55, 'half-open', true, 3, 0],
    ['an answer from before the trial does not close it', 'f1 f2 f3 c53 a55<2', 55, 'half-open', false, 3, 0],
    ['nor does a failure from before open it', 'f1 f2 f3 c53 f55<2', 55, 'half-open', false, 3, 0],
    ['nor is the trial given back by one from before', 'f1 f2 f3 c53 x55<52', 55, 'half-open', false, 3, 0],
    ['a trial that is not heard of is given up', 'f1 f2 f3 c53', 103, 'half-open', true, 0, 0],
    ['and its late answer is no longer the trial’s', 'f1 f2 f3 c53 c103 a104<53', 104, 'half-open', false, 0, 0],
    ['after closing it counts from none', 'f1 f2 f3 c53 a55 f56 f57', 57, 'closed', true, 2, 0],
    ['reset closes an open one', 'f1 f2 f3 r10', 10, 'closed', true, 0, 0],
    ['reset forgets what counted', 'f1 f2 r10 f11', 11, 'closed', true, 1, 0],
  ] as const satisfies readonly (readonly [string, string, number, BreakerState, boolean, number, number])[]) {
    test(what, () => {
      const breaker = play(steps);
      assert.deepEqual([breaker.stateAt(at), breaker.admits(at), breaker.failures(at), breaker.wait(at)], [state, admits, failures, wait]);
    });
  }

  test('another table goes on from where it was', () => {
    const open = new Breaker({ ...TABLE, cooldown: 500 }, 20, play('f1 f2 f3'), () => {});
    assert.deepEqual([open.stateAt(400), open.wait(400), open.since], ['open', 103, 3]);
    const nearly = new Breaker({ ...TABLE, failures: 2 }, 20, play('f1'), () => {});
    nearly.heard('failed', 21, 21);
    assert.equal(nearly.stateAt(21), 'open');
  });

  test('agrees with a model of it, whatever happens', (t) => {
    const luck = randomOf();
    t.diagnostic(`MCPGEN_SEED=${luck.seed}`);
    for (let run = 0; run < 300; run++) {
      const table = { failures: 1 + luck.below(4), window: 1 + luck.below(60), cooldown: 1 + luck.below(40) };
      const breaker = new Breaker(table, 0, null, () => {});
      /** Every request that was let through, and the whole history; the model derives everything from these. */
      let model: { state: 'closed' | 'open' | 'trying'; at: number; failures: number[]; trial: { began: number } | null } = {
        state: 'closed',
        at: 0,
        failures: [],
        trial: null,
      };
      const running: { began: number }[] = [];
      let now = 0;
      const history: string[] = [];
      for (let step = 0; step < 200; step++) {
        now += luck.below(12);
        const canTry =
          model.state === 'closed' ||
          (model.state === 'open' ? now >= model.at + table.cooldown : model.trial === null || now >= model.trial.began + table.cooldown);
        const why = (): string => `MCPGEN_SEED=${luck.seed} ${JSON.stringify(table)} at ${now}: ${history.join(' ')}`;
        assert.equal(breaker.admits(now), canTry, why());
        assert.equal(breaker.stateAt(now), model.state === 'trying' || (model.state === 'open' && canTry) ? 'half-open' : model.state, why());
        if (luck.below(2) === 0 && canTry) {
          breaker.claim(now);
          const request = { began: now };
          running.push(request);
          if (model.state !== 'closed') model = { ...model, state: 'trying', trial: request };
          history.push(`c${now}`);
        } else if (running.length > 0) {
          const request = luck.pick(running);
          running.splice(running.indexOf(request), 1);
          const outcome = luck.pick(['answered', 'failed', 'unreachable', 'abandoned'] as const);
          breaker.heard(outcome, request.began, now);
          history.push(`${outcome[0]}${now}<${request.began}`);
          const isBad = outcome === 'failed' || outcome === 'unreachable';
          if (model.state === 'closed' && isBad) {
            const failures = [...model.failures, now].filter((at) => at > now - table.window);
            model = failures.length >= table.failures ? { state: 'open', at: now, failures: [], trial: null } : { ...model, failures };
          } else if (model.state === 'trying' && model.trial && request.began >= model.trial.began) {
            // Two that begin in the same millisecond cannot be told apart, and need not be.
            if (outcome === 'abandoned') model = { ...model, trial: null };
            else model = { state: isBad ? 'open' : 'closed', at: now, failures: [], trial: null };
          }
        }
      }
    }
  });
});

describe('field-31c failures of one caller', () => {
  const of = (failures: number): Breaker => new Breaker({ failures, window: 1000, cooldown: 50 }, 0, null, () => {});
  const fail = (breaker: Breaker, now: number, ...callers: string[]): BreakerState => {
    for (const caller of callers) breaker.heard('failed', now, now, caller);
    return breaker.stateAt(now);
  };

  test('open it where there is nobody else', () => {
    assert.equal(fail(of(3), 1, 'a', 'a', 'a'), 'open');
    assert.equal(fail(of(1), 1, 'a'), 'open');
  });

  test('count for half of what opens it where there are others', () => {
    for (const failures of [1, 2, 3, 4, 5]) {
      const breaker = of(failures);
      breaker.heard('answered', 1, 1, 'b');
      assert.equal(fail(breaker, 2, ...Array<string>(50).fill('a')), 'closed', `${failures}`);
      assert.equal(fail(breaker, 3, ...Array<string>(Math.max(1, Math.floor(failures / 2))).fill('b')), 'open', `${failures}`);
    }
  });

  test('others exist for an hour', () => {
    const breaker = of(2);
    breaker.heard('answered', 0, 0, 'b');
    assert.equal(fail(breaker, 3_599_000, 'a', 'a', 'a'), 'closed');
    assert.equal(fail(breaker, 3_602_000, 'a', 'a'), 'open');
  });

  test('a tool’s own 500 is none, and closes one that is half-open', () => {
    const breaker = of(2);
    for (let i = 0; i < 9; i++) breaker.heard('erred', 1, 1, 'a');
    assert.equal(breaker.stateAt(1), 'closed');
    fail(breaker, 2, 'a', 'a');
    breaker.claim(60);
    breaker.heard('erred', 60, 61, 'a');
    assert.equal(breaker.stateAt(61), 'closed');
  });
});
