/** What is run beside the gateway. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ServerWorkload } from '#src/plan/infra-types.js';
import { least, planOf, type Json } from '../support/planned.js';
import { FULL } from './support.js';

const GI = 2 ** 30;
const MI = 2 ** 20;
const GET = { method: 'GET', status: 200, body: null } as const;
const { infra } = planOf(FULL);
const workload = (id: string): ServerWorkload => infra.workloads.find((workload) => workload.id === id) as ServerWorkload;

describe('workloads', () => {
  test('beside the gateway, whatever a target starts', () => {
    assert.deepEqual(
      infra.workloads.map(({ id, kind }) => `${id} ${kind}`),
      ['bare stdio-host', 'files stdio-host', 'hidden server', 'shell stdio-host', 'tables stdio-host', 'web server'],
    );
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
      user: null,
      egress: { allows: 'none', isDeclared: false },
      resources: { requests: { cpu: 100, memory: 128 * MI }, limits: { cpu: null, memory: 256 * MI } },
      child: null,
      from: 'servers.web',
    });
  });

  test('what a container holds', () => {
    const install = { kind: 'install', base: 'node:24-slim', onlyProgram: null };
    assert.deepEqual(workload('files').image, { ...install, manager: 'npm', package: '@acme/files@2.0.1', from: 'servers.files.npm' });
    assert.deepEqual(workload('tables').image, { ...install, manager: 'uv', package: 'mcp-tables==1.2.0', from: 'servers.tables.uv' });
    assert.deepEqual(workload('shell').image, { kind: 'reference', reference: 'ghcr.io/acme/shell:1', from: 'servers.shell.image' });
    assert.deepEqual(workload('bare').image, { kind: 'none', reason: 'nothing says what a container would hold: give it npm, uv or image' });
  });

  test('a stdio host reads secrets under their own names; its child gets the environment from the tables', () => {
    assert.deepEqual(workload('files').env, [{ name: 'FILES_KEY', value: { kind: 'secret', secret: 'FILES_KEY' }, from: 'servers.files.env.KEY' }]);
    assert.deepEqual(workload('files').child?.env.map(({ name }) => name), ['KEY', 'NPM_CONFIG_OFFLINE', 'ROOT']);
  });

  test('a stdio host: port, path, probe, state', () => {
    const { port, path, health, stateful, replicas } = workload('files');
    assert.deepEqual([port, path, stateful, replicas], [8000, '/mcp', false, 1]);
    assert.deepEqual(health, { kind: 'http', path: '/health', ...GET, every: 30_000, timeout: 10_000, startup: 60_000 });
    assert.equal(workload('tables').stateful, true, 'sessions live in one of several hosts');
    const limits = { processes: 2, memory: GI, line: MI, idle: 60_000 };
    const { env, ...child } = workload('tables').child ?? assert.fail();
    assert.deepEqual(child, { modern: false, command: ['tables'], cwd: null, sharing: 'shared', ...limits });
    assert.deepEqual(env.map(({ name }) => name), ['PIP_NO_INDEX', 'UV_OFFLINE']);
  });

  test('one name, one variable: also where a secret has two uses', () => {
    const twice: Readonly<Record<string, Json>> = {
      'two variables of a child': least({ servers: { tool: { kind: 'stdio', command: ['tool'], env: { A: { secret: 'ONE' }, B: { secret: 'ONE' } } } } }),
      'a sealing key that is written twice': least({ gateway: { sessionKeys: [{ secret: 'ONE' }, { secret: 'ONE' }] } }),
      'a token that seals': least({ gateway: { sessionKeys: [{ secret: 'ONE' }], admin: { readToken: { secret: 'ONE' } } } }),
    };
    for (const [label, config] of Object.entries(twice)) {
      const { gateway, workloads } = planOf(config).infra;
      for (const { id, env } of [gateway, ...workloads]) {
        const names = env.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length, `${label}: ${id} has ${names.join(', ')}`);
      }
    }
  });
});
