import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { findConfig } from '#src/load/find.js';
import { folderWith } from './folder.js';

const CONFIG = 'export default {};';

test('a config is found in the folder itself', async (t) => {
  const root = await folderWith(t, { 'mcp.config.ts': CONFIG });
  assert.deepEqual(findConfig(root), { ok: true, file: join(root, 'mcp.config.ts') });
});

test('a config is found upward, the nearest first', async (t) => {
  const root = await folderWith(t, { 'mcp.config.ts': CONFIG, 'a/mcp.config.ts': CONFIG, 'a/b/c/x.txt': '', 'd/e/x.txt': '' });
  assert.deepEqual(findConfig(join(root, 'a/b/c')), { ok: true, file: join(root, 'a/mcp.config.ts') });
  assert.deepEqual(findConfig(join(root, 'd/e')), { ok: true, file: join(root, 'mcp.config.ts') });
});

test('the search ends at the root of the repository', async (t) => {
  const root = await folderWith(t, { 'mcp.config.ts': CONFIG, 'vendored/.git': 'gitdir: ../x', 'vendored/src/x.txt': '' });
  const found = findConfig(join(root, 'vendored/src'));
  assert.ok(!found.ok);
  assert.equal(found.diagnostic.code, 'config-not-found');
  assert.deepEqual(found.diagnostic.place, { kind: 'none' });
  assert.ok(found.diagnostic.message.includes(join(root, 'vendored/src')), found.diagnostic.message);
  assert.ok(found.diagnostic.message.endsWith(`up to ${join(root, 'vendored')}`), found.diagnostic.message);
  assert.match(found.diagnostic.help ?? '', /npx mcpgen init/);
});

test('nothing else is looked up', async (t) => {
  const root = await folderWith(t, {
    'mcp.config.js': CONFIG,
    'mcp.config.mts': CONFIG,
    '.mcpgenrc': '{}',
    'package.json': '{ "mcpgen": {} }',
    'config/mcp.config.ts': CONFIG,
  });
  assert.equal(findConfig(root).ok, false);
});

test('a folder of that name is not a config', async (t) => {
  const root = await folderWith(t, {});
  await mkdir(join(root, 'mcp.config.ts'));
  assert.equal(findConfig(root).ok, false);
});

test('--config names a file, relative to the working directory', async (t) => {
  const root = await folderWith(t, { 'deploy/other.ts': CONFIG, 'mcp.config.ts': CONFIG });
  assert.deepEqual(findConfig(join(root, 'deploy'), 'other.ts'), { ok: true, file: join(root, 'deploy/other.ts') });
  assert.deepEqual(findConfig(root, join(root, 'deploy/other.ts')), { ok: true, file: join(root, 'deploy/other.ts') });
});

test('--config of nothing, or of a folder, says so and does not look elsewhere', async (t) => {
  const root = await folderWith(t, { 'mcp.config.ts': CONFIG, 'deploy/x.txt': '' });
  const missing = findConfig(root, 'deploy/other.ts');
  assert.ok(!missing.ok);
  assert.equal(missing.diagnostic.message, `there is no deploy/other.ts (${join(root, 'deploy/other.ts')})`);
  const folder = findConfig(root, 'deploy');
  assert.ok(!folder.ok);
  assert.match(folder.diagnostic.message, /deploy is not a file/);
});
