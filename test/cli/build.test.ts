import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { mcpgen, mcpgenProcess } from '../support/cli.js';
import { folder, ROOT } from '../support/folder.js';

const SMALL = `import { defineConfig } from 'mcpgen';
export default defineConfig({ name: 'small', servers: { files: { kind: 'stdio', command: ['node', 'files.js'] } } });
`;

const FIVE_MISTAKES = `import { defineConfig, secret } from 'mcpgen';

export default defineConfig({
  name: 'five',
  gateway: { limits: { body: 4 } },
  servers: {
    notes: { kind: 'stdio', command: ['node', 'notes.js'], orgins: ['app'] },
    search: { kind: 'http', image: 'acme/search:1.0.0', strategy: 'stedy', autoscale: { min: 1, max: 2 } },
  },
  origins: { app: 'https://app.example.com' },
  strategies: { steady: { balance: 'round-robin' } },
  tenants: { acme: { match: { path: true }, servers: ['ntoes'] } },
});
`;

/** Every file below a folder, path → contents. */
function tree(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(path, name)).isFile());
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

const project = (t: TestContext, config: string): string => folder(t, { 'mcp.config.ts': config });

describe('mcpgen build', () => {
  it('prints five framed errors for five mistakes, exits 2 and touches nothing', async (t) => {
    const cwd = project(t, FIVE_MISTAKES);
    const { code, out, err } = await mcpgen(['build'], { cwd });
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.equal([...err.matchAll(/^error\[/gm)].length, 5, err);
    assert.equal([...err.matchAll(/^\s+\|\s+\^+/gm)].length, 5, 'each is framed');
    assert.deepEqual([...err.matchAll(/--> mcp\.config\.ts:(\d+):(\d+)/g)].map(([, line]) => Number(line)), [5, 7, 8, 8, 12]);
    const expected = ['which unit', 'did you mean "origins"', 'did you mean "steady"', 'later version', 'did you mean "notes"'];
    for (const words of expected) assert.ok(err.includes(words), `${words} in\n${err}`);
    assert.ok(!existsSync(join(cwd, 'generated')));
  });

  it('writes nothing and exits 1 while an error finding stands', async (t) => {
    const cwd = project(t, SMALL.replace('servers: {', "servers: { web: { kind: 'http', image: 'acme/web:latest' }, "));
    const { code, err } = await mcpgen(['build'], { cwd });
    assert.equal(code, 1);
    assert.match(err, /error\[MCP504\]/);
    assert.ok(!existsSync(join(cwd, 'generated')));
  });

  it('is the same bytes in another folder, time zone, language and key order', async (t) => {
    const config = readFileSync(join(ROOT, 'mcp.config.ts'), 'utf8');
    const servers = config.slice(config.indexOf('  servers: {'), config.indexOf('  origins: {'));
    const reordered = config.replace(servers, '').replace("  name: 'mcpgen-demo',\n", '').replace(/\}\);\s*$/, `${servers}  name: 'mcpgen-demo',\n});\n`);
    assert.notEqual(reordered, config);
    const [one, two] = [project(t, config), project(t, reordered)];
    const deep = join(two, 'a/b');
    mkdirSync(deep, { recursive: true });
    const first = await mcpgenProcess(['build'], { cwd: one, env: { TZ: 'UTC', LANG: 'C' } });
    const second = await mcpgenProcess(['build'], { cwd: deep, env: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' } });
    assert.deepEqual([first.code, second.code], [0, 0], first.err + second.err);
    assert.deepEqual(tree(join(two, 'generated')), tree(join(one, 'generated')));
  });

  it('--check: 0 without drift, 3 and a diff with it, and never writes', async (t) => {
    const cwd = project(t, SMALL);
    assert.equal((await mcpgen(['build', '--check'], { cwd })).code, 3);
    assert.ok(!existsSync(join(cwd, 'generated')));
    assert.equal((await mcpgen(['build'], { cwd })).code, 0);
    assert.equal((await mcpgen(['build', '--check'], { cwd })).code, 0);
    writeFileSync(join(cwd, 'mcp.config.ts'), SMALL.replace("name: 'small'", "name: 'small', origins: { app: 'https://app.example.com' }"));
    const before = tree(cwd);
    const { code, out } = await mcpgen(['build', '--check'], { cwd });
    assert.equal(code, 3);
    assert.match(out, /^--- a\/generated\/gateway\/tables\.js$/m);
    assert.match(out, /^\+.*https:\/\/app\.example\.com/m);
    assert.deepEqual(tree(cwd), before);
  });

  it('does not overwrite a hand edit without --force, and shows it', async (t) => {
    const cwd = project(t, SMALL);
    await mcpgen(['build'], { cwd });
    const file = join(cwd, 'generated/gateway/package.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"private": true', '"private": false'));
    const { code, err } = await mcpgen(['build'], { cwd });
    assert.equal(code, 2);
    assert.match(err, /"private": false/);
    assert.match(readFileSync(file, 'utf8'), /"private": false/);
    assert.equal((await mcpgen(['build', '--force'], { cwd })).code, 0);
    assert.match(readFileSync(file, 'utf8'), /"private": true/);
  });

  it('--target writes that target alone, and leaves the others as they are', async (t) => {
    const cwd = project(t, readFileSync(join(ROOT, 'mcp.config.ts'), 'utf8'));
    assert.equal((await mcpgen(['build', '--target', 'nginx'], { cwd })).code, 0);
    assert.deepEqual(readdirSync(join(cwd, 'generated')).filter((name) => !name.startsWith('.') && name !== 'mcpgen.lock.json'), ['nginx']);
    assert.equal((await mcpgen(['build'], { cwd })).code, 0);
    const before = tree(join(cwd, 'generated'));
    assert.equal((await mcpgen(['build', '--target', 'nginx,fly'], { cwd })).code, 0);
    assert.deepEqual(tree(join(cwd, 'generated')), before);
  });

  it('a target that is no longer wanted is removed, and what a user put beside it stays', async (t) => {
    const config = readFileSync(join(ROOT, 'mcp.config.ts'), 'utf8');
    const cwd = project(t, config);
    await mcpgen(['build'], { cwd });
    writeFileSync(join(cwd, 'generated/fly/notes.txt'), 'mine');
    writeFileSync(join(cwd, 'mcp.config.ts'), config.replace("    fly: { region: 'ord' },\n", ''));
    assert.equal((await mcpgen(['build'], { cwd })).code, 0);
    assert.deepEqual(Object.keys(tree(join(cwd, 'generated/fly'))), ['notes.txt']);
  });

  it('environments: one folder each, --env one of them, and no base', async (t) => {
    const environments = "environments: { staging: { gateway: { replicas: 1 } }, live: { servers: { files: { sharing: 'shared' } } } }";
    const config = SMALL.replace('});', `}, ${environments} });`).replace("['node', 'files.js'] } }", "['node', 'files.js'] } ");
    const cwd = project(t, config);
    const { code, err } = await mcpgen(['build', '--env', 'staging'], { cwd });
    assert.equal(code, 0, err);
    assert.deepEqual(readdirSync(join(cwd, 'generated')).sort(), ['mcpgen.lock.json', 'staging']);
    assert.equal((await mcpgen(['build'], { cwd })).code, 0);
    assert.match(readFileSync(join(cwd, 'generated/live/gateway/tables.js'), 'utf8'), /sharing: "shared"/);
    assert.match((await mcpgen(['build', '--env', 'stagin'], { cwd })).err, /there are live, staging/);
  });

  it('--stdout prints the files and writes none', async (t) => {
    const cwd = project(t, SMALL);
    const { code, out } = await mcpgen(['build', '--stdout', '--target', 'gateway'], { cwd });
    assert.equal(code, 0);
    assert.match(out, /^# file: gateway\/main\.js$/m);
    assert.ok(!existsSync(join(cwd, 'generated')));
  });

  it('the committed output is what the config says', async () => {
    const { code, out } = await mcpgen(['build', '--check']);
    assert.equal(code, 0, out);
  });

  it('does not depend on where the config’s folder is', async (t) => {
    const cwd = project(t, SMALL);
    await mcpgen(['build'], { cwd });
    const other = folder(t);
    cpSync(cwd, other, { recursive: true });
    rmSync(cwd, { recursive: true });
    assert.equal((await mcpgen(['build', '--check'], { cwd: other })).code, 0);
  });
});
