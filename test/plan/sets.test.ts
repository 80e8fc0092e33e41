/** Interning: what many share is kept once, so that a plan grows with the sum of servers and tenants and never with their product. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { checkConsistency } from '#src/plan/consistency.js';
import { Sets } from '#src/plan/sets.js';
import { validate } from '#src/config/validate.js';
import { randomOf, withSeeds } from '../support/random.js';
import { least, planOf, type Json } from '../support/planned.js';

describe('a set', () => {
  test('is labelled by its members', () => {
    const sets = new Sets(['a', 'b', 'c']);
    assert.equal(sets.add(['b', 'a']), 'a+b');
    assert.equal(sets.add(['c']), 'c');
    assert.equal(sets.add([]), '+none');
    assert.equal(sets.add(['c', 'b', 'a']), '+all');
    assert.deepEqual(sets.list(), [
      { id: '+all', members: ['a', 'b', 'c'] },
      { id: '+none', members: [] },
      { id: 'a+b', members: ['a', 'b'] },
      { id: 'c', members: ['c'] },
    ]);
  });

  test('is one, in whatever order and how often its members come', () => {
    const sets = new Sets(['a', 'b', 'c']);
    assert.equal(sets.add(['b', 'a']), sets.add(['a', 'b', 'a']));
    assert.equal(sets.list().length, 1);
  });

  test('of the only member there is has its name', () => {
    assert.equal(new Sets(['web']).add(['web']), 'web');
    assert.equal(new Sets([]).add([]), '+none');
  });

  test('of many has a label that can be read at a glance', () => {
    const many = Array.from({ length: 30 }, (_, i) => `server-${i}`);
    const label = new Sets([...many, 'other']).add(many);
    assert.match(label, /^server-0\+29-more-[0-9a-f]{8}$/);
    assert.ok(label.length <= 60);
  });

  test('has a label of its own: what is granted under one label is nobody else’s', () => {
    const NAMES = ['all', 'none', 'a', 'b', 'a-b', 'more', 'z'.repeat(31), 'y'.repeat(31), 'x'.repeat(31)];
    withSeeds(300, ({ below, pick }) => {
      const declared = NAMES.filter(() => below(3) > 0);
      const sets = new Sets(declared);
      const added = Array.from({ length: 6 }, () => (declared.length === 0 || below(4) === 0 ? pick([[], declared]) : declared.filter(() => below(2) === 0)));
      const labels = added.map((members) => sets.add(members));
      const membersOf = new Map(sets.list().map(({ id, members }) => [id, members]));
      for (const [i, members] of added.entries()) {
        assert.deepEqual(membersOf.get(labels[i] ?? ''), [...members].sort(), `${labels[i]} of ${declared.join(', ')}`);
      }
    });
  });
});

describe('names that are labels too', () => {
  const WEB = { kind: 'http', image: 'web' };

  test('a tenant with the server "all" has that server alone', () => {
    const tenants = { a: { match: { path: true }, servers: ['all'] }, b: { match: { host: 'b.com' }, servers: '*' } };
    const plan = planOf(least({ servers: { all: WEB, admin: WEB }, tenants }));
    assert.deepEqual(granted(plan), { a: ['all'], b: ['admin', 'all'] });
  });

  test('a tenant with the server "none" has it, one with no server has none', () => {
    const tenants = { a: { match: { path: true }, servers: ['none'] }, b: { match: { host: 'b.com' }, servers: [] } };
    const plan = planOf(least({ servers: { none: WEB, admin: WEB }, tenants }));
    assert.deepEqual(granted(plan), { a: ['none'], b: [] });
  });

  test('a server with no origins has none, also when an origin is called so', () => {
    const servers = { a: { ...WEB, origins: [] }, b: { ...WEB, origins: ['none'] } };
    const { traffic } = planOf(least({ servers, origins: { none: 'https://evil.com', other: 'https://a.com' } }));
    const sets = new Map(traffic.originSets.map(({ id, origins }) => [id, origins]));
    assert.deepEqual(traffic.routes.map(({ server, origins }) => [server, sets.get(origins)]), [['', []], ['a', []], ['b', ['none']]]);
  });

  function granted({ traffic }: ReturnType<typeof planOf>): Record<string, readonly string[] | undefined> {
    const sets = new Map(traffic.serverSets.map(({ id, servers }) => [id, servers]));
    return Object.fromEntries(traffic.tenants.map(({ name, servers }) => [name, sets.get(servers)]));
  }
});

/** `n` servers and tenants; tenants have one of a few selections, as deployments do, and `own` of them one of their own. */
function large(n: number, own = 0): Json {
  const numbers = Array.from({ length: n }, (_, i) => i);
  const { pick } = randomOf(1);
  const origins = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`o${i}`, `https://o${i}.acme.com`]));
  const narrowed = { origins: ['o0', 'o1'] };
  const selections = ['*', ...Array.from({ length: 4 }, (_, k) => numbers.filter((i) => i % 5 === k).map((i) => `s${i}`))];
  return {
    name: 'large',
    servers: Object.fromEntries(numbers.map((i) => [`s${i}`, { kind: 'http', image: 'web', origins: ['o0', `o${1 + (i % 9)}`] }])),
    origins,
    tenants: Object.fromEntries(
      numbers.map((i) => [`t${i}`, { match: { host: `t${i}.acme.com` }, servers: i < own ? [`s${i}`, 's0'] : pick(selections), ...(i < 20 ? narrowed : {}) }]),
    ),
  };
}

describe('a thousand servers and a thousand tenants', () => {
  const plan = planOf(large(1000));
  const tables = gatewayTables(plan);

  test('share a few sets', () => {
    assert.equal(plan.traffic.serverSets.length, 5);
    // Nine of two each, and the one that narrows is one of them; and the gateway's own route has none.
    assert.equal(plan.traffic.originSets.length, 10);
    assert.equal(plan.traffic.routes.length, 1001);
    assert.equal(plan.traffic.tenants.length, 1000);
  });

  test('are a plan and tables of a few bytes for each', () => {
    assert.ok(JSON.stringify(plan).length < 2000 * 1000, `the plan has ${JSON.stringify(plan).length} bytes`);
    assert.ok(JSON.stringify(tables).length < 1100 * 1000, `the tables have ${JSON.stringify(tables).length} bytes`);
  });

  test('grow by the sum and not by the product', () => {
    const size = (n: number): number => JSON.stringify(gatewayTables(planOf(large(n)))).length;
    const [one, two] = [size(200), size(400)];
    assert.ok(two < 2.2 * one, `${one} bytes for 200, ${two} for 400`);
  });

  test('a selection of one’s own costs that selection', () => {
    assert.equal(planOf(large(100, 50)).traffic.serverSets.length, 5 + 50);
  });
});

test('the check for empty grants looks at each class once, and not at each tenant with each server', () => {
  // Every tenant narrows, every one may use every server: the number of pairs is a hundred times that of tenants.
  const config = large(100);
  const tenants = Object.entries(config['tenants'] as object).map(([name, tenant]) => [name, { ...(tenant as object), servers: '*', origins: ['o0'] }]);
  const narrowed = { ...config, tenants: Object.fromEntries(tenants) };
  const validated = validate(narrowed);
  assert.ok(validated.ok);
  const { traffic } = planOf(narrowed);
  let reads = 0;
  const routes = traffic.routes.map((route) => new Proxy(route, { get: (target, key) => (reads++, Reflect.get(target, key) as unknown) }));
  assert.deepEqual(checkConsistency(validated.model, { ...traffic, routes }, 'local'), []);
  assert.ok(reads <= 10 * routes.length, `${reads} reads of ${routes.length} routes`);
});
