/** A pool's instances: who is asked, who is out and for what, who comes and goes, and that each change is said once. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resetInstances } from '#src/gateway/runtime/upstream/reset.js';
import { fakeClock, fakePool, type FakePool } from './fake.js';

const BREAKER = { failures: 2, window: 1000, cooldown: 5000 };
const unreachable = (fake: FakePool, ...ids: readonly string[]): void => {
  for (const id of ids) fake.pool.report(fake.at(id), 'unreachable', 1);
};
const up = ({ pool }: FakePool): string[] => pool.instances.filter((one) => one.up).map(({ id }) => id);

describe('probes', () => {
  test('take an instance out and bring it back, however many they find down', async () => {
    const fake = fakePool();
    fake.set('a', 'b', 'c');
    fake.world.well.set('a', false).set('b', false).set('c', false);
    await fake.clock.pass(600);
    assert.deepEqual(fake.lines, ['instance-down a probe', 'instance-down b probe', 'instance-down c probe']);
    assert.deepEqual(fake.pool.health(), { healthy: 0, total: 3, unknown: 0, percent: 0 });
    assert.equal(fake.take(3).join(''), 'abc', 'one that is thought to be down is better than none');
    fake.world.well.set('b', true);
    await fake.clock.pass(1200);
    assert.deepEqual(fake.lines.slice(3), ['instance-up b probe']);
    assert.equal(fake.take(3).join(''), 'bbb');
    assert.deepEqual(fake.pool.health(), { healthy: 1, total: 3, unknown: 0, percent: 33 });
  });

  test('come at the interval, sooner to one that is down, and not in step', async () => {
    const randoms = [0, 0.99, 0, 0.5, 0.99];
    const fake = fakePool({}, { clock: fakeClock(() => randoms.shift() ?? 0.5) });
    fake.set('a', 'b');
    assert.deepEqual(fake.clock.due, [1000, 1495], 'first looks are spread');
    await fake.clock.pass(600);
    assert.equal(fake.world.looks.join(), 'a,b');
    const [first = 0, second = 0] = fake.clock.due;
    assert.ok(second - first > 5000, 'as are those that follow');
    fake.world.well.set('a', false).set('b', false);
    await fake.clock.pass(33_000);
    fake.world.looks.length = 0;
    await fake.clock.pass(10_000);
    assert.ok(fake.world.looks.length >= 18 && fake.world.looks.length <= 22, `${fake.world.looks.length} looks in 10 s`);
  });

  test('of one instance never overlap', async () => {
    const fake = fakePool();
    fake.set('a', 'b');
    let release = (): void => {};
    fake.world.held.set('a', new Promise((resolve) => void (release = resolve)));
    await fake.clock.pass(600);
    for (let i = 0; i < 10; i++) {
      unreachable(fake, 'a');
      await fake.clock.pass(2000);
    }
    assert.deepEqual(fake.world.looks, ['a', 'b']);
    fake.world.well.set('a', false);
    release();
    await fake.clock.pass(1);
    assert.deepEqual(fake.world.looks, ['a', 'b', 'a'], 'the one that was asked for meanwhile');
    assert.deepEqual(fake.lines, ['instance-down a request'], 'a look from before the request failed does not bring it back');
    fake.world.well.set('a', true);
    await fake.clock.pass(1200);
    assert.deepEqual(fake.lines.slice(1), ['instance-up a probe']);
  });
});

describe('what requests learn', () => {
  test('takes out at once, until a probe says it is well', async () => {
    const fake = fakePool();
    fake.set('a', 'b');
    await fake.clock.pass(600);
    unreachable(fake, 'a', 'a', 'a');
    assert.equal(fake.take(4).join(''), 'bbbb');
    await fake.clock.pass(500);
    assert.deepEqual(up(fake), ['b']);
    await fake.clock.pass(700);
    assert.deepEqual(fake.lines, ['instance-down a request', 'instance-up a probe']);
  });

  for (const [ejection, instances, most] of [[0.5, 1, 0], [0.5, 2, 1], [0.5, 3, 1], [0.34, 3, 1], [0, 4, 0], [1, 3, 3], [0.29, 100, 29]] as const) {
    test(`takes out at most ${most} of ${instances} at ${ejection * 100} %`, () => {
      const fake = fakePool({ ejection });
      const ids = Array.from({ length: instances }, (_, i) => `i${i}`);
      fake.set(...ids);
      unreachable(fake, ...ids);
      assert.equal(instances - up(fake).length, most);
      assert.equal(fake.lines.length, most);
    });
  }

  test('does not count against what probes take out, nor the other way about', async () => {
    const fake = fakePool();
    fake.set('a', 'b', 'c', 'd');
    fake.world.well.set('a', false).set('b', false);
    await fake.clock.pass(600);
    assert.deepEqual(up(fake), ['c', 'd']);
    unreachable(fake, 'a', 'b', 'c', 'd');
    assert.deepEqual(up(fake), [], 'two for probes, two for requests');
    await fake.clock.pass(1200);
    assert.deepEqual(up(fake), ['c', 'd']);
  });

  test('one whose ejection a probe confirms makes room for another', async () => {
    const fake = fakePool();
    fake.set('a', 'b', 'c');
    await fake.clock.pass(600);
    fake.world.well.set('a', false);
    unreachable(fake, 'a', 'b');
    assert.deepEqual(up(fake), ['b', 'c']);
    await fake.clock.pass(1200);
    unreachable(fake, 'b');
    assert.deepEqual([up(fake), fake.lines], [['c'], ['instance-down a request', 'instance-down b request']]);
  });

  test('one that may not be taken out is looked at soon, not again and again', async () => {
    const fake = fakePool();
    fake.set('a');
    await fake.clock.pass(600);
    fake.world.looks.length = 0;
    for (let i = 0; i < 20; i++) {
      unreachable(fake, 'a');
      await fake.clock.pass(100);
    }
    assert.deepEqual([up(fake), fake.lines], [['a'], []]);
    assert.ok(fake.world.looks.length >= 1 && fake.world.looks.length <= 2, `${fake.world.looks.length} looks in 2 s`);
  });

  test('failing, leaving and answering take nobody out', () => {
    const fake = fakePool();
    fake.set('a', 'b');
    for (const outcome of ['answered', 'failed', 'abandoned'] as const) fake.pool.report(fake.at('a'), outcome, 1);
    assert.deepEqual([up(fake), fake.at('a').tally], [['a', 'b'], { answered: 1, erred: 0, failed: 1, unreachable: 0, abandoned: 1, ms: 1 }]);
  });
});

describe('field-15b a server that never answered', () => {
  const CODE = { code: 'EPIPE' };

  test('is not said to be well for having failed, and is looked at soon', async () => {
    const fake = fakePool();
    fake.set('a');
    const { pool } = fake;
    pool.report(fake.at('a'), 'failed', 1, '', Object.assign(new Error('it ended'), CODE));
    assert.deepEqual([pool.health(), pool.cause?.code], [{ healthy: 0, total: 1, unknown: 1, percent: null }, 'EPIPE']);
    pool.report(fake.at('a'), 'erred', 1);
    assert.deepEqual([pool.health(), pool.cause], [{ healthy: 1, total: 1, unknown: 0, percent: 100 }, null]);
    await fake.clock.pass(600);
    fake.world.looks.length = 0;
    pool.report(fake.at('a'), 'failed', 1);
    await fake.clock.pass(1200);
    assert.equal(fake.world.looks[0], 'a', 'its interval is 30 s');
  });
});

describe('breakers', () => {
  test('open, let one try, close; a line each', async () => {
    const fake = fakePool({ breaker: BREAKER });
    fake.set('a');
    assert.equal(fake.take(2, '', 'failed').join(''), 'aa');
    assert.equal(fake.take(1).join(), 'none', 'even where it is the only one');
    assert.deepEqual([fake.pool.retryAfter, fake.pool.health()], [5, { healthy: 0, total: 1, unknown: 0, percent: 0 }]);
    await fake.clock.pass(3500);
    assert.equal(fake.pool.retryAfter, 2);
    await fake.clock.pass(1500);
    const trial = fake.pool.next(new Set(), '');
    assert.deepEqual([trial?.id, fake.pool.next(new Set(), ''), fake.pool.retryAfter], ['a', null, 1], 'exactly one');
    fake.pool.report(fake.at('a'), 'abandoned', 0);
    assert.equal(fake.pool.next(new Set(), '')?.id, 'a', 'given back');
    fake.pool.report(fake.at('a'), 'failed', 0);
    assert.equal(fake.pool.next(new Set(), ''), null);
    await fake.clock.pass(5000);
    assert.equal(fake.take(3).join(''), 'aaa');
    assert.deepEqual(fake.lines, ['breaker-open a', 'breaker-half-open a', 'breaker-open a', 'breaker-half-open a', 'breaker-closed a']);
  });

  test('an open one is passed over, and its own requests are turned away', async () => {
    const fake = fakePool({ breaker: BREAKER });
    fake.set('a', 'b');
    for (let i = 0; i < 2; i++) fake.pool.report(fake.at('a'), 'failed', 1);
    assert.equal(fake.take(4).join(''), 'bbbb');
    assert.deepEqual([fake.pool.admits(fake.at('a')), fake.pool.admits(fake.at('b')), fake.pool.retryAfter], [false, true, 1]);
    await fake.clock.pass(5000);
    assert.deepEqual([fake.pool.admits(fake.at('a')), fake.pool.admits(fake.at('a'))], [true, false], 'the trial may be a request that can go nowhere else');
    fake.pool.report(fake.at('a'), 'answered', 0);
    assert.equal(fake.pool.admits(fake.at('a')), true);
  });

  test('that are all open answer with the first that may try', async () => {
    const fake = fakePool({ breaker: BREAKER });
    fake.set('a', 'b');
    fake.take(2, '', 'failed');
    fake.pool.report(fake.at('a'), 'failed', 1);
    await fake.clock.pass(800);
    fake.pool.report(fake.at('b'), 'failed', 1);
    assert.deepEqual([fake.take(1).join(), fake.pool.retryAfter], ['none', 5]);
    await fake.clock.pass(2000);
    assert.equal(fake.pool.retryAfter, 3);
  });

  test('are kept when the way to choose changes, and gone where none is wanted', () => {
    const fake = fakePool({ breaker: BREAKER });
    fake.set('a');
    fake.take(2, '', 'failed');
    fake.configure({ balance: 'random', breaker: { ...BREAKER, cooldown: 60_000 } });
    assert.deepEqual([fake.take(1).join(), fake.pool.retryAfter], ['none', 60]);
    fake.configure({ breaker: null });
    assert.equal(fake.take(1).join(), 'a');
  });

  test('reset closes them and ends ejections, of one or of all', () => {
    const fake = fakePool({ breaker: BREAKER, ejection: 1 });
    const reset = (id?: string): readonly string[] => resetInstances(fake.pool, id, fake.clock.now());
    fake.set('a', 'b', 'c');
    for (const id of ['a', 'b', 'b']) fake.pool.report(fake.at(id), 'failed', 1);
    unreachable(fake, 'b', 'c');
    fake.lines.length = 0;
    assert.deepEqual(reset('b'), ['b']);
    assert.deepEqual(fake.lines, ['breaker-closed b', 'instance-up b reset']);
    assert.deepEqual([reset('nobody'), reset(), reset()], [[], ['a', 'c'], []]);
    assert.deepEqual([up(fake), fake.at('a').breaker?.failures(fake.clock.now())], [['a', 'b', 'c'], 0]);
  });
});

describe('regions', () => {
  const near = { id: 'near', region: 'fra' };
  const far = { id: 'far', region: 'iad' };
  test('its own first, others when none of those is available', async () => {
    const fake = fakePool({ preferRegion: true, breaker: BREAKER }, { region: 'fra' });
    fake.set(far, near, { id: 'nowhere' }, { ...near, id: 'near2' });
    assert.deepEqual([...new Set(fake.take(6))].sort(), ['near', 'near2']);
    const tried = new Set([fake.at('near'), fake.at('near2')]);
    assert.ok(['far', 'nowhere'].includes(fake.pool.next(tried, '')?.id ?? ''));
    for (let i = 0; i < 2; i++) fake.pool.report(fake.at('near'), 'failed', 1);
    fake.world.well.set('near2', false);
    await fake.clock.pass(600);
    assert.deepEqual([...new Set(fake.take(6))].sort(), ['far', 'nowhere']);
    fake.world.well.set('near2', true);
    await fake.clock.pass(1200);
    assert.deepEqual([...new Set(fake.take(6))], ['near2']);
  });

  test('all alike without the wish, and where this gateway is nowhere', () => {
    for (const fake of [fakePool({}, { region: 'fra' }), fakePool({ preferRegion: true })]) {
      fake.set(far, near);
      assert.equal(fake.take(2).join(), 'far,near');
    }
  });
});

describe('instances that come and go', () => {
  test('those that stay are the same; each coming and going is said', async () => {
    const fake = fakePool();
    fake.set('a', 'b');
    const a = fake.at('a');
    fake.set('b', 'a');
    assert.deepEqual(fake.lines, [], 'another order is no change');
    fake.set('a', 'c');
    assert.equal(fake.at('a'), a);
    assert.deepEqual(fake.lines, ['instance-removed b', 'instance-added c']);
    assert.deepEqual(fake.pool.instances.map(({ id }) => id), ['a', 'c']);
    await fake.clock.pass(2000);
    assert.deepEqual(fake.world.closed, ['probe b', 'b']);
    assert.equal(fake.world.looks.includes('b'), false);
  });

  test('one that leaves finishes what it has begun', async () => {
    const fake = fakePool();
    fake.set('a', 'b');
    const a = fake.at('a');
    a.active = 1;
    fake.set('b');
    await fake.clock.pass(600_000);
    assert.deepEqual(fake.world.closed, ['probe a']);
    fake.pool.report(a, 'unreachable', 1);
    a.active = 0;
    await fake.clock.pass(1500);
    assert.deepEqual([fake.world.closed, fake.lines], [['probe a', 'a'], ['instance-removed a']]);
  });

  test('one made anew under its id keeps what was known about it', async () => {
    const fake = fakePool({ breaker: BREAKER });
    fake.set({ id: 'a', weight: 1 }, 'b');
    const before = fake.at('a');
    for (let i = 0; i < 2; i++) fake.pool.report(before, 'failed', 1);
    unreachable(fake, 'a');
    fake.lines.length = 0;
    fake.set({ id: 'a', weight: 5 }, 'b');
    const after = fake.at('a');
    assert.notEqual(after, before);
    assert.deepEqual([after.up, after.weight, after.tally.failed, fake.pool.admits(after), fake.lines], [false, 5, 2, false, []]);
    fake.pool.report(before, 'answered', 1);
    assert.equal(fake.pool.admits(after), false, 'the old one’s stragglers decide nothing');
  });

  test('a pool that is retired empties itself; one that is closed has nothing left', async () => {
    const fake = fakePool();
    fake.set('a', 'b');
    fake.at('a').active = 1;
    fake.pool.retire();
    assert.deepEqual([fake.take(1).join(), fake.pool.isIdle, fake.pool.retryAfter], ['none', false, 1]);
    await fake.clock.pass(1500);
    assert.deepEqual(fake.world.closed, ['probe a', 'probe b', 'b']);
    fake.set('c');
    await fake.pool.close();
    assert.deepEqual([fake.pool.isIdle, fake.world.closed.filter((id) => id === 'a')], [true, ['a']]);
    await fake.clock.pass(100_000);
    assert.deepEqual(fake.world.looks, []);
  });
});
