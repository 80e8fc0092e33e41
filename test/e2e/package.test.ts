/** What a user gets: the packed tarball, unpacked into an empty folder. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { folder, ROOT } from '../support/folder.js';

it('from the tarball in an empty folder: init, build, check, and the gateway starts', async (t) => {
  const cwd = folder(t);
  // The scripts would compile into the folder that other tests run from, and it is compiled already.
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', cwd], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ filename: string }];
  execFileSync('tar', ['-xzf', packed.filename], { cwd });
  install(cwd);

  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [join(cwd, 'node_modules/mcpgen/dist/cli/bin.js'), ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  assert.match(run('init'), /wrote mcp\.config\.ts/);
  assert.match(run('build'), /generated\/gateway\/main\.js/);
  assert.match(run('check'), /no findings/);
  assert.match(run('build', '--check'), /no drift/);
  assert.match(run('explain', 'MCP102'), /Why/);

  const gateway = spawn(process.execPath, ['generated/gateway/main.js'], {
    cwd,
    env: { PATH: process.env['PATH'], PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => gateway.kill('SIGKILL'));
  const [line] = (await once(gateway.stdout.setEncoding('utf8'), 'data')) as [string];
  const started = line
    .split('\n')
    .map((text) => (text ? (JSON.parse(text) as { event: string; port?: number }) : null))
    .find((event) => event?.event === 'listening');
  assert.ok(started, `it says where it listens: ${line}`);
});

/** As npm does: the package under its name, its dependencies beside it. */
function install(cwd: string): void {
  mkdirSync(join(cwd, 'node_modules'));
  renameSync(join(cwd, 'package'), join(cwd, 'node_modules/mcpgen'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.') && name !== 'mcpgen') symlinkSync(join(ROOT, 'node_modules', name), join(cwd, 'node_modules', name));
  }
}
