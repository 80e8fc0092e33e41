import assert from 'node:assert/strict';
import { test } from 'node:test';
import { download } from '#src/policy/downloads.js';
import { stdioDownloadAtStart as rule } from '#src/policy/rules/containers/stdio-download-at-start.js';
import { bareCommand, npm, stdioImage, uv } from '../../../support/example.js';
import { findingsOf, found, PINNED, planOf } from '../../support.js';

const compose = { targets: { compose: {} } };
type Command = readonly [string, ...string[]];
const inImage = (...command: Command) => ({ servers: { files: stdioImage(PINNED, { command }) } });
const foundFor = (...command: Command) => found(rule, planOf({ ...inImage(...command), ...compose }));

test('field-25d a command that downloads at start is an error in a container placement', () => {
  const commands: readonly Command[] = [
    ['npx', '-y', '@acme/files'], ['npx', '@acme/files', '/data'], ['npm', 'exec', '--yes', '@acme/files'], ['bunx', 'x'], ['pnpm', 'dlx', 'x'],
    ['uvx', 'mcp-files'], ['uv', 'tool', 'run', 'x'], ['uv', 'run', 'server.py'], ['pipx', 'run', 'x'], ['docker', 'run', '-i', '--rm', 'mcp/files'],
    ['/usr/local/bin/npx', '-y', 'x'], ['sh', '-c', 'cd /data && exec npx -y x'], ['env', 'A=b', 'npx', '-y', 'x'], ['bash', '-lc', "uvx 'x'"],
    ['deno', 'run', '-A', 'npm:x'], ['go', 'run', 'acme.test/x@latest'], ['npx.cmd', '-y', 'x'], ['timeout', '5', 'pipx', 'run', 'x'],
  ];
  for (const command of commands) assert.deepEqual(foundFor(...command), ['error servers.files.command'], command.join(' '));
});

test('field-25d what is installed is no download', () => {
  const commands: readonly Command[] = [
    ['mcp-server', '/data'], ['node', 'server.js'], ['npx', '--no-install', 'x'], ['npx', '--offline', 'x'], ['uvx', '--offline', 'x'],
    ['uv', 'run', '--no-sync', 'x.py'],
    ['sh', '-c', 'exec node server.js npx'], ['python3', '-m', 'npx'],
    ['npm', 'run', 'start'], ['docker', 'run', '--pull=never', 'x'], ['deno', 'run', 'main.ts'],
  ];
  for (const command of commands) assert.deepEqual(foundFor(...command), [], command.join(' '));
});

test('field-25d the package that the image holds is started from there, and another is a download', () => {
  const files = (pinned: `${string}@${string}`, ...command: Command) => found(rule, planOf({ servers: { files: npm(pinned, { command }) }, ...compose }));
  assert.deepEqual(files('@acme/files@2.0.1', 'npx', '-y', '@acme/files', '/data'), []);
  assert.deepEqual(files('@acme/files@2.0.1', 'npx', '-y', '@acme/files@2.0.1'), []);
  assert.deepEqual(files('@acme/files@2.0.1', 'npx', '-y', '@acme/files@latest'), ['error servers.files.command']);
  assert.deepEqual(files('@acme/files@2.0.1', 'npx', '-y', '@acme/other'), ['error servers.files.command']);
  assert.deepEqual(files('@acme/files@2.0.1', 'uvx', '@acme/files'), ['error servers.files.command']);
  const mcp = (...command: Command) => found(rule, planOf({ servers: { files: uv('mcp_files==2.0.1', { command }) }, ...compose }));
  assert.deepEqual(mcp('uvx', 'mcp-files'), []);
  assert.deepEqual(mcp('uvx', '--from', 'mcp-files==2.0.1', 'serve'), []);
  assert.deepEqual(mcp('uvx', '--with', 'more', 'mcp-files'), ['error servers.files.command']);
});

test('on this machine alone, and where nothing says what a container would hold, it is not judged', () => {
  assert.deepEqual(found(rule, planOf(inImage('npx', '-y', 'x'))), []);
  assert.deepEqual(found(rule, planOf({ servers: { files: bareCommand({ command: ['npx', '-y', 'x'] }) }, ...compose })), []);
});

test('the message names the targets and the program, and none of its arguments', () => {
  const [finding] = findingsOf(rule, planOf({ ...inImage('npx', '-y', 'x', '--token=abc'), targets: { compose: {}, fly: { region: 'ord' } } }));
  assert.match(finding?.message ?? '', /^on compose and fly each child of files would begin with "npx", which downloads/);
  assert.equal(download(['docker', 'run', '-e', 'TOKEN=abc', 'mcp/files']), 'docker run');
});
