/** Where the instances of a pool are found, placement by placement. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { least, planOf, type Json } from '../support/planned.js';
import { FULL } from './support.js';

const trafficOf = (config: Json) => planOf(config).traffic;
const EVEN = { weight: 1, region: null };

describe('where instances are', () => {
  const pools = new Map(trafficOf(FULL).pools.map((pool) => [pool.server, pool]));

  test('where the instances are, by placement', () => {
    const sources = pools.get('web')?.sources;
    assert.deepEqual(sources, {
      local: { kind: 'none', reason: 'started by mcpgen dev' },
      compose: { kind: 'dns', name: 'web', port: 8101, path: '/rpc' },
      kubernetes: { kind: 'dns', name: 'acme-web.acme.svc.cluster.local', port: 8101, path: '/rpc' },
      fly: { kind: 'dns', name: 'acme-mcp-web.internal', port: 8101, path: '/rpc' },
    });
    assert.deepEqual(pools.get('hidden')?.sources.local, { kind: 'none', reason: 'runs from an image; give it dev.command to run it on this machine' });
  });

  test('instances that exist are the same everywhere, without those that are off', () => {
    const instances = [
      { id: 'b', url: 'https://b.acme.com/mcp', ...EVEN },
      { id: 'a.acme.com:8443', url: 'https://a.acme.com:8443/mcp', ...EVEN },
    ];
    const urls = { kind: 'urls', instances };
    assert.deepEqual(pools.get('crm')?.sources, { local: urls, compose: urls, kubernetes: urls, fly: urls });
  });

  test('a stdio server is a child here and its host elsewhere', () => {
    assert.deepEqual(pools.get('files')?.sources, {
      local: {
        kind: 'spawn',
        child: {
          modern: false,
          command: ['files', '/data'],
          cwd: '/srv',
          env: [
            { name: 'KEY', value: { kind: 'secret', secret: 'FILES_KEY' }, from: 'servers.files.env.KEY' },
            { name: 'ROOT', value: { kind: 'text', text: '/data' }, from: 'servers.files.env.ROOT' },
          ],
          sharing: 'session',
          processes: 8,
          memory: 256 * 2 ** 20,
          line: 4 * 2 ** 20,
          idle: 600_000,
        },
      },
      compose: { kind: 'dns', name: 'files', port: 8000, path: '/mcp' },
      kubernetes: { kind: 'dns', name: 'acme-files.acme.svc.cluster.local', port: 8000, path: '/mcp' },
      fly: { kind: 'dns', name: 'acme-mcp-files.internal', port: 8000, path: '/mcp' },
    });
  });

  test('field-25a arguments beside the command are joined to it, and defaults of children fit together', () => {
    const { traffic, infra } = planOf(least({ servers: { tool: { kind: 'stdio', command: ['tool', '-v'], args: ['--root', '/data', ''], image: 'tool' } } }));
    const local = traffic.pools[0]?.sources.local;
    const child = local?.kind === 'spawn' ? local.child : null;
    assert.deepEqual(child?.command, ['tool', '-v', '--root', '/data', '']);
    assert.deepEqual(infra.workloads[0]?.child, child);
    assert.deepEqual([child?.processes, child?.memory], [8, 256 * 2 ** 20]);
  });

  test('a bare command runs nowhere but here', () => {
    const { local, ...elsewhere } = pools.get('bare')?.sources ?? {};
    assert.equal(local?.kind, 'spawn');
    const reason = 'nothing says what a container would hold: give it npm, uv or image';
    for (const source of Object.values(elsewhere)) assert.deepEqual(source, { kind: 'none', reason });
  });

  test('field-26d names follow the namespace, the domain of the cluster and the app', () => {
    const targets = { kubernetes: { namespace: 'tools', clusterDomain: 'k8s.acme.com' }, fly: { region: 'ord' } };
    const config = { ...FULL, targets, gateway: { ...(FULL['gateway'] as Json), tls: { at: 'platform' } } };
    const { sources } = trafficOf(config).pools.find(({ server }) => server === 'web') ?? {};
    const names = [sources?.kubernetes, sources?.fly].map((source) => source?.kind === 'dns' && source.name);
    assert.deepEqual(names, ['acme-web.tools.svc.k8s.acme.com', 'acme-web.internal']);
  });

  test('strategies, sessions and probes', () => {
    const rows = [...pools.values()].map(({ server, strategy, choice, stateful, health }) => {
      const asked = health.kind === 'http' ? health.path : health.kind;
      return [server, strategy, choice.balance, stateful, asked, health.every];
    });
    assert.deepEqual(rows, [
      ['bare', 'round-robin', 'round-robin', true, '/health', 30_000],
      ['crm', 'round-robin', 'round-robin', false, 'tcp', 30_000],
      ['files', 'round-robin', 'round-robin', true, '/health', 30_000],
      ['hidden', 'round-robin', 'round-robin', false, 'tcp', 30_000],
      ['shell', 'round-robin', 'round-robin', true, '/health', 30_000],
      ['tables', 'round-robin', 'round-robin', true, '/health', 30_000],
      ['web', 'fill', 'least-connections', true, '/health', 5000],
    ]);
    const named = planOf(least({ servers: { web: { kind: 'http', image: 'x', strategy: 'least-connections' } } })).traffic.pools[0];
    assert.deepEqual([named?.strategy, named?.choice.balance], ['least-connections', 'least-connections']);
  });
});
