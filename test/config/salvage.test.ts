/** One mistake must not hide another, and must not be told as two. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BASE, diagnosticsOf, least, said, withAt } from './support.js';

/** A shape that is wrong somewhere, beside references that resolve nowhere: all of it is said, and nothing that follows from the wrong shape alone. */
const CASES: Readonly<Record<string, { readonly change: Readonly<Record<string, unknown>>; readonly said: readonly string[] }>> = {
  'a wrong value of a server': {
    change: { 'servers.web.port': 'x', 'servers.tool.strategy': 'uneven' },
    said: ['type servers.web.port', 'reference servers.tool.strategy'],
  },
  'two in one server': {
    change: { 'servers.web.port': 'x', 'servers.web.origins': ['nowhere'] },
    said: ['type servers.web.port', 'reference servers.web.origins.0'],
  },
  'a server of no kind can be referred to': {
    change: { 'servers.web.kind': 'htp', 'tenants.acme.servers': ['web', 'wob'] },
    said: ['value servers.web.kind', 'reference tenants.acme.servers.1'],
  },
  'a server that is no object can be referred to': {
    change: { 'servers.web': 5, 'tenants.acme.servers': ['web', 'wob'] },
    said: ['type servers.web', 'reference tenants.acme.servers.1'],
  },
  'an origin that is none can be referred to': {
    change: { 'origins.app': 5, 'servers.web.origins': ['app', 'ap'] },
    said: ['type origins.app', 'reference servers.web.origins.1'],
  },
  'a client without keys can be referred to': {
    change: { 'auth.clients.ci.keys': [], 'policy.expect.0.request.as': { client: 'cj' } },
    said: ['value auth.clients.ci.keys', 'reference policy.expect.0.request.as.client'],
  },
  'a tenant without a match can be referred to': {
    change: {
      'tenants.acme.match': 5,
      'policy.expect': [{ request: { server: 'web', as: { tenant: 'acme' } }, decision: 'deny' }, { request: { server: 'wob' }, decision: 'deny' }],
    },
    said: ['type tenants.acme.match', 'reference policy.expect.1.request.server'],
  },
  'a strategy without balance can be referred to': {
    change: { 'strategies.even': {}, 'servers.web.strategy': 'even', 'servers.tool.strategy': 'evn' },
    said: ['missing strategies.even', 'reference servers.tool.strategy'],
  },
  'unknown and later keys': {
    change: { 'servers.web.prot': 80, 'gateway.unified': {}, 'tenants.acme.servers': ['wob'] },
    said: ['later gateway.unified', 'unknown-key servers.web.prot', 'reference tenants.acme.servers.0'],
  },
  'a name and no server': { change: { name: 'Not A Label', 'servers.tool.origins': ['x'] }, said: ['value name', 'reference servers.tool.origins.0'] },

  'no servers at all: references to them are not wrong on their own': { change: { servers: 5, 'tenants.acme.servers': ['web'] }, said: ['type servers'] },
  'an empty list of servers': { change: { servers: {}, 'tenants.acme.servers': ['web'] }, said: ['value servers'] },
  'no origins at all': { change: { origins: 5, 'servers.web.origins': ['app'] }, said: ['type origins'] },
  'no clients at all': { change: { 'auth.clients': [], 'tenants.acme.match': { client: 'ci' } }, said: ['type auth.clients'] },
  'no auth at all': { change: { auth: null, 'tenants.acme.match': { client: 'ci' } }, said: ['type auth'] },
  'no strategies at all': { change: { strategies: 5, 'servers.web.strategy': 'even' }, said: ['type strategies'] },
  'no tenants at all': { change: { tenants: 5, 'policy.expect.0.request.as': { tenant: 'acme' } }, said: ['type tenants'] },
  'targets that are none, and TLS that needs one': {
    change: { targets: 5, 'gateway.tls': { at: 'nginx', certificate: '/a', key: '/b' } },
    said: ['type targets'],
  },
  'an nginx that is none, and TLS that needs it': {
    change: { 'targets.nginx': 5, 'gateway.tls': { at: 'nginx', certificate: '/a', key: '/b' } },
    said: ['type targets.nginx'],
  },
  'a port that is none, and another that is the default': {
    change: { 'gateway.listen.port': 'x', 'gateway.admin.port': 8080 },
    said: ['type gateway.listen.port'],
  },
  'an MCP path that is none, and a probe of the default': {
    change: { 'servers.web.path': 5, 'servers.web.health.path': '/mcp' },
    said: ['type servers.web.path'],
  },

  'a server with regions that is none, and a strategy that prefers one': {
    change: { 'strategies.even.prefer': 'region', 'servers.there.port': 'x', 'servers.web.strategy': 'even' },
    said: ['type servers.there.port'],
  },
  'a balance that is none, and weights for it': {
    change: { 'strategies.even.balance': 'robin', 'servers.there.instances.0.weight': 3 },
    said: ['value strategies.even.balance'],
  },
  'revisions that are none, and the endpoint of one': { change: { 'gateway.revisions': 5, 'servers.web.sse': '/sse' }, said: ['type gateway.revisions'] },
  'weights for a strategy that weighs nothing, beside a wrong port': {
    change: { 'servers.web.port': 'x', 'servers.there.strategy': 'round-robin', 'servers.there.instances.0.weight': 3 },
    said: ['type servers.web.port', 'no-effect servers.there.instances.0.weight'],
  },

  'one broken expectation beside another’s reference': {
    change: { 'policy.expect': [{ request: { server: 'web' }, decision: 'maybe' }, { request: { server: 'wob' }, decision: 'deny' }] },
    said: ['value policy.expect.0.decision', 'reference policy.expect.1.request.server'],
  },
  'one broken match beside another’s reference': {
    change: { 'tenants.acme.match': [{ host: 5 }, { client: 'cj' }] },
    said: ['type tenants.acme.match.0.host', 'reference tenants.acme.match.1.client'],
  },
  'one broken item beside a reference in the list': {
    change: { 'servers.web.origins': [5, 'ap'] },
    said: ['type servers.web.origins.0', 'reference servers.web.origins.1'],
  },
  'a client with the name of a part of the config': {
    change: { 'auth.clients.servers': { keys: 5 }, 'servers.web.strategy': 'uneven' },
    said: ['type auth.clients.servers.keys', 'reference servers.web.strategy'],
  },
};

describe('all that is wrong, at once', () => {
  for (const [label, { change, said: wanted }] of Object.entries(CASES)) {
    test(label, () => {
      const config = Object.entries(change).reduce((config, [path, value]) => withAt(config, path, value), BASE);
      // References to what this change took away are the change's own.
      const rest = Object.hasOwn(change, 'servers') && !('policy' in change) ? { ...config, policy: {} } : config;
      assert.deepEqual(said(rest), wanted);
    });
  }
});

test('stand-ins are never shown', () => {
  for (const { change } of Object.values(CASES)) {
    const config = Object.entries(change).reduce((config, [path, value]) => withAt(config, path, value), BASE);
    for (const { message, help } of diagnosticsOf(config)) assert.doesNotMatch(`${message} ${help}`, /stand-in/i);
  }
});

test('ten mistakes in ten places are ten diagnostics', () => {
  const config = {
    nam: 'x',
    name: 'acme',
    profile: 'prod',
    gateway: { url: 'mcp.acme.com', limits: { body: 4 } },
    servers: { web: { kind: 'http' }, tool: { kind: 'stdio', command: 'tool', strategy: 'x' } },
    origins: { app: 5 },
    tenants: { acme: { match: { client: 'ci' }, servers: ['web', 'wob'] } },
    targets: { fly: {} },
  };
  assert.deepEqual([...said(config)].sort(), [
    'missing targets.fly',
    'reference servers.tool.strategy',
    'reference tenants.acme.match.client',
    'reference tenants.acme.servers.1',
    'server-source servers.web',
    'type gateway.limits.body',
    'type origins.app',
    'type servers.tool.command',
    'unknown-key nam',
    'value gateway.url',
    'value profile',
  ]);
});

test('the config itself is left as it was', () => {
  const config = least({ servers: { web: { kind: 'htp', image: 5 } }, origins: 5 });
  const before = JSON.stringify(config);
  diagnosticsOf(config);
  assert.equal(JSON.stringify(config), before);
});
