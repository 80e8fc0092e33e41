/** What holds for every plan: plain, frozen, sorted, the same for the same config, and each node tells where it comes from. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Plan } from '#src/plan/types.js';
import { withSeeds, type Random } from '../support/random.js';
import { withAt } from '../config/support.js';
import { least, planOf, problems, type Json } from '../support/planned.js';
import { FULL } from './support.js';

const PLANS: Readonly<Record<string, Plan>> = { least: planOf(least()), full: planOf(FULL) };

/** Every value of a plan with its path. */
function* nodes(value: unknown, path = ''): Iterable<readonly [string, unknown]> {
  yield [path, value];
  if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) yield* nodes(inner, `${path}.${key}`);
}

describe('every plan', () => {
  for (const [label, plan] of Object.entries(PLANS)) {
    test(`is plain data that JSON keeps: ${label}`, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
      assert.deepEqual(structuredClone(plan), plan);
      for (const [path, value] of nodes(plan)) {
        const isScalar = value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
        const isPlain = isScalar || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
        assert.ok(isPlain, `${path} is ${String(value)}`);
      }
    });

    test(`cannot be written to: ${label}`, () => {
      for (const [path, value] of nodes(plan)) assert.ok(Object.isFrozen(value), path);
    });

    test(`sorts what has a name: ${label}`, () => {
      const { traffic, infra } = plan;
      const lists: Readonly<Record<string, readonly string[]>> = {
        hosts: traffic.hosts.map(({ name }) => name),
        trustedProxies: traffic.trustedProxies,
        revisions: traffic.revisions,
        origins: traffic.origins.map(({ name }) => name),
        originSets: traffic.originSets.map(({ id }) => id),
        serverSets: traffic.serverSets.map(({ id }) => id),
        routes: traffic.routes.map(({ path }) => path),
        clients: traffic.clients.map(({ name }) => name),
        tenants: traffic.tenants.map(({ name }) => name),
        pools: traffic.pools.map(({ server }) => server),
        workloads: infra.workloads.map(({ id }) => id),
        secrets: infra.secrets.map(({ name }) => name),
        dev: infra.dev.map(({ server }) => server),
        exposeHeaders: traffic.cors.exposeHeaders,
        ...Object.fromEntries(traffic.originSets.map(({ id, origins }) => [`originSets.${id}`, origins])),
        ...Object.fromEntries(traffic.serverSets.map(({ id, servers }) => [`serverSets.${id}`, servers])),
        ...Object.fromEntries(traffic.clients.map(({ name, permissions }) => [`clients.${name}.permissions`, permissions])),
        ...Object.fromEntries(traffic.routes.map(({ path, methods }) => [`routes.${path}.methods`, methods])),
        ...Object.fromEntries([infra.gateway, ...infra.workloads].map(({ id, env }) => [`workloads.${id}.env`, env.map(({ name }) => name)])),
        ...Object.fromEntries(infra.workloads.map(({ id, volumes }) => [`workloads.${id}.volumes`, volumes.map(({ name }) => name)])),
      };
      for (const [name, list] of Object.entries(lists)) {
        assert.deepEqual(list, [...list].sort(), name);
        assert.equal(new Set(list).size, list.length, `${name} has one twice`);
      }
    });

    test(`refers to what it has: ${label}`, () => {
      const { traffic } = plan;
      const names = (list: readonly { name: string }[]) => new Set(list.map(({ name }) => name));
      const origins = names(traffic.origins);
      const originSets = new Set(traffic.originSets.map(({ id }) => id));
      const serverSets = new Set(traffic.serverSets.map(({ id }) => id));
      const servers = new Set(traffic.pools.map(({ server }) => server));
      for (const set of traffic.originSets) assert.ok(set.origins.every((name) => origins.has(name)), set.id);
      for (const set of traffic.serverSets) assert.ok(set.servers.every((name) => servers.has(name)), set.id);
      for (const route of traffic.routes) assert.ok((servers.has(route.server) || route.kind === 'health') && originSets.has(route.origins), route.path);
      for (const tenant of traffic.tenants) {
        assert.ok(serverSets.has(tenant.servers), tenant.name);
        assert.ok(tenant.origins === null || originSets.has(tenant.origins), tenant.name);
      }
      const workloads = new Set([plan.infra.gateway, ...plan.infra.workloads].map(({ id }) => id));
      for (const { name, uses } of plan.infra.secrets) assert.ok(uses.length > 0 && uses.every(({ workload }) => workloads.has(workload)), name);
    });
  }

  test('shows no secret, only names of secrets', () => {
    const text = JSON.stringify(planOf(FULL));
    for (const name of ['SEAL_NEW', 'READ', 'PARTNER_A', 'WEB_TOKEN', 'FILES_KEY']) assert.ok(text.includes(`"${name}"`), name);
  });
});

describe('each node tells where it was written', () => {
  /** Places that stand for a default: the object is left out, and what it would say is still planned. */
  const DEFAULTS = new Set(['gateway', 'tenants']);

  for (const [label, config] of Object.entries({ least: least(), full: FULL })) {
    test(label, () => {
      const found: string[] = [];
      for (const [path, value] of nodes(planOf(config))) {
        if (!path.endsWith('.from') && !path.includes('.chosen.')) continue;
        if (typeof value !== 'string' || (!exists(config, value) && !DEFAULTS.has(value))) found.push(`${path}: ${String(value)}`);
      }
      assert.deepEqual(found, []);
    });
  }

  test('a match that is a list of one', () => {
    const config = least({ tenants: { a: { match: [{ host: 'a.com' }] } } });
    for (const { from } of planOf(config).traffic.hosts.filter(({ tenant }) => tenant !== null)) assert.ok(exists(config, from), from);
  });

  function exists(config: unknown, path: string): boolean {
    let node = config;
    for (const key of path.split('.')) {
      if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return false;
      node = (node as Json)[key];
    }
    return true;
  }
});

/** The same config with the keys of every object in another order. */
function shuffled(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, random));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => ({ key, inner: shuffled(inner, random), rank: random.below(1000) }));
  return Object.fromEntries(entries.sort((a, b) => a.rank - b.rank).map(({ key, inner }) => [key, inner]));
}

describe('the same config', () => {
  test('gives the same bytes, in whatever order its keys are', () => {
    const text = JSON.stringify(planOf(FULL));
    withSeeds(25, (random) => assert.equal(JSON.stringify(planOf(shuffled(FULL, random))), text));
  });

  test('gives the same bytes, in whatever order its sets are', () => {
    const unordered = [
      'gateway.hosts', 'gateway.trustedProxies', 'gateway.cors.exposeHeaders', 'auth.clients.partner.permissions',
      'tenants.partner.servers', 'servers.web.origins', 'targets.kubernetes.pullSecrets', 'gateway.revisions',
    ];
    const full = withAt(FULL, 'gateway.revisions', ['2025-06-18', '2026-07-28', '2025-11-25']);
    for (const path of unordered) {
      const list = path.split('.').reduce<unknown>((node, key) => (node as Json)[key], full) as readonly string[];
      assert.ok(list.length > 1, path);
      assert.equal(JSON.stringify(planOf(withAt(full, path, [...list].reverse()))), JSON.stringify(planOf(full)), path);
    }
  });

  test('keeps the order that means something', () => {
    const { traffic, infra } = planOf(FULL);
    assert.deepEqual(traffic.sessions.keys, ['SEAL_NEW', 'SEAL_OLD'], 'the first seals');
    assert.deepEqual(traffic.clients.find(({ name }) => name === 'partner')?.keys, ['PARTNER_B', 'PARTNER_A']);
    assert.deepEqual(infra.workloads.find(({ id }) => id === 'files')?.child?.command, ['files', '/data']);
    const crm = traffic.pools.find(({ server }) => server === 'crm')?.sources.local;
    assert.deepEqual(crm?.kind === 'urls' && crm.instances.map(({ id }) => id), ['b', 'a.acme.com:8443']);
  });
});

describe('the hash', () => {
  const hash = planOf(FULL).hash;
  const of = (path: string, value: unknown): string => planOf(withAt(FULL, path, value)).hash;

  test('is a sha256', () => {
    assert.match(hash, /^[0-9a-f]{64}$/);
  });

  test('is of what a plan says and not of how its types lay it out: whoever changes this one makes every deployment roll out', () => {
    assert.equal(planOf(least()).hash, '63f0f00ad5f7b7fe11cf7377f236d49900817ce82cc038151b6aca519b8a1409');
  });

  const CHANGES: Readonly<Record<string, unknown>> = {
    'gateway.url': 'https://mcp2.acme.com', 'gateway.limits': { body: '1mb' }, 'gateway.requireOrigin': true, 'gateway.replicas': 3,
    'gateway.log': { level: 'debug' }, 'servers.web.image': 'ghcr.io/acme/web:1.4.3', 'servers.web.port': 8102, 'servers.web.env': { ZONE: 'us' },
    'servers.web.strategy': 'round-robin', 'origins.app': 'https://app2.acme.com', 'tenants.partner.servers': ['web'], 'tenants.partner.rate': '601/min',
    'auth.clients.internal.permissions': ['read'], 'targets.compose.expose': 9091, 'targets.fly.region': 'fra', 'images.node': 'node:26-slim',
    name: 'acme2', profile: 'local', 'servers.files.limits': { idle: '2m' },
  };
  test('changes with whatever is enforced or run', () => {
    const hashes = Object.entries(CHANGES).map(([path, value]) => of(path, value));
    assert.equal(new Set([hash, ...hashes]).size, hashes.length + 1);
  });

  test('changes with workers, and not where one is what it would be anyway', () => {
    const hashes = [1, 2, 3].map((workers) => planOf(least({ gateway: { workers } })).hash);
    assert.deepEqual([hashes[0], new Set(hashes).size], [planOf(least()).hash, 3]);
  });

  test('does not change with what is only checked', () => {
    const checked = { policy: {}, 'policy.rules': { MCP101: 'off' }, 'policy.expect': [], 'policy.suppress': [] };
    for (const [path, value] of Object.entries(checked)) assert.equal(of(path, value), hash, path);
  });

  test('is another for another environment', () => {
    const planned = planOf({ ...FULL, environments: { staging: {} } });
    assert.equal(planned.environment, 'staging');
    assert.notEqual(planned.hash, hash);
  });
});

test('nothing is wrong with either config', () => {
  assert.deepEqual(problems(FULL), []);
  assert.deepEqual(problems(least()), []);
});
