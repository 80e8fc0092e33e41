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
