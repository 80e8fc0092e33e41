/** The half of the plan that is run. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Workload } from '#src/plan/types.js';
import { least, planOf, type Json } from '../support/planned.js';
import { FULL } from './support.js';

const GI = 2 ** 30;
const MI = 2 ** 20;
const GET = { method: 'GET', status: 200, body: null } as const;
const { infra } = planOf(FULL);
const workload = (id: string): Workload => infra.workloads.find((workload) => workload.id === id) as Workload;

describe('workloads', () => {
  test('the gateway first, then whatever a target starts', () => {
    assert.deepEqual(
      infra.workloads.map(({ id, kind }) => `${id} ${kind}`),
      ['gateway gateway', 'bare stdio-host', 'files stdio-host', 'hidden server', 'shell stdio-host', 'tables stdio-host', 'web server'],
    );
  });

  test('the gateway', () => {
    assert.deepEqual(workload('gateway'), {
      id: 'gateway',
      kind: 'gateway',
      about: { description: 'Tools of Acme', owner: 'platform', labels: {} },
      image: { kind: 'node', reference: 'node:24-slim' },
      replicas: 2,
      stateful: false,
      port: 9000,
      path: '/',
      adminPort: 9180,
      health: { kind: 'http', path: '/health/ready', ...GET, every: 10_000, timeout: 5000, startup: 30_000 },
      env: ['INTERNAL', 'PARTNER_A', 'PARTNER_B', 'READ', 'SEAL_NEW', 'SEAL_OLD', 'WRITE'].map((secret) => ({
        name: secret,
        value: { kind: 'secret', secret },
        from: {
          INTERNAL: 'auth.clients.internal.keys.0', PARTNER_A: 'auth.clients.partner.keys.1', PARTNER_B: 'auth.clients.partner.keys.0',
          READ: 'gateway.admin.readToken', SEAL_NEW: 'gateway.sessionKeys.0', SEAL_OLD: 'gateway.sessionKeys.1', WRITE: 'gateway.admin.writeToken',
        }[secret],
      })),
      volumes: [],
      resources: { requests: { cpu: 100, memory: 128 * MI }, limits: { cpu: null, memory: 256 * MI } },
      child: null,
      from: 'gateway',
    });
  });

  test('a server', () => {
    assert.deepEqual(workload('web'), {
      id: 'web',
      kind: 'server',
      about: { description: 'The web', owner: null, labels: {} },
      image: { kind: 'reference', reference: 'ghcr.io/acme/web:1.4.2', from: 'servers.web.image' },
      replicas: 3,
      stateful: true,
      port: 8101,
      path: '/rpc',
      adminPort: null,
      health: { kind: 'http', path: '/health', ...GET, every: 5000, timeout: 10_000, startup: 60_000 },
      env: [
        { name: 'API_TOKEN', value: { kind: 'secret', secret: 'WEB_TOKEN' }, from: 'servers.web.env.API_TOKEN' },
        { name: 'ZONE', value: { kind: 'text', text: 'eu' }, from: 'servers.web.env.ZONE' },
      ],
      volumes: [
        { name: 'cache', path: '/cache', bytes: GI, perInstance: false, from: 'servers.web.volumes.1' },
        // A stateful server has a volume for each instance, unless it says otherwise.
        { name: 'index', path: '/index', bytes: 2 * GI, perInstance: true, from: 'servers.web.volumes.0' },
      ],
      resources: { requests: { cpu: 100, memory: 128 * MI }, limits: { cpu: null, memory: 256 * MI } },
      child: null,
      from: 'servers.web',
    });
  });

  test('what a container holds', () => {
    assert.deepEqual(workload('files').image, { kind: 'install', base: 'node:24-slim', manager: 'npm', package: '@acme/files@2.0.1', from: 'servers.files.npm' });
    assert.deepEqual(workload('tables').image, { kind: 'install', base: 'node:24-slim', manager: 'uv', package: 'mcp-tables==1.2.0', from: 'servers.tables.uv' });
    assert.deepEqual(workload('shell').image, { kind: 'reference', reference: 'ghcr.io/acme/shell:1', from: 'servers.shell.image' });
    assert.deepEqual(workload('bare').image, { kind: 'none', reason: 'nothing says what a container would hold: give it npm, uv or image' });
  });

  test('a stdio host reads secrets under their own names; its child gets the environment from the tables', () => {
    assert.deepEqual(workload('files').env, [{ name: 'FILES_KEY', value: { kind: 'secret', secret: 'FILES_KEY' }, from: 'servers.files.env.KEY' }]);
    assert.deepEqual(workload('files').child?.env.map(({ name }) => name), ['KEY', 'ROOT']);
  });

  test('a stdio host: port, path, probe, state', () => {
    const { port, path, health, stateful, replicas } = workload('files');
    assert.deepEqual([port, path, health, stateful, replicas], [8000, '/mcp', { kind: 'http', path: '/health', ...GET, every: 30_000, timeout: 10_000, startup: 60_000 }, false, 1]);
    assert.equal(workload('tables').stateful, true, 'sessions live in one of several hosts');
    assert.deepEqual(workload('tables').child, { modern: false, command: ['tables'], cwd: null, env: [], sharing: 'shared', processes: 2, memory: GI, line: MI, idle: 60_000 });
  });

  test('the probe of the gateway never waits longer than a request would', () => {
    const { workloads } = planOf(least({ gateway: { timeouts: { firstByte: '1s' } } })).infra;
    assert.equal(workloads[0]?.health.timeout, 1000);
  });

  test('one name, one variable: also where a secret has two uses', () => {
    const twice: Readonly<Record<string, Json>> = {
      'two variables of a child': least({ servers: { tool: { kind: 'stdio', command: ['tool'], env: { A: { secret: 'ONE' }, B: { secret: 'ONE' } } } } }),
      'a sealing key that is written twice': least({ gateway: { sessionKeys: [{ secret: 'ONE' }, { secret: 'ONE' }] } }),
      'a token that seals': least({ gateway: { sessionKeys: [{ secret: 'ONE' }], admin: { readToken: { secret: 'ONE' } } } }),
    };
    for (const [label, config] of Object.entries(twice)) {
      for (const { id, env } of planOf(config).infra.workloads) assert.equal(new Set(env.map(({ name }) => name)).size, env.length, `${label}: ${id} has ${env.map(({ name }) => name).join(', ')}`);
    }
  });
});

test('secrets, and everybody who needs them', () => {
  assert.deepEqual(infra.secrets.map(({ name, uses }) => [name, ...uses.map(({ workload, purpose, subject, rotateBy, from }) => [workload, purpose, subject, rotateBy, from].join(' '))]), [
    ['FILES_KEY', 'files environment KEY  servers.files.env.KEY'],
    ['INTERNAL', 'gateway client-key internal  auth.clients.internal.keys.0'],
    ['PARTNER_A', 'gateway client-key partner 2027-06-01 auth.clients.partner.keys.1'],
    ['PARTNER_B', 'gateway client-key partner 2027-06-01 auth.clients.partner.keys.0'],
    ['READ', 'gateway admin-token readToken  gateway.admin.readToken'],
    ['SEAL_NEW', 'gateway session-key   gateway.sessionKeys.0'],
    ['SEAL_OLD', 'gateway session-key   gateway.sessionKeys.1'],
    ['WEB_TOKEN', 'web environment API_TOKEN  servers.web.env.API_TOKEN'],
    ['WRITE', 'gateway admin-token writeToken  gateway.admin.writeToken'],
  ]);
  const shared = planOf(least({ servers: { a: { kind: 'http', image: 'x', env: { K: { secret: 'ONE' } } }, b: { kind: 'stdio', command: ['b'], env: { L: { secret: 'ONE' } } } } }));
  assert.deepEqual(shared.infra.secrets.map(({ name, uses }) => [name, uses.map(({ workload, subject }) => `${workload} ${subject}`)]), [['ONE', ['a K', 'b L']]]);
  assert.deepEqual(planOf(least()).infra.secrets, []);
});

test('images', () => {
  assert.deepEqual(infra.images, { node: 'node:24-slim', nginx: 'nginx:1.26.3', chosen: ['images.node'] });
  const plain = planOf(least()).infra.images;
  assert.match(plain.node, /^node:\d+(\.\d+\.\d+)?-/);
  assert.deepEqual([plain.nginx, plain.chosen], ['nginx:1.30', []]);
  assert.deepEqual(planOf(least({ images: { nginx: 'nginx:1.22', node: 'node:24' } })).infra.images, { node: 'node:24', nginx: 'nginx:1.22', chosen: ['images.nginx', 'images.node'] });
});

test('how servers run on a developer’s machine', () => {
  assert.deepEqual(infra.dev, [
    {
      server: 'web', command: ['node', 'web.js'], cwd: 'servers', env: { A: '1', B: '2' }, instances: 2, path: '/rpc',
      health: { kind: 'http', path: '/health', ...GET, every: 5000, timeout: 10_000, startup: 60_000 }, from: 'servers.web.dev',
    },
  ]);
  assert.deepEqual(Object.keys(infra.dev[0]?.env ?? {}), ['A', 'B']);
});

describe('targets', () => {
  const targetsOf = (targets: Json, more: Json = {}) => planOf(least({ targets, ...more })).infra.targets;

  test('none that is not named', () => {
    assert.deepEqual(planOf(least()).infra.targets, { nginx: null, compose: null, kubernetes: null, fly: null });
  });

  test('defaults', () => {
    assert.deepEqual(targetsOf({ nginx: {}, compose: {}, kubernetes: {}, fly: { region: 'ord' } }), {
      nginx: { version: '1.30', release: [1, 30, 0], listen: 8088, tls: null, from: 'targets.nginx' },
      compose: { project: 'acme', expose: 8080, from: 'targets.compose' },
      kubernetes: { version: '1.34', minor: 34, namespace: 'acme', exposure: { kind: 'none' }, storageClass: null, pullSecrets: [], from: 'targets.kubernetes' },
      fly: { app: 'acme', region: 'ord', org: null, vm: { size: 'shared-cpu-1x', memory: 512 * MI }, scaleToZero: false, from: 'targets.fly' },
    });
  });

  test('as written', () => {
    assert.deepEqual(infra.targets, {
      nginx: { version: '1.26.3', release: [1, 26, 3], listen: 443, tls: { certificate: '/etc/mcp.pem', key: '/etc/mcp.key' }, from: 'targets.nginx' },
      compose: { project: 'acme', expose: 9090, from: 'targets.compose' },
      kubernetes: {
        version: '1.33', minor: 33, namespace: 'acme', exposure: { kind: 'parent', name: 'shared', namespace: 'infra' }, storageClass: null,
        pullSecrets: ['a', 'b'], from: 'targets.kubernetes',
      },
      fly: { app: 'acme-mcp', region: 'ord', org: 'acme', vm: { size: 'shared-cpu-1x', memory: 512 * MI }, scaleToZero: false, from: 'targets.fly' },
    });
  });

  test('nginx: releases and ports', () => {
    for (const [version, release] of [['1.22', [1, 22, 0]], ['1.26', [1, 26, 0]], ['1.29.6', [1, 29, 6]]] as const) assert.deepEqual(targetsOf({ nginx: { version } }).nginx?.release, release);
    assert.equal(targetsOf({ nginx: { listen: 80 } }).nginx?.listen, 80);
    const tls = { gateway: { tls: { at: 'nginx', certificate: '/a', key: '/b' } } };
    assert.equal(targetsOf({ nginx: {} }, tls).nginx?.listen, 443);
    assert.equal(targetsOf({ nginx: { listen: 8443 } }, tls).nginx?.listen, 8443);
  });

  test('kubernetes: exposures', () => {
    const exposureOf = (exposure: Json) => targetsOf({ kubernetes: { exposure } }).kubernetes?.exposure;
    assert.deepEqual(exposureOf({ kind: 'none' }), { kind: 'none' });
    assert.deepEqual(exposureOf({ kind: 'gateway-api', gatewayClass: 'nginx' }), { kind: 'gateway-class', gatewayClass: 'nginx' });
    assert.deepEqual(exposureOf({ kind: 'gateway-api', parent: { name: 'shared' } }), { kind: 'parent', name: 'shared', namespace: null });
  });
});

test('where the gateway listens', () => {
  assert.equal(infra.listenHost, null);
  assert.equal(planOf(least({ gateway: { listen: { host: '::1' } } })).infra.listenHost, '::1');
});
