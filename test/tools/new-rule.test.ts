/** The tool that lays a rule, run in a copy of this repository, where the rule is then compiled and tested as any other. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { folder, ROOT } from '../support/folder.js';

const TOOL = join(ROOT, '.test/tools/new-rule.js');
/** What the tool reads and writes. */
const RULES_ALONE = ['src/config/language', 'src/policy/rules'];
const EVERYTHING = ['src', 'test', 'templates', 'examples', 'generated', '.github', '.ci', 'mcp.config.ts', 'package.json', 'tsconfig.json'];
/** The suites that a new rule must pass, besides its own. */
const SUITES = ['policy/rules', 'policy/pages', 'policy/page', 'layout'];

interface Ran {
  readonly status: number | null;
  readonly text: string;
}

function copy(t: TestContext, names: readonly string[]): string {
  const cwd = folder(t);
  for (const name of names) cpSync(join(ROOT, name), join(cwd, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'));
  return cwd;
}

function run(cwd: string, command: string, ...args: readonly string[]): Ran {
  // A test that runs tests would otherwise be told to report to the one around it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

const lay = (cwd: string, ...args: readonly string[]): Ran => run(cwd, process.execPath, TOOL, ...args);
const tests = (cwd: string, ...names: readonly string[]): Ran =>
  run(cwd, process.execPath, '--test', ...names.map((name) => `.test/${name}.test.js`));

describe('npm run new:rule', () => {
  it('lays a rule that compiles, is registered, and passes what every rule must', (t) => {
    const cwd = copy(t, EVERYTHING);
    const laid = lay(cwd, 'origin-left-behind', 'MCP106');
    assert.equal(laid.status, 0, laid.text);
    assert.match(laid.text, /^laid src\/policy\/rules\/origins\/origin-left-behind\.ts$/m);

    const own = 'policy/rules/origins/origin-left-behind';
    const include = [own, ...SUITES, 'policy/laid-rules'].map((name) => `${name}.test.ts`);
    writeFileSync(join(cwd, 'test/some.json'), JSON.stringify({ extends: './tsconfig.json', include }));
    for (const args of [[], ['-p', 'test/some.json']]) {
      const compiled = run(cwd, join(cwd, 'node_modules/.bin/tsc'), ...args);
      assert.equal(compiled.status, 0, compiled.text);
    }
    const tested = tests(cwd, own, ...SUITES);
    assert.equal(tested.status, 0, tested.text);
    const guarded = tests(cwd, 'policy/laid-rules');
    assert.equal(guarded.status, 1, 'it is not forgotten as it was laid');
    assert.match(guarded.text, /origin-left-behind/);
    const explained = run(cwd, process.execPath, 'dist/cli/bin.js', 'explain', 'MCP106');
    assert.match(explained.text, /^MCP106 origin-left-behind\nwarning/);
  });

  it('registers it between its neighbours, first and last as well', (t) => {
    const cwd = copy(t, RULES_ALONE);
    for (const [slug, code] of [['origin-first', 'MCP100'], ['origin-between', 'MCP106'], ['config-last', 'MCP999']] as const) {
      assert.equal(lay(cwd, slug, code).status, 0);
    }
    const lines = (file: string, pattern: RegExp): readonly string[] =>
      Array.from(readFileSync(join(cwd, file), 'utf8').matchAll(pattern), ([, found = '']) => found);
    const codes = lines('src/config/language/rules.ts', /^ {2}(MCP\d+): '/gm);
    assert.deepEqual(codes, codes.toSorted());
    for (const code of ['MCP100', 'MCP106', 'MCP999']) assert.ok(codes.includes(code), code);
    const imported = lines('src/policy/rules/index.ts', /^import \{ (\w+) \}/gm);
    assert.deepEqual(imported, lines('src/policy/rules/index.ts', /^ {2}(\w+),$/gm));
    assert.deepEqual([imported[0], imported.at(-1)], ['originFirst', 'configLast']);
    const from = imported.indexOf('originNull');
    assert.deepEqual(imported.slice(from, from + 3), ['originNull', 'originBetween', 'originBindAddress']);
  });

  it('takes the next code of the family that the first word tells', (t) => {
    assert.match(lay(copy(t, RULES_ALONE), 'suppression-too-wide').text, /^MCP911 suppression-too-wide finds/m);
  });

  it('refuses what is no name, no code, or taken, and lays nothing', (t) => {
    const cwd = copy(t, RULES_ALONE);
    const refused: readonly (readonly [args: readonly string[], why: RegExp])[] = [
      [[], /"" is no slug/],
      [['Origin-Plain'], /is no slug/],
      [['origin'], /is no slug/],
      [['no-origin-wildcard', 'MCP199'], /names a remedy/],
      [['../origin-plain', 'MCP106'], /is no slug/],
      [['origin-wildcard', 'MCP199'], /there is a rule MCP102 origin-wildcard/],
      [['origin-plain', 'MCP102'], /there is a rule MCP102 origin-wildcard/],
      [['origin-plain', 'MCP006'], /"MCP006" is no code/],
      [['quality-of-service'], /the family is not known: give a code/],
      [['origin-plain', 'MCP106', 'more'], /nothing is known of "more"/],
    ];
    const before = readFileSync(join(cwd, 'src/policy/rules/index.ts'), 'utf8');
    for (const [args, why] of refused) {
      const { status, text } = lay(cwd, ...args);
      assert.equal(status, 2, text);
      assert.match(text, why);
      assert.match(text, /usage: npm run new:rule/);
    }
    assert.equal(readFileSync(join(cwd, 'src/policy/rules/index.ts'), 'utf8'), before);
  });

  it('is not shipped', () => {
    const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: readonly string[] };
    assert.deepEqual(files.filter((file) => file.startsWith('test')), []);
  });
});
