/** Mistakes of a first day, each with what is wrong, what to do about it, and the exit code of a mistake that is not mcpgen's. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { mcpgen, type Ran } from '../support/cli.js';
import { folder, ROOT } from '../support/folder.js';

const SMALL = `import { defineConfig } from 'mcpgen';
export default defineConfig({ name: 'small', servers: { web: { kind: 'http', image: 'acme/web:1.0.0' } } });
`;

async function said(args: readonly string[], cwd: string): Promise<string> {
  const { code, out, err } = await mcpgen(args, { cwd });
  assert.equal(code, 2, out + err);
  return err;
}

describe('field-19: the machine and the folder', () => {
  const START = join(ROOT, 'dist/cli/start.cjs');

  it('field-19a Node below 20 is refused by name before anything is loaded, in words that an old Node can read', () => {
    const text = readFileSync(START, 'utf8').replace(/^\s*\/\/.*$/gm, '');
    assert.doesNotMatch(text, /=>|`\$|\bconst\b|\blet\b|\?\.|\?\?|\basync\b|\bawait\b|^import |^export /m);
    const pretend = "Object.defineProperty(process, 'versions', { value: Object.assign({}, process.versions, { node: '18.20.4' }) });";
    const { status, stderr } = spawnSync(process.execPath, ['-e', `${pretend} require(${JSON.stringify(START)})`], { encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, /^mcpgen: this is Node 18\.20\.4 .*needs Node 20 or newer/);
    const fine = spawnSync(process.execPath, [START, '--version'], { encoding: 'utf8' });
    assert.match(fine.stdout, /^mcpgen \d/);
  });

  it('field-19b init in a folder that cannot be written, and under a name whose folder is missing', async (t) => {
    const cwd = folder(t);
    assert.match(await said(['init', '--config', 'nowhere/mcp.config.ts'], cwd), /nowhere\/mcp\.config\.ts: its folder does not exist/);
    // Permissions bind everybody but root, who starts it as another user then.
    chmodSync(cwd, 0o555);
    const uid = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { status, stderr } = spawnSync(process.execPath, [START, 'init'], { cwd, encoding: 'utf8', ...uid });
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^mcpgen: cannot write .*mcp\.config\.ts: permission denied\. Give this user/);
    assert.ok(!existsSync(join(cwd, 'mcp.config.ts')));
  });

  it('field-19c --cwd to nowhere, and to a file', async (t) => {
    const cwd = folder(t, { 'a.txt': '' });
    assert.match(await said(['build', '--cwd', 'nowhere'], cwd), /^mcpgen: --cwd nowhere: there is no folder \/.*nowhere$/m);
    assert.match(await said(['init', '--cwd', 'a.txt'], cwd), /--cwd a\.txt: .* is not a folder/);
    assert.match(await said(['init', '--cwd', 'a.txt/b'], cwd), /--cwd a\.txt\/b: there is no folder/);
  });
});

/** A project that was built, and whose config then changed. */
async function built(t: TestContext): Promise<string> {
  const cwd = folder(t, { 'mcp.config.ts': SMALL });
  assert.equal((await mcpgen(['build'], { cwd })).code, 0);
  return cwd;
}

describe('field-19: what was generated', () => {
  it('field-19d a lock that is gone is named, with what to do, by build and by --check', async (t) => {
    const cwd = await built(t);
    rmSync(join(cwd, 'generated/mcpgen.lock.json'));
    writeFileSync(join(cwd, 'mcp.config.ts'), SMALL.replace("name: 'small'", "name: 'large'"));
    const text = await said(['build'], cwd);
    assert.match(text, /^generated\/mcpgen\.lock\.json is missing: without it mcpgen cannot tell/);
    assert.match(text, /Nothing was written\. Restore it from version control.*or.*npx mcpgen build --force/s);
    const check = await mcpgen(['build', '--check'], { cwd });
    assert.equal(check.code, 3);
    assert.match(check.out, /mcpgen\.lock\.json is missing\. Restore it/);
    assert.equal((await mcpgen(['build', '--force'], { cwd })).code, 0);
    assert.equal((await mcpgen(['build', '--check'], { cwd })).code, 0);
  });

  it('field-19e a hand edit: --check says how to get rid of it, and both diffs run from what is there to what the config says', async (t) => {
    const cwd = await built(t);
    const file = join(cwd, 'generated/gateway/package.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"type"', '"tpye"'));
    const check = await mcpgen(['build', '--check'], { cwd });
    assert.equal(check.code, 3);
    assert.match(check.out, /Edited by hand: generated\/gateway\/package\.json\. Move the change into mcp\.config\.ts and restore.*--force/);
    const text = await said(['build'], cwd);
    for (const diff of [check.out, text]) assert.match(diff, /^-.*"tpye"[\s\S]*^\+.*"type"/m);
  });
});

const WEB = "{ kind: 'http', image: 'acme/web:1.0.0' }";
/** With other keys at the top, for the server, or with another server. */
const top = (keys: string) => ({ 'mcp.config.ts': SMALL.replace("name: 'small'", () => `name: 'small', ${keys}`) });
const web = (keys: string) => ({ 'mcp.config.ts': SMALL.replace('image:', () => `${keys}, image:`) });
const server = (text: string) => ({ 'mcp.config.ts': SMALL.replace(WEB, () => text) });

const CIRCLE = `import { defineConfig } from 'mcpgen';
import { web } from './web.ts';
export const base = { image: 'acme/web:1.0.0' };
export default defineConfig({ name: 'a', servers: { web } });
`;

/** Configs with one mistake, and what is said about it by `check` and by `build`. */
const CONFIGS: readonly (readonly [title: string, files: Readonly<Record<string, string>>, said: RegExp])[] = [
  [
    'field-19f circular imports',
    { 'mcp.config.ts': CIRCLE, 'web.ts': `import { base } from './mcp.config.ts';\nexport const web = { kind: 'http', ...base } as const;\n` },
    /"base" is read before its file .* in a circle: mcp\.config\.ts → web\.ts → mcp\.config\.ts[^]*web\.ts:2[^]*help: move what several files need/,
  ],
  [
    'field-19g a name that was not imported',
    top("gateway: { sessionKeys: [secret('KEY')] }"),
    /"secret" is not defined[^]*help: import \{ secret \} from 'mcpgen';/,
  ],
  ['field-19h a number where text was meant', web('env: { WORKERS: 2 }'), /expected text or secret\('NAME'\)[^]*help: put it in quotes: '2'/],
  ['field-19i and text for a number', web("port: '8000'"), /expected a port number[^]*help: leave the quotes out: 8000/],
  [
    'field-19j nginx on the gateway’s own port',
    top('gateway: { listen: { port: 8090 } }, targets: { nginx: { listen: 8090 } }'),
    /nginx would listen on port 8090, which is the gateway's own[^]*help: .*another port/,
  ],
  [
    'field-19k nginx on the admin port, by its default',
    top('gateway: { admin: { port: 8088 } }, targets: { nginx: {} }'),
    /nginx would listen on port 8088, which is the admin listener's/,
  ],
  [
    'field-19l a program with its arguments in one word',
    server("{ kind: 'stdio', command: ['npx -y foo'] }"),
    /"npx -y foo" is no program[^]*write \['npx', '-y', 'foo'\]/,
  ],
  [
    'field-19m a command that is one text',
    server("{ kind: 'stdio', command: 'npx -y foo' }"),
    /expected a program and its arguments[^]*write \['npx', '-y', 'foo'\]/,
  ],
  [
    "field-19n '${VAR}' in env",
    web("env: { TOKEN: '${API_TOKEN}' }"),
    /nothing fills in the variable API_TOKEN here.*write secret\('API_TOKEN'\), or the value/,
  ],
  [
    "field-19o '$VAR' in an argument",
    server("{ kind: 'stdio', command: ['tool', '--key=$API_KEY'] }"),
    /no shell runs this command, so nothing fills in API_KEY.*env: \{ API_KEY: secret\('API_KEY'\) \}/,
  ],
];

describe('field-19: the config', () => {
  for (const [title, files, wanted] of CONFIGS) {
    it(title, async (t) => {
      const cwd = folder(t, files);
      for (const command of ['check', 'build']) assert.match(await said([command], cwd), wanted);
    });
  }

  it('field-19q what other tools would take is named with what is taken here', async (t) => {
    const elsewhere: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
      [{ 'mcp.config.js': SMALL }, /found no mcp\.config\.ts[^]*mcp\.config\.js is there: rename it to mcp\.config\.ts/],
      [{ 'mcp.config.ts': SMALL.replace("from 'mcpgen'", "from 'mcpgne'") }, /cannot find package 'mcpgne'[^]*did you mean "mcpgen"/],
      [{ 'mcp.config.ts': SMALL.replaceAll('defineConfig', 'defineconfig') }, /mcpgen exports no "defineconfig"[^]*did you mean "defineConfig"/],
      [server("{ kind: 'http', url: 'https://crm.acme.com/mcp' }"), /"url" is not a key of servers\.web[^]*instances: \[\{ url: 'https:\/\/…' \}\]/],
      [{ 'mcp.config.ts': "export default { name: 'a', mcpServers: {} };" }, /"mcpServers" is not a key of the config[^]*servers, each with its kind/],
    ];
    for (const [files, wanted] of elsewhere) assert.match(await said(['build'], folder(t, files)), wanted);
    assert.match(await said(['--cwd', '/', 'build'], folder(t)), /the command comes first, then its flags: mcpgen COMMAND --cwd/);
    assert.match(await said(['build', '--target', 'fly'], folder(t, { 'mcp.config.ts': SMALL })), /no targets\.fly; add it: targets: \{ fly: \{\} \}/);
  });

  it('field-19r a name that was not imported is said once, where it stands', async (t) => {
    const config =
      "import { defineConfig } from 'mcpgen';\nexport default defineConfig({ name: 'a', gateway: { sessionKeys: [secret('KEY')] }, servers: {} });\n";
    const output = await said(['check'], folder(t, { 'mcp.config.ts': config }));
    assert.equal(output.match(/"secret" is not defined/g)?.length, 1, output);
    assert.match(output, /mcp\.config\.ts:2:67\n[^]*import \{ secret \} from 'mcpgen'[^]*1 problem in/);
  });

  it('field-19p what only looks like these is taken', async (t) => {
    const fine = [
      "{ kind: 'stdio', command: ['/opt/my tools/run', 'a b'] }",
      "{ kind: 'stdio', command: ['sh', '-c', 'exec tool --key=$KEY'], env: { FORMAT: '${level}: ${message}', PRICE: '5$' } }",
    ];
    for (const one of fine) {
      const cwd = folder(t, server(one));
      const { code, out, err }: Ran = await mcpgen(['build'], { cwd });
      assert.equal(code, 0, out + err);
    }
  });
});
