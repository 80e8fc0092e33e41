/** Environments: objects merge key by key; arrays, scalars and tagged unions replace whole; `null` removes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planConfig } from '#src/compile.js';
import { variants } from '#src/config/overlay.js';
import { withSeeds } from '../support/random.js';
import { BASE, pathOf, valueAt, withAt, type Json } from './support.js';

/** The base with one environment's overlay merged in. */
function merged(base: Json, overlay: unknown): Json {
  const { variants: all, diagnostics } = variants({ ...base, environments: { staging: overlay } });
  assert.deepEqual(diagnostics, []);
  return all[0]?.value as Json;
}

/** What is wrong with one environment's overlay, and where. */
function wrong(base: Json, overlay: unknown): readonly string[] {
  return variants({ ...base, environments: { staging: overlay } }).diagnostics.map((diagnostic) => `${pathOf(diagnostic)}: ${diagnostic.message}`);
}

interface Merge {
  readonly base: Readonly<Record<string, unknown>>;
  /** Overlay, by dotted path. */
  readonly overlay: Readonly<Record<string, unknown>>;
  /** Paths into the result, and what is there. */
  readonly gives: Readonly<Record<string, unknown>>;
}

const MERGES: Readonly<Record<string, Merge>> = {
  'objects merge key by key': {
    base: { 'gateway.limits': { body: '4mb', depth: 64 }, 'gateway.replicas': 2 },
    overlay: { 'gateway.limits.body': '8mb' },
    gives: { 'gateway.limits': { body: '8mb', depth: 64 }, 'gateway.replicas': 2 },
  },
  'what the base does not have is added': {
    base: {},
    overlay: { 'gateway.cors.credentials': true, 'targets.compose': {} },
    gives: { 'gateway.cors': { credentials: true }, 'targets.compose': {} },
  },
  'lists replace whole': {
    base: { 'servers.web.origins': ['app', 'more'] },
    overlay: { 'servers.web.origins': ['more'] },
    gives: { 'servers.web.origins': ['more'] },
  },
  'an empty list is a list': { base: { 'gateway.hosts': ['a.com'] }, overlay: { 'gateway.hosts': [] }, gives: { 'gateway.hosts': [] } },
  'a scalar replaces a list': { base: { 'gateway.hosts': ['a.com'] }, overlay: { 'gateway.hosts': 'any' }, gives: { 'gateway.hosts': 'any' } },
  'a scalar replaces an object': {
    base: { 'origins.app': { origin: 'https://a.com', owner: 'web' } },
    overlay: { 'origins.app': 'https://b.com' },
    gives: { 'origins.app': 'https://b.com' },
  },
  'an object replaces a scalar': { base: {}, overlay: { 'origins.app': { origin: 'https://b.com' } }, gives: { 'origins.app': { origin: 'https://b.com' } } },
  'a list of expectations replaces': {
    base: {},
    overlay: { 'policy.expect': [] },
    gives: { 'policy.expect': [], 'policy.suppress': valueAt(BASE, 'policy.suppress') },
  },

  'another question replaces the base’s, with its settings': {
    base: { 'servers.web.health': { path: '/health', method: 'HEAD', every: '5s' } },
    overlay: { 'servers.web.health': { mcp: 'ping' } },
    gives: { 'servers.web.health': { mcp: 'ping' } },
  },
  'a path takes the place of a command': {
    base: { 'servers.web.health': { command: ['true'], startup: '2m' } },
    overlay: { 'servers.web.health': { path: '/health' } },
    gives: { 'servers.web.health': { path: '/health' } },
  },
  'the same question with another path is still asked as it was': {
    base: { 'servers.web.health': { path: '/health', method: 'HEAD', every: '5s' } },
    overlay: { 'servers.web.health.path': '/healthz' },
    gives: { 'servers.web.health': { path: '/healthz', method: 'HEAD', every: '5s' } },
  },
  'what all questions have is merged': {
    base: { 'servers.web.health': { mcp: 'discover', every: '5s' } },
    overlay: { 'servers.web.health': { every: '1m', path: undefined, command: null } },
    gives: { 'servers.web.health': { mcp: 'discover', every: '1m' } },
  },
  'another question that says the old one is gone': {
    base: { 'servers.web.health': { path: '/health' } },
    overlay: { 'servers.web.health': { path: null, command: ['true'] } },
    gives: { 'servers.web.health': { command: ['true'] } },
  },
  'headers that are changed merge name by name, lists of them replace': {
    base: { 'servers.web.transform': { request: { set: { 'X-A': '1', 'X-B': '2' }, remove: ['X-C'] }, response: { redact: ['content[*].text'] } } },
    overlay: { 'servers.web.transform.request': { set: { 'X-A': null, 'X-D': '4' }, remove: ['X-E'] } },
    gives: { 'servers.web.transform': { request: { set: { 'X-B': '2', 'X-D': '4' }, remove: ['X-E'] }, response: { redact: ['content[*].text'] } } },
  },
  'settings of a strategy merge': {
    base: { 'strategies.even': { balance: 'rendezvous', by: 'tenant', breaker: { failures: 3, window: '1m' } } },
    overlay: { 'strategies.even': { by: null, breaker: { failures: 9 } } },
    gives: { 'strategies.even': { balance: 'rendezvous', breaker: { failures: 9, window: '1m' } } },
  },
  'instances are a list': {
    base: {},
    overlay: { 'servers.there.instances': [{ url: 'https://b.com/mcp', weight: 2 }] },
    gives: { 'servers.there.instances': [{ url: 'https://b.com/mcp', weight: 2 }] },
  },
  'a secret replaces, also where it is another': {
    base: { 'gateway.admin': { writeToken: { secret: 'ONE' } } },
    overlay: { 'gateway.admin.writeToken': { secret: 'TWO' } },
    gives: { 'gateway.admin': { writeToken: { secret: 'TWO' } } },
  },
  'traces are switched off': { base: {}, overlay: { 'gateway.traces': null }, gives: { 'gateway.traces': undefined } },

  'null removes a key': {
    base: { 'servers.web.strategy': 'even' },
    overlay: { 'servers.web.strategy': null },
    gives: { 'servers.web.strategy': undefined, 'servers.web.image': 'ghcr.io/acme/web:1.4.2' },
  },
  'null removes an entry': { base: {}, overlay: { 'servers.tool': null }, gives: { 'servers.tool': undefined, 'servers.web.kind': 'http' } },
  'null removes what the base does not have': {
    base: {},
    overlay: { 'gateway.url': null, 'gateway.traces': null },
    gives: { 'gateway.url': undefined, 'gateway.traces': undefined },
  },
  'null within what the base does not have': {
    base: { 'gateway': undefined },
    overlay: { 'gateway.admin': null, 'gateway.replicas': 2 },
    gives: { 'gateway': { replicas: 2 } },
  },
  'null within what replaces whole': {
    base: {},
    overlay: { 'servers.web': { kind: 'http', image: 'new', health: null } },
    gives: { 'servers.web': { kind: 'http', image: 'new' } },
  },
  'undefined says nothing, as everywhere': {
    base: { 'gateway.replicas': 2 },
    overlay: { 'gateway.replicas': undefined, servers: undefined },
    gives: { 'gateway.replicas': 2, 'servers.web.kind': 'http' },
  },

  'a server with its kind replaces whole': {
    base: {},
    overlay: { 'servers.web': { kind: 'http', image: 'new' } },
    gives: { 'servers.web': { kind: 'http', image: 'new' }, 'servers.tool.kind': 'stdio' },
  },
  'a server without its kind is merged': {
    base: {},
    overlay: { 'servers.web.image': 'new' },
    gives: { 'servers.web.image': 'new', 'servers.web.health': { path: '/health' } },
  },
  'TLS elsewhere': {
    base: { 'gateway.tls': { at: 'nginx', certificate: '/a', key: '/b' } },
    overlay: { 'gateway.tls': { at: 'platform' } },
    gives: { 'gateway.tls': { at: 'platform' } },
  },
  'part of TLS': {
    base: { 'gateway.tls': { at: 'nginx', certificate: '/a', key: '/b' } },
    overlay: { 'gateway.tls': { key: '/c' } },
    gives: { 'gateway.tls': { at: 'nginx', certificate: '/a', key: '/c' } },
  },
  'an exposure': {
    base: { 'targets.kubernetes.exposure': { kind: 'gateway-api', gatewayClass: 'x' } },
    overlay: { 'targets.kubernetes.exposure': { kind: 'none' } },
    gives: { 'targets.kubernetes.exposure': { kind: 'none' } },
  },
  'a preset': { base: {}, overlay: { 'origins.more': { preset: 'ngrok' } }, gives: { 'origins.more': { preset: 'ngrok' } } },
  'an origin in place of a preset': {
    base: {},
    overlay: { 'origins.wild': { origin: 'https://a.com' } },
    gives: { 'origins.wild': { origin: 'https://a.com' } },
  },
  'a secret': {
    base: { 'servers.web.env': { A: { secret: 'ONE' }, B: 'x' } },
    overlay: { 'servers.web.env.A': { secret: 'TWO' } },
    gives: { 'servers.web.env': { A: { secret: 'TWO' }, B: 'x' } },
  },
  'a match by client': {
    base: { 'tenants.acme.match': { host: 'a.com' } },
    overlay: { 'tenants.acme.match': { client: 'ci' } },
    gives: { 'tenants.acme.match': { client: 'ci' } },
  },
  'a match by host': { base: {}, overlay: { 'tenants.acme.match': { host: 'a.com' } }, gives: { 'tenants.acme.match': { host: 'a.com' } } },
  'a match by path': { base: {}, overlay: { 'tenants.acme.match': { path: true } }, gives: { 'tenants.acme.match': { path: true } } },

  // Words that tell kinds apart in one place are ordinary keys and names in another.
  'the host to listen on': {
    base: { 'gateway.listen': { port: 9000 } },
    overlay: { 'gateway.listen.host': '::' },
    gives: { 'gateway.listen': { port: 9000, host: '::' } },
  },
  'the host of the admin listener': {
    base: { 'gateway.admin': { port: 9999, readToken: { secret: 'READ' } } },
    overlay: { 'gateway.admin.host': '::' },
    gives: { 'gateway.admin': { port: 9999, readToken: { secret: 'READ' }, host: '::' } },
  },
  ...Object.fromEntries(
    ['client', 'host', 'secret', 'kind', 'at', 'preset', 'path'].map((name) => [
      `a server, a label and a variable called ${name}`,
      {
        base: { [`servers.${name}`]: { kind: 'http', image: 'x' }, labels: { a: 'b', [name]: 'c' }, 'servers.web.env': { A: 'b', [name]: 'c' } },
        overlay: { [`servers.${name}.replicas`]: 2, [`labels.${name}`]: 'd', [`servers.web.env.${name}`]: 'd' },
        gives: {
          [`servers.${name}`]: { kind: 'http', image: 'x', replicas: 2 },
          'servers.web.image': 'ghcr.io/acme/web:1.4.2',
          'labels': { a: 'b', [name]: 'd' },
          'servers.web.env': { A: 'b', [name]: 'd' },
        },
      } satisfies Merge,
    ]),
  ),
};

const at = (root: Json, changes: Readonly<Record<string, unknown>>): Json =>
  Object.entries(changes).reduce((config, [path, value]) => withAt(config, path, value), root);

describe('an overlay', () => {
  for (const [label, { base, overlay, gives }] of Object.entries(MERGES)) {
    test(label, () => {
      const result = merged(at(BASE, base), at({}, overlay));
      // As JSON: a key without a value is a key that is not there.
      for (const [path, value] of Object.entries(gives)) assert.equal(JSON.stringify(valueAt(result, path)), JSON.stringify(value), path);
    });
  }

  test('changes neither base nor overlay', () => {
    const overlay = { gateway: { replicas: 2 }, servers: { web: { env: { A: 'x' } }, tool: null } };
    const before = JSON.stringify([BASE, overlay]);
    merged(BASE, overlay);
    assert.equal(JSON.stringify([BASE, overlay]), before);
  });

  test('that says nothing changes nothing', () => {
    assert.deepEqual(merged(BASE, {}), BASE);
  });

  test('that says what the base says changes nothing', () => {
    withSeeds(100, ({ pick }) => {
      const part = pick(['gateway', 'servers', 'origins', 'tenants', 'strategies', 'targets', 'policy', 'auth'] as const);
      assert.deepEqual(merged(BASE, { [part]: BASE[part] }), BASE);
    });
  });
});

describe('without environments', () => {
  test('there is one variant, the config', () => {
    assert.deepEqual(variants(BASE), { variants: [{ environment: null, value: BASE }], diagnostics: [] });
    for (const value of [null, 5, [], undefined]) assert.deepEqual(variants(value).variants, [{ environment: null, value }]);
  });
});

describe('environments', () => {
  test('each is one variant, by name, without the others', () => {
    const { variants: all, diagnostics } = variants({ ...BASE, environments: { staging: { gateway: { replicas: 2 } }, production: {} } });
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(all.map(({ environment }) => environment), ['production', 'staging']);
    assert.deepEqual(all[0]?.value, BASE);
    assert.ok(all.every(({ value }) => !('environments' in (value as Json))));
  });

  const BAD: Readonly<Record<string, { readonly environments: unknown; readonly says: readonly string[] }>> = {
    'no object': { environments: 5, says: ['environments: expected an object with at least one environment'] },
    'none at all': { environments: {}, says: ['environments: expected an object with at least one environment'] },
    'a list': { environments: ['staging'], says: ['environments: expected an object with at least one environment'] },
    null: { environments: null, says: ['environments: expected an object with at least one environment'] },
    'one that is no object': { environments: { staging: 5 }, says: ['environments.staging: expected an object'] },
    'one that is a list': { environments: { staging: [] }, says: ['environments.staging: expected an object'] },
    'a name that cannot be a folder': {
      environments: { 'a/b': {} },
      says: ['environments.a/b: "a/b" cannot be the name of an environment: lower case letters, digits and dashes'],
    },
    'an upper-case name': {
      environments: { Staging: {} },
      says: ['environments.Staging: "Staging" cannot be the name of an environment: lower case letters, digits and dashes'],
    },
  };
  for (const [label, { environments, says }] of Object.entries(BAD)) {
    test(label, () => {
      assert.deepEqual(variants({ ...BASE, environments }).diagnostics.map((diagnostic) => `${pathOf(diagnostic)}: ${diagnostic.message}`), says);
      const planned = planConfig({ ...BASE, environments });
      assert.ok(!planned.ok);
      assert.equal(planned.diagnostics.length, says.length, 'said once');
    });
  }

  test('names must exist in the base', () => {
    const MEANT: Readonly<Record<string, string>> = {
      'servers.wob': 'web',
      'origins.ap': 'app',
      'tenants.acne': 'acme',
      'strategies.evn': 'even',
      'auth.clients.cj': 'ci',
    };
    for (const [path, meant] of Object.entries(MEANT)) {
      const [section, name] = [path.slice(0, path.lastIndexOf('.')), path.slice(path.lastIndexOf('.') + 1)];
      const why = `"${name}" is not declared under ${section}; an environment changes what the base declares; did you mean "${meant}"?`;
      for (const value of [{}, null, { kind: 'http', image: 'x' }, 'https://x.com']) {
        assert.deepEqual(wrong(BASE, withAt({}, path, value)), [`environments.staging.${path}: ${why}`], `${path}: ${JSON.stringify(value)}`);
      }
    }
  });

  test('also where another name is a word that tells kinds apart', () => {
    for (const name of ['client', 'host', 'kind']) {
      const base = withAt(BASE, `servers.${name}`, { kind: 'http', image: 'x' });
      assert.equal(wrong(base, { servers: { [name]: {}, wob: {} } }).length, 1, name);
    }
  });

  test('names that objects have already do not exist in the base', () => {
    assert.equal(wrong(BASE, { servers: { constructor: {} } }).length, 1);
    assert.equal(wrong(BASE, JSON.parse('{ "servers": { "__proto__": {} } }')).length, 1);
  });

  test('without a group in the base nothing in it exists', () => {
    assert.equal(wrong({ name: 'acme', servers: { web: { kind: 'http', image: 'x' } } }, { origins: { app: 'https://a.com' } }).length, 1);
  });

  test('the name cannot differ, and environments have no environments', () => {
    assert.deepEqual(wrong(BASE, { name: 'other' }), ['environments.staging.name: "name" cannot differ between environments']);
    assert.deepEqual(wrong(BASE, { name: 'acme' }), ['environments.staging.name: "name" cannot differ between environments']);
    assert.deepEqual(wrong(BASE, { environments: {} }), ['environments.staging.environments: "environments" cannot differ between environments']);
  });

  test('all of it is said at once, for all of them', () => {
    const found = variants({ ...BASE, environments: { staging: { name: 'x', servers: { wob: {} } }, Prod: { origins: { ap: 'x' } } } }).diagnostics;
    assert.deepEqual(found.map(pathOf), ['environments.Prod', 'environments.Prod.origins.ap', 'environments.staging.name', 'environments.staging.servers.wob']);
  });
});

describe('planning them', () => {
  test('each has a plan of its own', () => {
    const production = { gateway: { url: 'https://mcp.acme.com', sessionKeys: [{ secret: 'SEAL' }] }, targets: { fly: { app: 'acme-production' } } };
    const planned = planConfig({ ...BASE, environments: { staging: { gateway: { replicas: 3 } }, production } });
    assert.ok(planned.ok);
    assert.deepEqual(planned.plans.map(({ environment, profile }) => [environment, profile]), [['production', 'production'], ['staging', 'local']]);
    assert.equal(new Set(planned.plans.map(({ hash }) => hash)).size, 2);
  });

  test('one that is broken says which', () => {
    const planned = planConfig({ ...BASE, environments: { staging: { servers: { web: { port: 'x' } } }, production: {} } });
    assert.ok(!planned.ok);
    assert.deepEqual(
      planned.diagnostics.map(({ environment, diagnostic }) => `${environment}: ${diagnostic.code} ${pathOf(diagnostic)}`),
      ['staging: type servers.web.port'],
    );
  });

  test('what an environment takes away is missed where it is referred to', () => {
    const planned = planConfig({ ...BASE, environments: { staging: { origins: { app: null }, servers: { web: { origins: ['app'] } } } } });
    assert.ok(!planned.ok);
    assert.deepEqual(planned.diagnostics.map(({ diagnostic }) => `${diagnostic.code} ${pathOf(diagnostic)}`), ['reference servers.web.origins.0']);
  });

  test('later keys are refused in an environment too', () => {
    const planned = planConfig({ ...BASE, environments: { staging: { gateway: { unified: {} } } } });
    assert.ok(!planned.ok);
    assert.deepEqual(planned.diagnostics.map(({ environment, diagnostic }) => [environment, diagnostic.code]), [['staging', 'later']]);
  });
});
