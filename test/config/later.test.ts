/**
 * Every key and value that CONFIG.md marks with a later part is refused by name: accepted and ignored it would be a lie, and "unknown" would send the reader
 * looking for a typo.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LATER_KEYS, LATER_VALUES } from '#src/config/later.js';
import { BASE, diagnosticsOf, pathOf, patternOf, valueAt, withAt } from './support.js';

/** CONFIG.md, table by table. A value is any that a user would write there. */
const KEYS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'one endpoint and operators': {
    toolsets: { reading: { tools: ['*.get_*'] } },
    'gateway.unified': {},
    'gateway.rest': { prefix: '/rest' },
    'gateway.runtimeAdditions': {},
    'servers.web.tools': { allow: ['*'] },
    'servers.tool.tools': { lock: true },
  },
  targets: {
    companions: { redis: { preset: 'redis' } },
    machines: { a: { address: '10.0.0.1' } },
    'gateway.autoscale': { min: 1, max: 3 },
    'gateway.machine': 'a',
    'servers.web.build': { context: '.' },
    'servers.web.service': { name: 'web', namespace: 'x', port: 80 },
    'servers.web.ports': { api: 3000 },
    'servers.web.command': ['node'],
    'servers.web.args': ['--quiet'],
    'servers.web.autoscale': { min: 1, max: 3 },
    'servers.web.machine': 'a',
    'servers.web.placement': { disk: 'ssd' },
    'servers.web.metrics': '/metrics',
    'servers.web.websocket': true,
    'servers.web.volumes.0.host': '/srv/index',
    'servers.web.volumes.0.readOnly': true,
    'servers.tool.autoscale': {},
    'servers.tool.machine': 'a',
    'tenants.acme.isolation': 'dedicated',
    'targets.aws': {},
    'targets.monitoring': {},
    'targets.clients': {},
    'targets.nginx.snippets': {},
    'targets.nginx.patch': [],
    'targets.compose.profiles': ['dev'],
    'targets.compose.patch': [],
    'targets.kubernetes.issuer': 'letsencrypt',
    'targets.kubernetes.secrets': 'reference',
    'targets.kubernetes.serviceMonitor': true,
    'targets.kubernetes.patch': [],
    'targets.fly.regions': ['ord', 'fra'],
    'targets.fly.patch': [],
    'policy.load': { users: 100 },
    'images.prometheus': 'prom/prometheus:v3',
    'images.grafana': 'grafana/grafana:12',
    'images.redis': 'redis:8',
  },
  'the user’s hand': {
    'targets.registry': { visibility: 'public' },
  },
  'policy in CI': {
    'policy.expect.0.request.tool': 'web.get',
    'policy.expect.0.request.args': {},
    'policy.expect.0.request.as': { claims: { org: 'acme' } },
  },
};

/** Values of supported keys. */
const VALUES: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  targets: {
    'targets.nginx.mode': ['direct'],
    'targets.kubernetes.exposure': [{ kind: 'ingress', class: 'nginx' }, { kind: 'load-balancer' }, { kind: 'alb' }],
  },
};

describe('field-19 a key of a later part is refused with that part', () => {
  for (const [part, keys] of Object.entries(KEYS)) {
    test(part, () => {
      const wrong = Object.entries(keys).flatMap(([path, value]) => {
        const found = diagnosticsOf(withAt(BASE, path, value));
        const [diagnostic] = found.filter(({ code }) => code === 'later');
        if (!diagnostic) return [`${path}: ${found.map(({ code, message }) => `${code}: ${message}`).join('; ')}`];
        const isThere = pathOf(diagnostic) === path || pathOf(diagnostic).startsWith(`${path}.`);
        return isThere && diagnostic.message.endsWith(`belongs to a later version of mcpgen (${part})`) ? [] : [`${pathOf(diagnostic)}: ${diagnostic.message}`];
      });
      assert.deepEqual(wrong, []);
    });
  }
});

describe('a value of a later part is refused with that part', () => {
  for (const [part, keys] of Object.entries(VALUES)) {
    test(part, () => {
      const wrong = Object.entries(keys).flatMap(([path, values]) =>
        values.flatMap((value) => {
          const found = diagnosticsOf(withAt(BASE, path, value));
          const isSaid = found.some(({ code, message }) => code === 'later' && message.endsWith(`(${part})`));
          return isSaid ? [] : [`${path}: ${JSON.stringify(value)}: ${found.map(({ code, message }) => `${code}: ${message}`).join('; ')}`];
        }),
      );
      assert.deepEqual(wrong, []);
    });
  }
});

test('where a later key is all that is wrong, it is all that is said', () => {
  const additions = Object.values(KEYS).flatMap((keys) => Object.entries(keys)).filter(([path]) => !/\.as\b/.test(path));
  const noisy = additions.filter(([path, value]) => diagnosticsOf(withAt(BASE, path, value)).length !== 1).map(([path]) => path);
  assert.deepEqual(noisy, []);
});

test('certificates by ACME are not told that files are missing', () => {
  const found = diagnosticsOf(withAt(BASE, 'gateway.tls', { at: 'nginx', acme: { email: 'ops@acme.com' } }));
  assert.deepEqual(found.map((diagnostic) => `${diagnostic.code} ${pathOf(diagnostic)}`), ['later gateway.tls.acme']);
});

test('field-19 a folder of the machine is not told that a volume lacks a name and a size', () => {
  for (const volume of [{ host: '/srv/index', path: '/index' }, { host: './index', path: '/index', readOnly: true }]) {
    const found = diagnosticsOf(withAt(BASE, 'servers.web.volumes', [volume]));
    assert.deepEqual([...new Set(found.map(({ code }) => code))], ['later'], JSON.stringify(found));
  }
});

test('a server of a later kind of source is not told that an image is missing', () => {
  for (const source of [{ build: { context: '.' } }, { service: { name: 'web', namespace: 'x', port: 80 } }]) {
    assert.deepEqual(diagnosticsOf(withAt(BASE, 'servers.web', { kind: 'http', ...source })).map(({ code }) => code), ['later']);
  }
});

test('whatever the schema calls later has a row in the tables above', () => {
  const values = Object.values(VALUES).flatMap((rows) => Object.entries(rows)).flatMap(([path, values]) => values.flatMap((value) => leavesOf(value, path)));
  const keys = Object.values(KEYS).flatMap((rows) => Object.entries(rows)).flatMap(([path, value]) => [[path, value] as const, ...leavesOf(value, path)]);
  const forms = keys.map(([path]) => patternOf(path));
  // What comes with TLS that is there has a test of its own.
  const elsewhere = ['gateway.tls.acme'];
  assert.ok(LATER_KEYS.length > 40, 'the keys are found');
  assert.deepEqual(LATER_KEYS.map(([pattern]) => pattern).filter((pattern) => !forms.includes(pattern) && !elsewhere.includes(pattern)), []);
  assert.deepEqual(LATER_VALUES.filter(([pattern, value]) => !values.some(([path, written]) => patternOf(path) === pattern && written === value)), []);
});

/** Every scalar of a value, with its path; also the objects on the way, whose keys may be what is later. */
function leavesOf(value: unknown, path: string): readonly (readonly [path: string, value: unknown])[] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => [[`${path}.${key}`, inner] as const, ...leavesOf(inner, `${path}.${key}`)]);
}

test('nothing of a later part is in the config that has everything', () => {
  for (const path of Object.values(KEYS).flatMap((keys) => Object.keys(keys))) assert.equal(valueAt(BASE, path), undefined, path);
});
