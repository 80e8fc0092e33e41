import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { collectGraph, type GraphResult } from '#src/load/graph.js';
import { folderWith } from './folder.js';

async function graphOf(t: TestContext, files: Readonly<Record<string, string>>): Promise<GraphResult & { root: string }> {
  const root = await folderWith(t, files);
  return { ...collectGraph(join(root, 'mcp.config.ts'), root), root };
}

/** `code file:line:column-endColumn` of each diagnostic. */
function said({ diagnostics }: GraphResult): string[] {
  return diagnostics.map(({ code, place }) => {
    if (place.kind !== 'location') return code;
    const { file, line, column, endColumn } = place.location;
    return `${code} ${file}:${line}:${column}-${endColumn}`;
  });
}

test('relative imports are collected transitively, the config first', async (t) => {
  const graph = await graphOf(t, {
    'mcp.config.ts': "import { a } from './parts/a.js';\nexport { b } from './parts/b';\nexport default { a };\n",
    'parts/a.ts': "import data from '../data.json' with { type: 'json' };\nexport * from './deep/index.js';\nexport const a = data;\n",
    'parts/b.ts': "import '../side.mjs';\nexport const b = await import('../late.ts');\n",
    'parts/deep/index.ts': "export * from '../a.js';\n",
    'data.json': '{ "x": 1 }',
    'side.mjs': 'globalThis.x = 1;\n',
    'late.ts': 'export const late = 1;\n',
    'unused.ts': 'export const never = 1;\n',
  });
  assert.deepEqual(said(graph), []);
  assert.deepEqual(
    Array.from(graph.sources.files.keys(), (file) => file.slice(graph.root.length + 1)),
    ['mcp.config.ts', 'parts/a.ts', 'parts/b.ts', 'data.json', 'parts/deep/index.ts', 'side.mjs', 'late.ts'],
  );
  assert.equal(graph.sources.configFile, join(graph.root, 'mcp.config.ts'));
});

test('a .js ending means the TypeScript file first, and an import without one may mean a folder', async (t) => {
  const graph = await graphOf(t, {
    'mcp.config.ts': "import { a } from './a.js';\nimport { b } from './b';\nimport { c } from './c.mjs';\nexport default { a, b, c };\n",
    'a.ts': 'export const a = 1;',
    'a.js': 'export const a = 2;',
    'b/index.ts': 'export const b = 1;',
    'c.mts': 'export const c = 1;',
  });
  assert.deepEqual(said(graph), []);
  const config = graph.modules.get(join(graph.root, 'mcp.config.ts'));
  assert.deepEqual(
    Array.from(config?.imports ?? [], ([specifier, file]) => `${specifier} ${file.slice(graph.root.length + 1)}`),
    ['./a.js a.ts', './b b/index.ts', './c.mjs c.mts'],
  );
});

test('imports of types alone do not count', async (t) => {
  const graph = await graphOf(t, {
    'mcp.config.ts':
      "import type { A } from './a.js';\nimport { type B } from './b.js';\nimport { C } from './c.js';\n" +
      "import type { Stats } from 'node:fs';\nexport default { x: 1 as A & B & C & Stats };\n",
  });
  assert.deepEqual(said(graph), []);
  assert.equal(graph.modules.size, 1);
});

test('the syntax errors of all files are said, where they are', async (t) => {
  const graph = await graphOf(t, {
    'mcp.config.ts': "import './part.js';\nimport './bad.json';\nexport default {\n  name: 'a'\n  profile: 'local',\n};\n",
    'part.ts': 'export const a = [1, 2;\n',
    'bad.json': '{\n  "a": 1,\n}',
  });
  assert.deepEqual(said(graph), ['syntax mcp.config.ts:5:3-10', 'syntax part.ts:1:23-24', 'syntax bad.json:3:1-2']);
  assert.equal(graph.diagnostics[0]?.message, "',' expected.");
});

test('an end of file that comes too early is located at the end', async (t) => {
  const graph = await graphOf(t, { 'mcp.config.ts': "import './bad.json';\nexport default {\n  name: 'a',\n", 'bad.json': '{ "a": ' });
  assert.deepEqual(said(graph), ['syntax mcp.config.ts:4:1-1', 'syntax bad.json:1:8-8']);
});

test('a missing import is located at its specifier, with all others', async (t) => {
  const graph = await graphOf(t, {
    'mcp.config.ts': "import { a } from './gone.js';\nconst b = await import(\n  './lost'\n);\nexport default { a, b };\n",
  });
  assert.deepEqual(said(graph), ['import-not-found mcp.config.ts:1:19-30', 'import-not-found mcp.config.ts:3:3-11']);
  assert.equal(graph.diagnostics[0]?.message, "cannot find './gone.js'");
});

test('a file of another kind cannot be imported', async (t) => {
  const graph = await graphOf(t, { 'mcp.config.ts': "import text from './notes.yaml';\nexport default { text };\n", 'notes.yaml': 'a: 1' });
  assert.deepEqual(said(graph), ['import-not-found mcp.config.ts:1:18-32']);
  assert.match(graph.diagnostics[0]?.help ?? '', /TypeScript, JavaScript and JSON/);
});

test('built-in modules with effects are refused under either name, pure ones are not', async (t) => {
  const refused = [
    'fs',
    'node:fs',
    'node:fs/promises',
    'child_process',
    'node:os',
    'net',
    'node:http',
    'crypto',
    'node:process',
    'worker_threads',
    'node:module',
    'node:vm',
    'node:sqlite',
    'data:text/javascript,1',
    'https://example.com/x.js',
  ];
  const allowed = [
    'node:path',
    'path',
    'node:path/posix',
    'node:url',
    'url',
    'node:util',
    'util',
    'node:assert',
    'node:assert/strict',
    'zod',
    'mcpgen',
    '@acme/shared/x',
  ];
  const text = [...refused, ...allowed].map((specifier) => `import '${specifier}';\n`).join('');
  const graph = await graphOf(t, { 'mcp.config.ts': `${text}export default {};\n` });
  assert.deepEqual(
    said(graph),
    refused.map((specifier, index) => `import-not-hermetic mcp.config.ts:${index + 1}:8-${specifier.length + 10}`),
  );
  assert.equal(graph.diagnostics[0]?.message, "a config cannot import 'fs': it reads nothing but its own files");
});

test('a byte order mark moves no column', async (t) => {
  const graph = await graphOf(t, { 'mcp.config.ts': "\uFEFFimport './gone.js';\nexport default {};\n" });
  assert.deepEqual(said(graph), ['import-not-found mcp.config.ts:1:8-19']);
});
