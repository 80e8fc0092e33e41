/** What a user gets: the packed tarball, unpacked into an empty folder. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { RULES } from '#src/policy/rules/index.js';
import { folder, ROOT } from '../support/folder.js';

it('from the tarball in an empty folder: init, build, check, and the gateway starts', async (t) => {
  const cwd = folder(t);
  // The scripts would compile into the folder that other tests run from, and it is compiled already.
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', cwd];
  const listing = execFileSync('npm', packing, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [packed] = JSON.parse(listing) as [{ filename: string; files: { path: string }[] }];
  const folders = /^(?:dist|templates|examples\/(?:servers|verify-tenant))\/|^src\/policy\/rules\/[a-z]+\/[a-z-]+\.md$/;
  const others = packed.files.map(({ path }) => path).filter((path) => !folders.test(path));
  // npm adds the README of a folder that something is taken from.
  const added = ['LICENSE', 'README.md', 'package.json', 'src/README.md'];
  assert.deepEqual(others.sort(), ['.github/mcpgen.svg', ...added], 'no test and no tool of this repository');
  execFileSync('tar', ['-xzf', packed.filename], { cwd });
  install(cwd);

  const bin = join(cwd, 'node_modules/mcpgen/dist/cli/bin.js');
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  assert.match(run('init'), /wrote mcp\.config\.ts/);
  assert.match(run('build'), /generated\/gateway\/main\.js/);
  assert.match(run('check'), /no findings/);
  assert.match(run('build', '--check'), /no drift/);
  for (const { code, slug } of RULES) assert.match(run('explain', code), new RegExp(`^${code} ${slug}\\n[\\s\\S]*Why`));

  const env = { PATH: process.env['PATH'], PORT: '0' };
  const gateway = spawn(process.execPath, ['generated/gateway/main.js'], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => gateway.kill('SIGKILL'));
  const [line] = (await once(gateway.stdout.setEncoding('utf8'), 'data')) as [string];
  const events = line.split('\n').flatMap((text) => (text ? [JSON.parse(text) as { event: string; port?: number }] : []));
  const started = events.find(({ event }) => event === 'listening');
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
