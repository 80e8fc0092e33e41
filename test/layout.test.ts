/** The house rules that a machine can keep: see src/README.md. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Node, Project } from 'ts-morph';
import { placeOfRule } from '#src/policy/families.js';
import { RULES } from '#src/policy/rules/index.js';
import { circlesIn } from './support/circles.js';
import { ROOT } from './support/folder.js';
import { importsOf } from './support/imports.js';

const files = (folder: string, end: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => `${folder}/${name}`)
    .sort();
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Every import of our own modules and others', by the file that has it. */
const IMPORTS = new Map(files('src', '.ts').map((file) => [file, importsOf(file, text(file))] as const));
const EVERY_IMPORT = [...IMPORTS.values()].flat();

/** What of the runtime is pure, so that stages may ask it instead of saying the same again. */
const DECISION = 'gateway/runtime/decision';
const TABLES = ['gateway/runtime/tables', 'gateway/runtime/features.ts'];
const ROW_MEANING = 'gateway/row-meaning.ts';

/** What each stage may import besides itself, exactly: the arrow of src/README.md, from its left end to its right. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'diagnostics': [],
  'gateway': [],
  'source': ['diagnostics'],
  'load': ['diagnostics', 'source'],
  'config': ['diagnostics'],
  'plan': ['diagnostics', 'config', 'gateway/runtime/tables'],
  'emit': ['config/url.ts', 'plan', DECISION, ...TABLES, ROW_MEANING],
  'policy': ['diagnostics', 'gateway/runtime/tables', 'config/language', 'config/url.ts', 'load/loaded.ts', 'plan', 'emit'],
  'output': ['errors.ts', 'emit/types.ts'],
  'dev': ['source/source-graph.ts', 'plan', 'policy/render'],
  'index.ts': ['config/language'],
  'assets.ts': ['emit/types.ts', 'policy/families.ts', 'policy/types.ts'],
  'compile.ts': ['diagnostics', 'config', 'plan'],
  'decision.ts': ['config/language', 'plan', 'emit/gateway', DECISION],
  'replay.ts': ['plan', 'emit/gateway', 'decision.ts', DECISION, 'gateway/runtime/tables'],
  'project.ts': ['assets.ts', 'compile.ts', 'source', 'load', 'plan', 'emit', 'output/groups.ts'],
  'cli': [
    'errors.ts', 'diagnostics', 'source', 'load', 'config/language', 'plan', 'emit', 'policy', 'output', 'dev', 'assets.ts', 'compile.ts', 'decision.ts',
    'replay.ts', 'project.ts', DECISION, ROW_MEANING,
  ],
};

/** The rooms of the runtime, and what each may import besides itself; `observe` takes only types of the decision. Files outside a room compose them all. */
const FOUNDATION = ['tables', 'wire', 'process', 'decision'];
const BEHIND = [...FOUNDATION, 'upstream', 'stdio'];
const CALLS = [...BEHIND, 'identity', 'answer', 'observe'];
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  tables: [],
  wire: ['tables'],
  process: ['tables'],
  decision: ['tables', 'wire'],
  upstream: FOUNDATION,
  stdio: [...FOUNDATION, 'upstream'],
  identity: BEHIND,
  answer: [...BEHIND, 'identity'],
  observe: FOUNDATION,
  front: CALLS,
  operate: [...CALLS, 'front'],
};
/** Undefined for files that lie outside a room. */
const roomOf = (file: string): string | undefined => /^src\/gateway\/runtime\/([a-z]+)\//.exec(file)?.[1];

const stageOf = (file: string): string => file.split('/')[1] ?? '';
const isBelow = (file: string, place: string): boolean => file === `src/${place}` || file.startsWith(`src/${place}/`);

interface NamedFile {
  readonly file: string;
  readonly name: string;
}

/** Names of sources in a comment, such as `front/client.ts`. What the compiler writes is there only after it has run. */
function filesNamed(file: string, line: string): NamedFile[] {
  const found = line.matchAll(/(?<![\w./*<{-])((?:[\w-]+\/)*[\w-]+(?:\.test)?\.(?:ts|js|hbs))\b(?!\.)/g);
  return [...found].flatMap(([, name = '']) => (name.startsWith('dist/') ? [] : [{ file, name }]));
}

/** Characters of the longest line that a folder may have; the longest path that fits counts. */
const LONGEST_LINE: Readonly<Record<string, number>> = { src: 160, test: 160 };
const folderOf = (file: string): string | undefined =>
  Object.keys(LONGEST_LINE).filter((folder) => file.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)[0];

describe('layout', () => {
  const sources = files('src', '.ts');

  it('every stage has a row in the table of imports', () => {
    assert.deepEqual([...new Set(sources.map(stageOf))].sort(), Object.keys(MAY_IMPORT).sort());
  });

  it('the table of imports goes from left to right', () => {
    const order = Object.keys(MAY_IMPORT);
    const wrong = Object.entries(MAY_IMPORT).flatMap(([stage, places]) =>
      places.filter((place) => order.indexOf(place.split('/')[0] ?? '') >= order.indexOf(stage)).map((place) => `${place} does not stand above ${stage}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('imports point one way', () => {
    const wrong = EVERY_IMPORT.filter(({ from, to }) => {
      const stage = stageOf(from);
      return to.startsWith('src/') && ![stage, ...(MAY_IMPORT[stage] ?? [])].some((place) => isBelow(to, place));
    });
    assert.deepEqual(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
  });

  it('the table of imports allows nothing that no file needs', () => {
    const isNeeded = (stage: string, place: string): boolean => EVERY_IMPORT.some(({ from, to }) => stageOf(from) === stage && isBelow(to, place));
    const idle = Object.entries(MAY_IMPORT).flatMap(([stage, places]) =>
      places.filter((place) => !isNeeded(stage, place)).map((place) => `${stage} needs nothing of ${place}`),
    );
    assert.deepEqual(idle, []);
  });

  it('no circle anywhere in src/, types included', () => {
    const graph = new Map([...IMPORTS].map(([file, imports]) => [file, [...new Set(imports.map(({ to }) => to))]] as const));
    const circles = circlesIn(graph).map((circle) =>
      circle.map((file) => `${file} imports ${graph.get(file)?.filter((to) => circle.includes(to)).join(' and ')}`),
    );
    assert.deepEqual(circles, []);
  });

  it('every room of the runtime has a row, and imports from one room to another go the way of the table', () => {
    assert.deepEqual([...new Set(sources.flatMap((file) => roomOf(file) ?? []))].sort(), Object.keys(ROOMS).sort());
    const wrong = EVERY_IMPORT.filter(({ from, to, typeOnly }) => {
      const [room, other] = [roomOf(from), roomOf(to)];
      if (room === undefined || room === other || !to.startsWith('src/')) return false;
      return other === undefined || !ROOMS[room]?.includes(other) || (room === 'observe' && other === 'decision' && !typeOnly);
    });
    assert.deepEqual(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
  });

  it('one file of the gateway knows the requests and responses of Node', () => {
    const knowing = files('src/gateway', '.ts').filter((file) => /\b(?:IncomingMessage|ServerResponse)\b/.test(text(file)));
    assert.deepEqual(knowing, ['src/gateway/runtime/front/node-client.ts']);
  });

  it('one file of the gateway tells kinds of routes apart', () => {
    const asking = files('src/gateway', '.ts').filter((file) => /\bRouteKind\b|\broute\??\.kind\b/.test(text(file)));
    // The contract names the kinds; the head looks its route's kind up once.
    assert.deepEqual(asking, ['decision/head.ts', 'decision/kinds.ts', 'tables/route.ts'].map((file) => `src/gateway/runtime/${file}`));
  });

  it('files that comments name are there', () => {
    const known = ['src', 'test', 'templates', 'examples', 'generated', '.github', '.ci'].flatMap((folder) => files(folder, '')).concat(readdirSync(ROOT));
    const isThere = (name: string): boolean =>
      [name, name.replace(/\.js$/, '.ts')].some((path) => known.some((file) => file === path || file.endsWith(`/${path}`)));
    const isComment = (line: string): boolean => /^\s*(?:\/?\*|\/\/)/.test(line);
    const named = [...sources, ...files('test', '.ts')].flatMap((file) => text(file).split('\n').filter(isComment).flatMap((line) => filesNamed(file, line)));
    assert.deepEqual(named.filter(({ name }) => !isThere(name)).map(({ file, name }) => `${file} names ${name}`), []);
  });

  it('nothing imports the command line', () => {
    const wrong = EVERY_IMPORT.filter(({ from, to }) => !from.startsWith('src/cli/') && to.startsWith('src/cli/'));
    assert.deepEqual(wrong, []);
  });

  it('the gateway imports node: modules and its own, nothing else', () => {
    const wrong = EVERY_IMPORT.filter(({ from, to }) => from.startsWith('src/gateway/') && !/^(src\/gateway\/|node:)/.test(to));
    assert.deepEqual(wrong, []);
  });

  it('the pure middle does not touch the world', () => {
    const edges = /^node:(fs|child_process|http|https|os|worker_threads|dns)/;
    const pure = sources.filter((file) => /^src\/(config|plan|emit|policy)\//.test(file));
    const globals = [/\bDate\.now\(/, /\bnew Date\(\)/, /\bMath\.random\(/, /\bprocess\.(env|cwd|platform)\b/];
    const wrong = pure.flatMap((file) => [
      ...(IMPORTS.get(file) ?? []).filter(({ to, typeOnly }) => edges.test(to) && !typeOnly).map(({ to }) => `${file} imports ${to}`),
      ...globals.filter((pattern) => pattern.test(text(file))).map((pattern) => `${file} has ${pattern}`),
    ]);
    assert.deepEqual(wrong, []);
  });

  it('files stay small', () => {
    const lengthsOf = (some: readonly string[]) => some.map((file) => ({ file, lines: text(file).split('\n').length }));
    const lengths = lengthsOf(sources);
    assert.deepEqual([...lengths, ...lengthsOf(files('test', '.ts'))].filter(({ lines }) => lines > 400), []);
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

  it('every rule is code, page and test, in the folder of its family', () => {
    const places = RULES.map(placeOfRule).sort();
    const names = (folder: string, end: string): string[] =>
      files(folder, end).map((file) => file.slice(folder.length + 1, -end.length)).filter((name) => name !== 'index').sort();
    assert.deepEqual(names('src/policy/rules', '.md'), places);
    assert.deepEqual(names('src/policy/rules', '.ts'), places);
    assert.deepEqual(names('test/policy/rules', '.test.ts'), places);
  });

  it('only the packages of the fixed list', () => {
    const { dependencies, devDependencies } = JSON.parse(text('package.json')) as Record<string, Record<string, string>>;
    const allowed = ['@modelcontextprotocol/sdk', 'cdk8s', 'cdk8s-plus-28', 'constructs', 'handlebars', 'ts-morph', 'yaml', 'zod'];
    assert.deepEqual(Object.keys(dependencies ?? {}).sort(), allowed);
    assert.deepEqual(Object.keys(devDependencies ?? {}).sort(), ['@types/node', 'typescript']);
  });

  it('template literals of the runtime stay on one line: baking halves the indentation of every line', () => {
    const project = new Project({ useInMemoryFileSystem: true });
    const spansLines = (node: Node): boolean => node.getStartLineNumber() !== node.getEndLineNumber();
    const isTemplate = (node: Node): boolean => Node.isNoSubstitutionTemplateLiteral(node) || Node.isTemplateExpression(node);
    const wrong = files('src/gateway', '.ts').filter((file) =>
      project.createSourceFile(file, text(file)).getDescendants().some((node) => isTemplate(node) && spansLines(node)),
    );
    assert.deepEqual(wrong, []);
  });
});
