/** The house rules that a machine can keep: see src/README.md. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { Node, Project } from 'ts-morph';
import { RULES } from '#src/policy/rules/index.js';
import { ROOT } from './support/folder.js';

const files = (folder: string, end: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => `${folder}/${name}`)
    .sort();
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Every import of a source file, `to` being a path from the root for our own modules. */
function importsOf(from: string): Import[] {
  const found = text(from).matchAll(/^(?:import|export)\s(type\s)?[^'"]*?from '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm);
  return [...found].map(([, type, fixed, dynamic, bare]) => {
    const specifier = fixed ?? dynamic ?? bare ?? '';
    const to = specifier.startsWith('.') ? relative(ROOT, resolve(join(ROOT, dirname(from)), specifier)).replace(/\.js$/, '.ts') : specifier;
    return { from, to, typeOnly: type !== undefined };
  });
}

/** What each stage may import besides itself; the arrow of src/README.md. `gateway` is the runtime, of which stages may use the pure modules. */
const PURE_RUNTIME = ['gateway/runtime/decision', 'gateway/runtime/types.ts', 'gateway/runtime/features.ts', 'gateway/row-meaning.ts'];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  config: ['load/types.ts', 'plan/types.ts'],
  load: ['config', 'errors.ts'],
  plan: ['config', 'load/types.ts'],
  emit: ['plan', ...PURE_RUNTIME],
  policy: ['plan', 'emit', 'config', 'load', ...PURE_RUNTIME],
  gateway: [],
  output: ['emit/types.ts', 'errors.ts'],
  dev: ['plan', 'load', 'policy/render', 'output'],
};

/** Characters of the longest line that a folder may have; the longest path that fits counts. */
const LONGEST_LINE: Readonly<Record<string, number>> = {
  'src': 200,
  'test': 160,
  // Others are at work in these; they end at 160 as well.
  'test/bench': 200, 'test/cli': 230, 'test/config': 260, 'test/load': 230, 'test/output': 200, 'test/plan': 260, 'test/policy': 200,
};
const folderOf = (file: string): string | undefined =>
  Object.keys(LONGEST_LINE).filter((folder) => file.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)[0];

describe('layout', () => {
  const sources = files('src', '.ts');

  it('imports point one way', () => {
    const wrong = sources.flatMap((file) => {
      const stage = file.split('/')[1] ?? '';
      const allowed = MAY_IMPORT[stage];
      if (!allowed) return [];
      return importsOf(file).filter(
        ({ to }) => to.startsWith('src/') && ![stage, ...allowed].some((name) => to === `src/${name}` || to.startsWith(`src/${name}/`)),
      );
    });
    assert.deepEqual(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
  });

  it('nothing imports the command line', () => {
    const wrong = sources.filter((file) => !file.startsWith('src/cli/')).flatMap(importsOf).filter(({ to }) => to.startsWith('src/cli/'));
    assert.deepEqual(wrong, []);
  });

  it('the gateway imports node: modules and its own, nothing else', () => {
    const wrong = files('src/gateway', '.ts').flatMap(importsOf).filter(({ to }) => !to.startsWith('src/gateway/') && !to.startsWith('node:'));
    assert.deepEqual(wrong, []);
  });

  it('the pure middle does not touch the world', () => {
    const edges = /^node:(fs|child_process|http|https|os|worker_threads|dns)/;
    const pure = sources.filter((file) => /^src\/(config|plan|emit|policy)\//.test(file));
    const wrong = pure.flatMap((file) => [
      ...importsOf(file)
        .filter(({ to, typeOnly }) => edges.test(to) && !typeOnly)
        .map(({ to }) => `${file} imports ${to}`),
      ...[/\bDate\.now\(/, /\bnew Date\(\)/, /\bMath\.random\(/, /\bprocess\.(env|cwd|platform)\b/]
        .filter((pattern) => pattern.test(text(file)))
        .map((pattern) => `${file} has ${pattern}`),
    ]);
    assert.deepEqual(wrong, []);
  });

  it('files stay small', () => {
    const lengths = sources.map((file) => ({ file, lines: text(file).split('\n').length }));
    assert.deepEqual(lengths.filter(({ lines }) => lines > 400), []);
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
    assert.ok((sorted[Math.floor(sorted.length * 0.9)] ?? 0) < 300, 'the ninetieth of a hundred files is below 300 lines');
    assert.ok((sorted[Math.floor(sorted.length / 2)] ?? 0) <= 120, 'the median file is near 100 lines');
  });

  it('lines can be read without scrolling far', () => {
    const wrong = Object.keys(LONGEST_LINE).flatMap((folder) =>
      [...files(folder, '.ts'), ...files(folder, '.mjs')]
        .filter((file) => folderOf(file) === folder)
        .flatMap((file) => text(file).split('\n').map((line, i) => ({ at: `${file}:${i + 1}`, length: line.length })))
        .filter(({ length }) => length > (LONGEST_LINE[folder] ?? 0)),
    );
    assert.deepEqual(wrong, []);
  });

  it('no barrels, no utils', () => {
    assert.deepEqual(sources.filter((file) => /\/(utils?|helpers?|misc|common)\//.test(file) || /\/(utils?|helpers?|misc)\.ts$/.test(file)), []);
  });

  it('every rule is code, page and test', () => {
    const slugs = RULES.map(({ slug }) => slug as string).sort();
    const names = (folder: string, end: string): string[] =>
      files(folder, end).map((file) => file.slice(folder.length + 1, -end.length)).filter((name) => name !== 'index').sort();
    assert.deepEqual(names('src/policy/rules', '.md'), slugs);
    assert.deepEqual(names('src/policy/rules', '.ts'), slugs);
    assert.deepEqual(names('test/policy/rules', '.test.ts'), slugs);
  });

  it('only the packages of the fixed list', () => {
    const { dependencies, devDependencies } = JSON.parse(text('package.json')) as Record<string, Record<string, string>>;
    assert.deepEqual(Object.keys(dependencies ?? {}).sort(), [
      '@modelcontextprotocol/sdk', 'cdk8s', 'cdk8s-plus-28', 'constructs', 'handlebars', 'ts-morph', 'yaml', 'zod',
    ]);
    assert.deepEqual(Object.keys(devDependencies ?? {}).sort(), ['@types/node', 'typescript']);
  });

  it('template literals of the runtime stay on one line: baking halves the indentation of every line', () => {
    const project = new Project({ useInMemoryFileSystem: true });
    const wrong = files('src/gateway', '.ts').filter((file) =>
      project
        .createSourceFile(file, text(file))
        .getDescendants()
        .some(
          (node) => (Node.isNoSubstitutionTemplateLiteral(node) || Node.isTemplateExpression(node)) && node.getStartLineNumber() !== node.getEndLineNumber(),
        ),
    );
    assert.deepEqual(wrong, []);
  });
});
