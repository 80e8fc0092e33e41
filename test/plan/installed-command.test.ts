import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installedCommand } from '#src/plan/installed-command.js';

const npm = (...command: readonly string[]) => installedCommand(command, { manager: 'npm', package: '@acme/files@2.0.1' });
const uv = (...command: readonly string[]) => installedCommand(command, { manager: 'uv', package: 'mcp_files[cli]==2.0.1' });

test('field-25c npx of the installed package is its program', () => {
  const files = { command: ['files', '/data'], onlyProgram: 'files' };
  assert.deepEqual(npm('npx', '-y', '@acme/files', '/data'), files);
  assert.deepEqual(npm('npx', '--yes', '@acme/files@2.0.1', '/data'), files);
  assert.deepEqual(npm('npm', 'exec', '--yes', '--', '@acme/files', '/data'), files);
  assert.deepEqual(npm('npx', '-y', '--package=@acme/files', 'serve', '-p', '1'), { command: ['serve', '-p', '1'], onlyProgram: null });
  assert.deepEqual(npm('npx', '-p', '@acme/files@2.0.1', 'serve'), { command: ['serve'], onlyProgram: null });
});

test('field-25c uvx of the installed package is its script, however the name is spelled', () => {
  for (const name of ['mcp_files', 'mcp-files', 'MCP.files', 'mcp_files@2.0.1', 'mcp_files==2.0.1']) {
    assert.deepEqual(uv('uvx', name, '/data').onlyProgram, null);
    assert.deepEqual(uv('uvx', name, '/data').command, [name.replace(/(==|@).*/, ''), '/data']);
  }
  assert.deepEqual(uv('uv', 'tool', 'run', '--from', 'mcp-files[cli]==2.0.1', 'serve', '-v').command, ['serve', '-v']);
});

test('what asks for anything else stays as it is', () => {
  const npms = [
    ['npx', '-y', '@acme/other'], ['npx', '-y', '@acme/files@latest'], ['npx', '@acme/files@3.0.0'], ['npx', '-c', 'x'], ['npx'], ['files', 'npx'],
    ['uvx', 'files'],
  ];
  for (const command of npms) assert.deepEqual(npm(...command), { command, onlyProgram: null });
  const uvs = [['uvx', '--with', 'x', 'mcp-files'], ['uvx', 'mcp-files@latest'], ['npx', 'mcp-files']];
  for (const command of uvs) assert.deepEqual(uv(...command).command, command);
});
