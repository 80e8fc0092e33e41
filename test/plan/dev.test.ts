/** How servers run on the machine of a developer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from '../support/planned.js';
import { FULL } from './support.js';

const GET = { method: 'GET', status: 200, body: null } as const;
const { infra } = planOf(FULL);

test('how servers run on a developer’s machine', () => {
  assert.deepEqual(infra.dev, [
    {
      server: 'web', command: ['node', 'web.js'], cwd: 'servers', env: { A: '1', B: '2' }, instances: 2, path: '/rpc',
      health: { kind: 'http', path: '/health', ...GET, every: 5000, timeout: 10_000, startup: 60_000 }, from: 'servers.web.dev',
    },
  ]);
  assert.deepEqual(Object.keys(infra.dev[0]?.env ?? {}), ['A', 'B']);
});

test('field-25c a stdio server may be another command on a developer’s machine', () => {
  const servers = { tool: { kind: 'stdio', command: ['tool'], dev: { command: ['node', 'tool.js'], env: { B: '2', A: '1' } } } };
  const plan = planOf({ name: 'acme', servers });
  const [dev] = plan.infra.dev;
  assert.deepEqual([dev?.server, dev?.command, dev?.cwd, dev?.env, dev?.path], ['tool', ['node', 'tool.js'], null, { A: '1', B: '2' }, null]);
  const local = plan.traffic.pools[0]?.sources.local;
  assert.deepEqual(local?.kind === 'spawn' && local.child.command, ['tool'], 'elsewhere it is what it was');
});
