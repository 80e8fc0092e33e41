/** `mcpgen secrets`: what it lists, and that what it writes loses nothing and shows nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { readEnv, withValues } from '#src/cli/env-file.js';
import { mcpgen } from '../support/cli.js';
import { folder } from '../support/folder.js';

const SOURCE = `import { defineConfig, secret } from 'mcpgen';
export default defineConfig({
  name: 'acme',
  gateway: { url: 'https://mcp.acme.com', sessionKeys: [secret('SESSION_KEY')], admin: { readToken: secret('READ_TOKEN') } },
  auth: {
    clients: { ci: { keys: [secret('CI_KEY')], rotateBy: '2026-01-01' } },
    jwt: { issuer: 'https://id.acme.com', secret: secret('JWT_SECRET') },
  },
  servers: {
    search: {
      kind: 'http', image: 'search', env: { INDEX_TOKEN: secret('INDEX_TOKEN'), HEADER_SECRET: secret('SIGNING') },
      upstream: { auth: { bearer: secret('VENDOR_TOKEN') } },
    },
  },
  tenants: { acme: { match: { client: 'ci' }, servers: '*', forward: { signed: { prefix: 'X-TB-', secret: secret('SIGNING') } } } },
});
`;
const OURS = ['CI_KEY', 'JWT_SECRET', 'READ_TOKEN', 'SESSION_KEY', 'SIGNING'];

const project = (t: TestContext, files: Readonly<Record<string, string>> = {}): string => folder(t, { 'mcp.config.ts': SOURCE, ...files });
const envOf = (cwd: string, file = '.env'): string => readFileSync(join(cwd, file), 'utf8');
const modeOf = (cwd: string, file = '.env'): number => statSync(join(cwd, file)).mode & 0o777;

interface Listed {
  readonly name: string;
  readonly environment: string | null;
  readonly state: string;
  readonly weak: string | null;
  readonly bytes: number;
  readonly generated: boolean;
  readonly rotateBy: string | null;
  readonly uses: readonly { readonly workload: string; readonly purpose: string; readonly config: { readonly path: string; readonly line: number } }[];
}

async function listed(cwd: string, ...args: readonly string[]): Promise<readonly Listed[]> {
  return (JSON.parse((await mcpgen(['secrets', '--format', 'json', ...args], { cwd })).out) as { secrets: Listed[] }).secrets;
}

test('every secret with who uses it, where the config says so, and what it must be', async (t) => {
  const cwd = project(t);
  const secrets = await listed(cwd);
  assert.deepEqual(
    secrets.map(({ name, bytes, generated, rotateBy, state, uses }) => [
      name, bytes, generated, rotateBy, state, uses.map(({ workload, purpose, config }) => `${workload} ${purpose} ${config.path}:${config.line}`),
    ]),
    [
      ['CI_KEY', 16, true, '2026-01-01', 'missing', ['gateway client-key auth.clients.ci.keys.0:6']],
      ['INDEX_TOKEN', 1, false, null, 'missing', ['search environment servers.search.env.INDEX_TOKEN:11']],
      ['JWT_SECRET', 32, true, null, 'missing', ['gateway token-secret auth.jwt:7']],
      ['READ_TOKEN', 16, true, null, 'missing', ['gateway admin-token gateway.admin.readToken:4']],
      ['SESSION_KEY', 32, true, null, 'missing', ['gateway session-key gateway.sessionKeys.0:4']],
      [
        'SIGNING', 32, true, null, 'missing',
        ['gateway signing-key tenants.acme.forward.signed.secret:15', 'search environment servers.search.env.HEADER_SECRET:11'],
      ],
      ['VENDOR_TOKEN', 1, false, null, 'missing', ['gateway upstream-credential servers.search.upstream.auth.bearer:12']],
    ],
  );
  const { out, code } = await mcpgen(['secrets'], { cwd });
  assert.equal(code, 0);
  assert.match(out, /CI_KEY {2}not in \.env\n {2}gateway: Key of client "ci".*mcp\.config\.ts:6\n/);
  assert.match(out, / {2}text without blanks, at least 16 bytes;.*should have been replaced by 2026-01-01/);
  assert.match(out, /7 secrets, 0 set, 7 missing, 0 weak \(there is no \.env\)/);
  assert.ok(!existsSync(join(cwd, '.env')));
});

describe('--generate', () => {
  test('draws what is ours into a file of its own user, and says nothing of the values', async (t) => {
    const cwd = project(t);
    const { out, err, code } = await mcpgen(['secrets', '--generate'], { cwd });
    assert.equal(code, 0, err);
    const values = readEnv(envOf(cwd));
    assert.deepEqual([...values.keys()].sort(), OURS);
    assert.equal(modeOf(cwd), 0o600);
    for (const { value } of values.values()) {
      assert.match(value, /^[\w-]{43}$/);
      assert.ok(!`${out}${err}`.includes(value));
    }
    assert.equal(new Set([...values.values()].map(({ value }) => value)).size, OURS.length);
    assert.match(out, /7 secrets, 0 set, 5 generated, 2 missing, 0 weak\n/);
    const before = envOf(cwd);
    await mcpgen(['secrets', '--generate'], { cwd });
    assert.equal(envOf(cwd), before, 'a second run changes nothing');
  });

  test('keeps every byte that was there, fills in what was empty, and tightens the mode', async (t) => {
    const chosen = '# mine\r\nCI_KEY="a key that I chose myself"\r\nOTHER=\'x=1 # no comment\'\r\n';
    const pem = 'PEM="-----BEGIN\nREAD_TOKEN=no\n-----END"\r\n';
    const mine = `${chosen}export SESSION_KEY=   # to do\r\n${pem}READ_TOKEN=`;
    const cwd = project(t, { '.env': mine });
    chmodSync(join(cwd, '.env'), 0o644);
    const { err } = await mcpgen(['secrets', '--generate'], { cwd });
    const after = envOf(cwd);
    assert.ok(after.startsWith(`${chosen}export SESSION_KEY=`));
    assert.match(after, /\r\nexport SESSION_KEY=[\w-]{43} +# to do\r\n/);
    assert.ok(after.includes(`# to do\r\n${pem}READ_TOKEN=`));
    assert.match(after, /\r\nREAD_TOKEN=[\w-]{43}\r\n/);
    assert.match(err, /\.env could be read by others \(mode 644\); it is yours alone now \(600\)/);
    assert.equal(modeOf(cwd), 0o600);
    const values = readEnv(after);
    assert.equal(values.get('CI_KEY')?.value, 'a key that I chose myself');
    assert.equal(values.get('PEM')?.value, '-----BEGIN\nREAD_TOKEN=no\n-----END');
    assert.ok(values.has('JWT_SECRET'));
  });

  test('what it writes is what node and a shell read', async (t) => {
    const cwd = project(t);
    await mcpgen(['secrets', '--generate'], { cwd });
    const wanted = readEnv(envOf(cwd)).get('SESSION_KEY')?.value;
    const script = 'process.stdout.write(process.env.SESSION_KEY)';
    const node = spawnSync(process.execPath, ['--env-file=.env', '-e', script], { cwd, env: {} });
    assert.equal(String(node.stdout), wanted);
    const shell = spawnSync('sh', ['-c', 'set -a; . ./.env; printf %s "$SESSION_KEY"'], { cwd });
    assert.equal(String(shell.stdout), wanted);
  });

  test('a link stays a link', async (t) => {
    const cwd = project(t, { 'elsewhere/env': 'A=1\n' });
    symlinkSync('elsewhere/env', join(cwd, '.env'));
    await mcpgen(['secrets', '--generate'], { cwd });
    assert.ok(lstatSync(join(cwd, '.env')).isSymbolicLink());
    assert.match(envOf(cwd, 'elsewhere/env'), /^A=1\n[\s\S]*SESSION_KEY=/);
  });

  test('each environment has a file and values of its own', async (t) => {
    const environments = "  environments: { staging: {}, production: {} },\n});";
    const cwd = folder(t, { 'mcp.config.ts': SOURCE.replace(/\}\);\n$/, environments) });
    await mcpgen(['secrets', '--generate', '--env', 'staging'], { cwd });
    assert.ok(existsSync(join(cwd, '.env.staging')) && !existsSync(join(cwd, '.env.production')) && !existsSync(join(cwd, '.env')));
    await mcpgen(['secrets', '--generate'], { cwd });
    const [staging, production] = ['.env.staging', '.env.production'].map((file) => readEnv(envOf(cwd, file)));
    assert.notEqual(staging?.get('SESSION_KEY')?.value, production?.get('SESSION_KEY')?.value);
    assert.equal((await listed(cwd)).length, 14);
  });
});

describe('what is wrong with a file', () => {
  test('weak values are named, and never shown', async (t) => {
    const value = 'hunter2hunter2hunter2hunter2hunter2';
    const good = 'SIGNING=Zk3-unusual_Enough.but+not/random\nINDEX_TOKEN=x7\n';
    const cwd = project(t, { '.env': `CI_KEY=changeme\nSESSION_KEY=short\nREAD_TOKEN=${value}\nJWT_SECRET=${value}\n${good}` });
    chmodSync(join(cwd, '.env'), 0o600);
    const { out, err, code } = await mcpgen(['secrets'], { cwd });
    assert.equal(code, 1);
    const weak = (await listed(cwd)).filter((one) => one.weak !== null).map(({ name, weak }) => `${name}: ${weak}`);
    assert.deepEqual(weak, [
      'CI_KEY: a default, or a placeholder that was not filled in',
      'JWT_SECRET: of few different signs, or a row of them',
      'READ_TOKEN: of few different signs, or a row of them',
      'SESSION_KEY: 5 bytes, where 32 are needed',
    ]);
    for (const one of ['changeme', value, 'short,', 'Zk3-']) assert.ok(!`${out}${err}`.includes(one), one);
  });

  test('two secrets with one value', async (t) => {
    const value = 'bDxV3mNq8RzT5wYk2HsJ7pLc';
    const cwd = project(t, { '.env': `CI_KEY=${value}\nREAD_TOKEN=${value}\n` });
    assert.deepEqual((await listed(cwd)).filter(({ weak }) => weak).map(({ name, weak }) => [name, weak]), [
      ['CI_KEY', 'the value of another secret too'],
      ['READ_TOKEN', 'the value of another secret too'],
    ]);
  });

  test('one that others may read is said, and changed only where it is written', async (t) => {
    const cwd = project(t, { '.env': 'A=1\n' });
    chmodSync(join(cwd, '.env'), 0o640);
    assert.match((await mcpgen(['secrets'], { cwd })).err, /\.env can be read by others \(mode 640\): chmod 600 \.env/);
    assert.equal(modeOf(cwd), 0o640);
  });

  test('one that git keeps, or would keep', async (t) => {
    const cwd = project(t, { '.env': 'A=1\n' });
    chmodSync(join(cwd, '.env'), 0o600);
    assert.equal((await mcpgen(['secrets'], { cwd })).err, '', 'git has no say here');
    const git = (...args: string[]): void => assert.equal(spawnSync('git', args, { cwd }).status, 0, args.join(' '));
    git('init', '--quiet');
    assert.match((await mcpgen(['secrets'], { cwd })).err, /\.env is not ignored by git/);
    writeFileSync(join(cwd, '.gitignore'), '.env\n');
    assert.equal((await mcpgen(['secrets'], { cwd })).err, '');
    git('add', '--force', '.env');
    assert.match((await mcpgen(['secrets'], { cwd })).err, /\.env is kept by git: git rm --cached \.env/);
  });
});

test('an env file is read as compose and node read it', () => {
  const text =
    "A=1 # one\nB='2 # two'\nexport C=\"three\\\"3\" # x\n# D=4\nE = 5\nF=\n" +
    "A=6\nG=\"open\nH=`8\n8`\n not a line\nI=#9\nJ=a#b\n";
  const values = [...readEnv(text)].map(([name, { value }]) => [name, value]);
  assert.deepEqual(values, [['A', '6'], ['B', '2 # two'], ['C', 'three\\"3'], ['E', '5'], ['F', ''], ['G', '"open'], ['H', '8\n8'], ['I', ''], ['J', 'a#b']]);
});

test('values are added behind what is there, each with what it is for', () => {
  const added = [{ name: 'A', value: 'x y$', about: ['What A is for.'] }, { name: 'B', value: 'b', about: [] }];
  assert.equal(withValues('', added), "# What A is for.\nA='x y$'\n\nB=b\n");
  assert.equal(withValues('B=\nC=1', added), "B=b\nC=1\n\n# What A is for.\nA='x y$'\n");
});
