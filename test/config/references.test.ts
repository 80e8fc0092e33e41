/** Names, references from one part to another, and what may be there once only. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placesThatMean } from '#src/config/fields.js';
import { BALANCES } from '#src/config/language/strategies.js';
import { SECTIONS } from '#src/config/sections.js';
import { BASE, diagnosticsOf, least, message, pathOf, patternOf, said, valueAt, withAt } from './support.js';

describe('names', () => {
  const GROUPS: Readonly<Record<string, unknown>> = {
    servers: { kind: 'http', image: 'web' },
    origins: 'https://x.acme.com',
    tenants: { match: { path: true } },
    strategies: { balance: 'round-robin' },
    'auth.clients': { keys: [{ secret: 'X_KEY' }] },
  };
  const BAD = ['Web', '1web', '-web', 'web-', 'we b', 'we_b', 'web.x', '', 'wéb', 'a'.repeat(32), 'web\n', 'web/x', 'web+x'];
  const GOOD = ['w', 'web-1', 'a'.repeat(31), 'constructor', 'a--b'];
  test('every section of the schema is among the groups', () => {
    assert.deepEqual([...SECTIONS.values()].map(({ path }) => path).sort(), Object.keys(GROUPS).sort());
  });
  for (const [group, entry] of Object.entries(GROUPS)) {
    /** What is said of one entry more. */
    const named = (name: string) => {
      const entries = { ...(valueAt(BASE, group) as object) };
      Object.defineProperty(entries, name, { value: entry, enumerable: true });
      return diagnosticsOf(withAt(BASE, group, entries));
    };
    test(group, () => {
      for (const name of BAD) {
        const [diagnostic, ...more] = named(name);
        assert.deepEqual([diagnostic?.code, more.length], ['name', 0], JSON.stringify(name));
        assert.deepEqual(diagnostic?.place, { kind: 'path', path: [...group.split('.'), name], key: true });
        const form = / cannot be a name: a lower case letter, then at most 30 lower case letters, digits and dashes, no dash at the end$/;
        assert.match(diagnostic?.message ?? '', form);
      }
      for (const name of GOOD) assert.deepEqual(named(name), [], name);
    });

    test(`${group}: what sets a prototype is no name`, () => {
      assert.deepEqual(named('__proto__').map(({ code }) => code), ['name']);
    });
  }

  test('names of generated services are taken', () => {
    for (const name of ['gateway', 'gateway-admin', 'nginx']) {
      assert.match(message(least({ servers: { [name]: { kind: 'http', image: 'x' } } })), /is the name of a generated service; choose another$/);
    }
  });

  test('the name of a built-in strategy is for that strategy, with settings of one’s own', () => {
    for (const name of BALANCES) {
      for (const balance of BALANCES) {
        const config = least({ strategies: { [name]: { balance, retries: 2 } } });
        if (balance === name) assert.deepEqual(said(config), []);
        else assert.equal(message(config), `"${name}" is a built-in strategy; its balance is "${name}", or choose another name`);
      }
      // What has not its shape is told that alone.
      assert.deepEqual(said(least({ strategies: { [name]: { balance: 'robin' } } })), [`value strategies.${name}.balance`]);
    }
  });

  test('the name of a resource must fit, where there are resources', () => {
    const long = { name: 'a'.repeat(30), servers: { ['b'.repeat(22)]: { kind: 'http', image: 'x' } } };
    assert.deepEqual(said(long), []);
    assert.deepEqual(said({ ...long, targets: { compose: {}, nginx: {} } }), []);
    assert.match(message({ ...long, targets: { kubernetes: {} } }), /which may have 52 characters; it has 53$/);
    assert.match(message({ ...long, targets: { fly: { region: 'ord' } } }), /which may have 52 characters; it has 53$/);
    assert.deepEqual(said({ ...long, name: 'a'.repeat(29), targets: { kubernetes: {} } }), []);
  });

  test('on Fly the name of the app counts', () => {
    const fly = (app: string) => said({ name: 'a', servers: { ['b'.repeat(31)]: { kind: 'http', image: 'x' } }, targets: { fly: { region: 'ord', app } } });
    assert.deepEqual(fly('a'.repeat(20)), []);
    // `<app>-<server>` is a host name below .internal: a label of at most 63.
    assert.equal(fly('a'.repeat(40)).length, 1);
  });
});

/** Each kind of reference: where, a name that is nearly right, and what it is told. */
const REFERENCES: Readonly<Record<string, { readonly value: unknown; readonly at?: string; readonly says: string }>> = {
  'servers.web.origins': { value: ['app', 'ap'], at: 'servers.web.origins.1', says: 'no origin is named "ap"; did you mean "app"?' },
  'servers.tool.origins': { value: ['appp'], at: 'servers.tool.origins.0', says: 'no origin is named "appp"; did you mean "app"?' },
  'servers.web.strategy': { value: 'evne', says: 'no strategy is named "evne"; did you mean "even"?' },
  'servers.there.strategy': { value: 'round-robbin', says: 'no strategy is named "round-robbin"; did you mean "round-robin"?' },
  'servers.asked.strategy': { value: 'weigted', says: 'no strategy is named "weigted"; did you mean "weighted"?' },
  'servers.tool.strategy': {
    value: 'nowhere',
    says:
      'no strategy is named "nowhere" | declared under strategies: even, named; ' +
      'built in: round-robin, least-connections, weighted, health-based, random, rendezvous',
  },
  'tenants.acme.servers': { value: ['web', 'tol'], at: 'tenants.acme.servers.1', says: 'no server is named "tol"; did you mean "tool"?' },
  'tenants.acme.origins': {
    value: ['elsewhere'],
    at: 'tenants.acme.origins.0',
    says: 'no origin is named "elsewhere" | declared under origins: app, more, wild',
  },
  'tenants.acme.match': { value: { client: 'cj' }, at: 'tenants.acme.match.client', says: 'no client is named "cj"; did you mean "ci"?' },
  'policy.expect.0.request.server': { value: 'wob', says: 'no server is named "wob"; did you mean "web"?' },
  'policy.expect.0.request.as': { value: { client: 'cii' }, at: 'policy.expect.0.request.as.client', says: 'no client is named "cii"; did you mean "ci"?' },
  'policy.rules': {
    value: { 'origin-wildcrd': 'off' },
    at: 'policy.rules.origin-wildcrd',
    says: 'no rule is called "origin-wildcrd"; did you mean "origin-wildcard"?',
  },
};

describe('a reference to what is not declared', () => {
  for (const [path, { value, at = path, says }] of Object.entries(REFERENCES)) {
    test(path, () => {
      const config = withAt(BASE, path, value);
      assert.equal(message(config), says);
      assert.deepEqual(diagnosticsOf(config).map(pathOf), [at]);
    });
  }

  test('every reference of the schema has a row, or a test below', () => {
    const rows = Object.entries(REFERENCES).map(([path, { at = path }]) => patternOf(at));
    const below = ['tenants.*.match.#.client', 'policy.expect.#.request.as.tenant'];
    assert.deepEqual([...placesThatMean('refersTo').keys()].filter((place) => ![...rows, ...below].includes(place)), []);
  });

  test('to a tenant', () => {
    const config = withAt(BASE, 'policy.expect.0.request.as', { tenant: 'acne' });
    assert.equal(message(config), 'no tenant is named "acne"; did you mean "acme"?');
  });

  test('where nothing is declared', () => {
    assert.equal(message(least({ tenants: { acme: { match: { client: 'ci' } } } })), 'no client is named "ci" | nothing is declared under auth.clients');
  });

  test('names that objects have already are not declared by it', () => {
    for (const name of ['constructor', 'tostring', '__proto__', 'toString', 'hasOwnProperty']) {
      assert.deepEqual(said(least({ tenants: { acme: { match: { path: true }, servers: [name] } } })), ['reference tenants.acme.servers.0'], name);
      assert.deepEqual(said(least({ servers: { web: { kind: 'http', image: 'x', strategy: name } } })), ['reference servers.web.strategy'], name);
    }
  });

  test('in a list of one match is where it was written', () => {
    assert.deepEqual(said(withAt(BASE, 'tenants.acme.match', [{ client: 'cj' }])), ['reference tenants.acme.match.0.client']);
    assert.deepEqual(said(withAt(BASE, 'tenants.acme.match', [{ path: true }, { client: 'cj' }])), ['reference tenants.acme.match.1.client']);
  });

  test('all of them at once', () => {
    const config = withAt(withAt(withAt(BASE, 'servers.web.origins', ['x', 'app', 'y']), 'tenants.acme.servers', ['z']), 'servers.tool.strategy', 'w');
    assert.deepEqual(
      said(config),
      ['reference servers.web.origins.0', 'reference servers.web.origins.2', 'reference servers.tool.strategy', 'reference tenants.acme.servers.0'],
    );
  });
});

/** What is well-formed and cannot be meant: the change, and what is said of it. */
const WRONG_TOGETHER: Readonly<Record<string, { readonly change: Readonly<Record<string, unknown>>; readonly said: readonly string[] }>> = {
  'neither image nor instances': { change: { 'servers.x': { kind: 'http' } }, said: ['server-source servers.x'] },
  'image and instances': { change: { 'servers.there.image': 'web' }, said: ['server-source servers.there'] },
  'npm and uv': { change: { 'servers.tool.npm': 'a@1.0.0', 'servers.tool.uv': 'a==1' }, said: ['server-source servers.tool'] },
  'npm and image': { change: { 'servers.tool.npm': 'a@1.0.0', 'servers.tool.image': 'a' }, said: ['server-source servers.tool'] },
  'an environment for a server that runs elsewhere': { change: { 'servers.there.env': { A: 'b' } }, said: ['no-effect servers.there.env'] },
  'volumes for a server that runs elsewhere': {
    change: { 'servers.there.volumes': [{ name: 'a', path: '/a', size: '1gb' }] },
    said: ['no-effect servers.there.volumes'],
  },
  'two instances of one id': {
    change: { 'servers.there.instances': [{ id: 'a', url: 'https://a.com/mcp' }, { id: 'a', url: 'https://b.com/mcp' }] },
    said: ['duplicate servers.there.instances.1'],
  },
  'two instances at one host': {
    change: { 'servers.there.instances': [{ url: 'https://a.com/mcp' }, { url: 'https://a.com/other' }] },
    said: ['duplicate servers.there.instances.1'],
  },
  'two volumes of one name': {
    change: { 'servers.web.volumes': [{ name: 'a', path: '/a', size: '1gb' }, { name: 'a', path: '/b', size: '1gb' }] },
    said: ['duplicate servers.web.volumes.1'],
  },
  'two volumes at one place': {
    change: { 'servers.tool.volumes': [{ name: 'a', path: '/a', size: '1gb' }, { name: 'b', path: '/a', size: '1gb' }] },
    said: ['duplicate servers.tool.volumes.1'],
  },
  'a volume over the gateway': { change: { 'servers.web.volumes.0.path': '/gateway/data' }, said: ['volume-path servers.web.volumes.0.path'] },
  'a probe of the MCP path': { change: { 'servers.web.health.path': '/mcp' }, said: ['health-path servers.web.health.path'] },
  'one client, two tenants': { change: { 'tenants.other': { match: { client: 'ci' } } }, said: ['tenant-match tenants.other.match.client'] },
  'one host, two tenants': {
    change: { 'tenants.acme.match': { host: 'a.com' }, 'tenants.other': { match: { host: 'a.com' } } },
    said: ['tenant-match tenants.other.match.host'],
  },
  'a key of two clients': { change: { 'auth.clients.cd': { keys: [{ secret: 'OTHER' }, { secret: 'CI_KEY' }] } }, said: ['client-key auth.clients.cd.keys.1'] },
  'a probe of the endpoint of 2024-11-05': {
    change: { 'servers.web.sse': '/sse', 'servers.web.health.path': '/sse' },
    said: ['health-path servers.web.health.path'],
  },
  'a command for a server that runs elsewhere': { change: { 'servers.there.health': { command: ['true'] } }, said: ['no-effect servers.there.health.command'] },
  'a ping of a server that has none': { change: { 'servers.asked.revision': 'modern' }, said: ['health-mcp servers.asked.health.mcp'] },
  'a discovery of a server that has none': {
    change: { 'servers.asked.revision': 'legacy', 'servers.asked.health.mcp': 'discover' },
    said: ['health-mcp servers.asked.health.mcp'],
  },
  'a text in an answer to HEAD': {
    change: { 'servers.web.health': { path: '/health', method: 'HEAD', body: 'ok' } },
    said: ['health-body servers.web.health.body'],
  },
  'a text in an answer with status 204': {
    change: { 'servers.web.health': { path: '/health', status: 204, body: 'ok' } },
    said: ['health-body servers.web.health.body'],
  },
  'a header that is set twice': {
    change: { 'servers.web.transform.request.set': { 'X-A': '1', 'x-a': '2' } },
    said: ['duplicate servers.web.transform.request.set.x-a'],
  },
  'a header that is set and removed': {
    change: { 'servers.tool.transform.response': { set: { Server: 'x' }, remove: ['X-A', 'server'] } },
    said: ['duplicate servers.tool.transform.response.remove.1'],
  },
  'the endpoint of a revision that is not served': {
    change: { 'gateway.revisions': ['2026-07-28'], 'servers.web.sse': '/sse' },
    said: ['no-effect servers.web.sse'],
  },
  'what rendezvous keeps together, without rendezvous': { change: { 'strategies.named.by': 'tenant' }, said: ['no-effect strategies.named.by'] },
  'a region where no instance has one': {
    change: { 'strategies.named.prefer': 'region', 'servers.web.strategy': 'named' },
    said: ['no-effect strategies.named.prefer'],
  },
  'weights that nothing weighs': {
    change: { 'servers.there.instances.0.weight': 3, 'servers.there.strategy': 'named' },
    said: ['no-effect servers.there.instances.0.weight'],
  },
  'weights that nothing weighs, by the strategy nobody chose': {
    change: { 'servers.there': { kind: 'http', instances: [{ url: 'https://a.com/mcp' }, { url: 'https://b.com/mcp', weight: 2 }] } },
    said: ['no-effect servers.there.instances.1.weight'],
  },
  'one token to read and to write': {
    change: { 'gateway.admin': { readToken: { secret: 'A' }, writeToken: { secret: 'A' } } },
    said: ['admin-token gateway.admin.writeToken'],
  },
  'a client’s key that writes': { change: { 'gateway.admin.writeToken': { secret: 'CI_KEY' } }, said: ['client-key gateway.admin.writeToken'] },
  'a key twice': { change: { 'auth.clients.ci.keys': [{ secret: 'A' }, { secret: 'A' }] }, said: ['client-key auth.clients.ci.keys.1'] },
  'a revision twice': { change: { 'gateway.revisions': ['2026-07-28', '2026-07-28'] }, said: ['duplicate gateway.revisions.1'] },
  'one port, two listeners': { change: { 'gateway.listen.port': 9180 }, said: ['port gateway.admin.port'] },
  'TLS at an nginx that is not there': {
    change: { 'gateway.tls': { at: 'nginx', certificate: '/a', key: '/b' }, targets: {} },
    said: ['tls gateway.tls'],
  },
};

describe('what is right alone and wrong together', () => {
  for (const [label, { change, said: wanted }] of Object.entries(WRONG_TOGETHER)) {
    test(label, () => assert.deepEqual(said(Object.entries(change).reduce((config, [path, value]) => withAt(config, path, value), BASE)), wanted));
  }

  test('a secret that a client knows is not the gateway’s own', () => {
    // Whoever holds it could forge session ids, or read the admin listener.
    assert.notDeepEqual(said(withAt(BASE, 'gateway.sessionKeys', [{ secret: 'CI_KEY' }])), []);
    assert.notDeepEqual(said(withAt(BASE, 'gateway.admin.readToken', { secret: 'CI_KEY' })), []);
  });

  test('regions and weights where they can have an effect', () => {
    for (const balance of BALANCES) {
      const server = (strategy: string, weight: number) => ({ kind: 'http', strategy, instances: [{ url: 'https://a.com/mcp', weight, region: 'ord' }] });
      const wanted = ['weighted', 'random', 'rendezvous'].includes(balance) ? [] : ['no-effect servers.a.instances.0.weight'];
      assert.deepEqual(said({ name: 'a', servers: { a: server(balance, 2) } }), wanted, balance);
      assert.deepEqual(said({ name: 'a', servers: { a: server('own', 2) }, strategies: { own: { balance } } }), wanted, balance);
      assert.deepEqual(said({ name: 'a', servers: { a: server(balance, 1) } }), [], balance);
      assert.deepEqual(said({ name: 'a', servers: { a: server('own', 1) }, strategies: { own: { balance, prefer: 'region' } } }), [], balance);
    }
  });

  test('a strategy is for whoever uses it, and for nobody', () => {
    const strategies = { own: { balance: 'round-robin', retries: 2, breaker: {}, prefer: 'region' } };
    assert.deepEqual(said(least({ strategies })), []);
    const servers = {
      a: { kind: 'http', image: 'x', strategy: 'own' },
      b: { kind: 'http', instances: [{ url: 'https://b.com/mcp', region: 'ord' }], strategy: 'own' },
    };
    assert.deepEqual(said({ name: 'a', servers, strategies }), []);
    const alone = said({ name: 'a', servers: { ...servers, b: { ...servers.b, instances: [{ url: 'https://b.com/mcp' }] } }, strategies });
    assert.deepEqual(alone, ['no-effect strategies.own.prefer']);
  });

  test('what is said of a setting without effect says what would have one', () => {
    assert.equal(message(withAt(BASE, 'strategies.named.by', 'tenant')), 'round-robin keeps nothing together; by belongs to rendezvous');
    const weights = withAt(withAt(BASE, 'servers.there.strategy', 'least-connections'), 'servers.there.instances.0.weight', 3);
    assert.equal(
      message(weights),
      'least-connections weighs no instances, and this one\'s weight is 3 | the strategies that weigh are weighted, random, rendezvous',
    );
    assert.equal(
      message(withAt(withAt(BASE, 'gateway.revisions', ['2025-06-18']), 'servers.web.sse', '/sse')),
      "gateway.revisions does not list 2024-11-05, the revision of this endpoint | add '2024-11-05' to gateway.revisions, or leave sse out",
    );
  });

  test('a server’s own endpoint for 2024-11-05 is HTTP’s: a child process has none', () => {
    assert.deepEqual(said(withAt(BASE, 'servers.tool.sse', '/sse')), ['unknown-key servers.tool.sse']);
    assert.deepEqual(said(withAt(BASE, 'servers.tool.health', { mcp: 'ping' })), ['unknown-key servers.tool.health']);
  });

  test('one tenant may be recognised by several things, also twice by the same', () => {
    assert.deepEqual(said(withAt(BASE, 'tenants.acme.match', [{ client: 'ci' }, { host: 'a.com' }, { path: true }, { client: 'ci' }])), []);
  });

  test('instances with ids of their own may share a host', () => {
    assert.deepEqual(said(withAt(BASE, 'servers.there.instances', [{ id: 'a', url: 'https://a.com/1' }, { id: 'b', url: 'https://a.com/2' }])), []);
  });
});
