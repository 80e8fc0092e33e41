import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigPath, Location } from '#src/diagnostics/diagnostic.js';
import { locate, locateIn } from '#src/source/locate.js';
import { offsetAt } from '#src/source/position.js';
import type { SourceGraph } from '#src/source/source-graph.js';
import { randomOf, seeds } from '../support/random.js';
import { randomConfig } from './random-config.js';

function sourcesOf(files: Readonly<Record<string, string>>): SourceGraph {
  return { configFile: '/repo/mcp.config.ts', files: new Map(Object.entries(files).map(([path, text]) => [`/repo/${path}`, text])) };
}

function textAt(sources: SourceGraph, location: Location): string {
  const file = location.file.startsWith('/') ? location.file : `/repo/${location.file}`;
  const text = sources.files.get(file) ?? '';
  return text.slice(offsetAt(text, location.line, location.column), offsetAt(text, location.endLine, location.endColumn));
}

/** `file: text`, with `~` before it where the place is not exact. */
function found(
  files: Readonly<Record<string, string>> | string,
  path: ConfigPath,
  options: { key?: boolean; environment?: string } = {},
): string {
  const sources = sourcesOf(typeof files === 'string' ? { 'mcp.config.ts': files } : files);
  const location = locateIn(sources, path, options.environment ?? null, { key: options.key ?? false, cwd: '/repo' });
  return `${location.exact ? '' : '~'}${location.file === 'mcp.config.ts' ? '' : `${location.file}: `}${textAt(sources, location)}`;
}

test('a value, or its name, along a path', () => {
  const config = "export default defineConfig({\n  servers: { 'my-search': { port: 8023, origins: ['app', 'web'] } },\n});";
  assert.equal(found(config, ['servers', 'my-search', 'port']), '8023');
  assert.equal(found(config, ['servers', 'my-search', 'port'], { key: true }), 'port');
  assert.equal(found(config, ['servers', 'my-search'], { key: true }), "'my-search'");
  assert.equal(found(config, ['servers', 'my-search', 'origins', 1]), "'web'");
  assert.equal(found(config, ['servers', 'my-search', 'origins', 1], { key: true }), "'web'");
  const location = locate(sourcesOf({ 'mcp.config.ts': config }), ['servers', 'my-search', 'port'], { key: false, cwd: '/elsewhere' });
  assert.deepEqual(location, { file: '/repo/mcp.config.ts', line: 2, column: 35, endLine: 2, endColumn: 39, exact: true });
});

const DEFAULT_EXPORTS: Readonly<Record<string, string>> = {
  'a call': 'export default defineConfig({ a: { b: 1 } });',
  'a call of an alias': "import * as m from 'mcpgen';\nexport default m.defineConfig({ a: { b: 1 } });",
  'a literal': 'export default { a: { b: 1 } };',
  satisfies: 'export default { a: { b: 1 } } satisfies object;',
  'as const, in parentheses': 'export default (({ a: { b: 1 } }) as const);',
  'a constant': 'const config = defineConfig({ a: { b: 1 } });\nexport default config;',
  'a constant by name': 'const config = { a: { b: 1 } };\nexport { config as default };',
  'a frozen literal': 'export default Object.freeze({ a: { b: 1 } });',
  awaited: 'export default await ({ a: { b: 1 } });',
};
for (const [what, config] of Object.entries(DEFAULT_EXPORTS)) {
  test(`the default export may be ${what}`, () => assert.equal(found(config, ['a', 'b']), '1'));
}

test("the default export may be another file's", () => {
  const part = { 'config.ts': 'const c = { a: { b: 1 } };\nexport default c;\nexport const named = c;' };
  assert.equal(found({ 'mcp.config.ts': "export { default } from './config.js';", ...part }, ['a', 'b']), 'config.ts: 1');
  assert.equal(found({ 'mcp.config.ts': "export { named as default } from './config';", ...part }, ['a', 'b']), 'config.ts: 1');
  assert.equal(
    found({ 'mcp.config.ts': "import c from './config.ts';\nexport default defineConfig(c);", ...part }, ['a', 'b']),
    'config.ts: 1',
  );
});

test('the whole config is its literal, or its name where that is asked for', () => {
  assert.equal(found('export default defineConfig({});', []), 'defineConfig({})');
  assert.equal(found('export default defineConfig({});', [], { key: true }), 'defineConfig');
  assert.equal(found('export default defineConfig({ name: 1 });', ['servers'], { key: true }), '~defineConfig');
});

test('keys may be written in every way', () => {
  const config =
    "const K = 'k';\nconst keys = { l: 'm' } as const;\n" +
    "export default { 'a-b': 1, 2: 3, ['c']: 4, [K]: 5, [keys.l]: 6, [`t`]: 7, d, e() {}, get f() { return 1; } };\nconst d = 8;";
  assert.deepEqual(
    (['a-b', '2', 2, 'c', 'k', 'm', 't', 'd'] as const).map((key) => found(config, [key])),
    ['1', '3', '3', '4', '5', '6', '7', 'd'],
  );
  assert.equal(found(config, ['d'], { key: true }), 'd');
  assert.equal(found(config, ['e']), 'e');
  assert.equal(found(config, ['f']), 'f');
});

test('of several the last one counts, spreads included', () => {
  const config = 'const base = { a: 1, b: 2, c: 3 };\nexport default { a: 0, ...base, b: 4, ...{ c: 5 } };';
  assert.equal(found(config, ['a']), '1');
  assert.equal(found(config, ['b']), '4');
  assert.equal(found(config, ['c']), '5');
});

test('constants, members of constants and destructured ones are followed', () => {
  const config = `
    const shared = { limits: { body: '1mb' }, list: [{ x: 1 }, { x: 2 }] } as const;
    const { limits, list: [, second] } = shared;
    const again = shared;
    export default { a: shared.limits, b: limits, c: { ...again['limits'] }, d: second, e: shared.list[0], limits };`;
  assert.equal(found(config, ['a']), 'shared.limits');
  for (const key of ['a', 'b', 'c', 'limits']) assert.equal(found(config, [key, 'body']), "'1mb'");
  assert.equal(found(config, ['d', 'x']), '2');
  assert.equal(found(config, ['e', 'x']), '1');
});

test('imported fragments are followed, through every kind of import and export', () => {
  const files = {
    'mcp.config.ts': `
      import direct, { named, renamed as other } from './parts/a.js';
      import * as all from './parts/index';
      import data from './data.json' with { type: 'json' };
      export default { direct, named, other, star: all.deep, space: all.inner.named, data, spread: { ...all }, servers: { ...data.servers } };`,
    'parts/a.ts': 'const x = { v: 3 };\nexport default { v: 1 };\nexport const named = { v: 2 };\nexport { x as renamed };',
    'parts/index.ts': "export * from './b.js';\nexport * as inner from './a.js';\nexport { named as again } from './a.js';",
    'parts/b.ts': "export * from './index.js';\nexport const deep = { v: 4 };",
    'data.json': '{ "v": 5, "servers": { "s": { "port": 1 } } }',
  };
  assert.equal(found(files, ['direct', 'v']), 'parts/a.ts: 1');
  assert.equal(found(files, ['named', 'v']), 'parts/a.ts: 2');
  assert.equal(found(files, ['other', 'v']), 'parts/a.ts: 3');
  assert.equal(found(files, ['star', 'v']), 'parts/b.ts: 4');
  assert.equal(found(files, ['space', 'v']), 'parts/a.ts: 2');
  assert.equal(found(files, ['data', 'v']), 'data.json: 5');
  assert.equal(found(files, ['servers', 's', 'port'], { key: true }), 'data.json: "port"');
  assert.equal(found(files, ['spread', 'deep'], { key: true }), 'parts/b.ts: deep');
  assert.equal(found(files, ['spread', 'again', 'v']), 'parts/a.ts: 2');
});

test('elements are counted through spread lists', () => {
  const config =
    'const some = [1, 2];\nconst more = [...some, 3];\nexport default { l: [0, ...more, ...[4], 5], m: [...some, ...make(), 9] };';
  assert.deepEqual(
    Array.from({ length: 6 }, (_, index) => found(config, ['l', index])),
    ['0', '1', '2', '3', '4', '5'],
  );
  assert.equal(found(config, ['m', 1]), '2');
  assert.equal(found(config, ['m', 2], { key: true }), '~m');
});

test('what only running the config could tell is the nearest property around it', () => {
  const config = `
    const make = (port: number) => ({ port });
    export default {
      call: make(1), choice: process ? { a: 1 } : { a: 2 }, list: [1, 2].map((port) => ({ port })),
      made: { ...make(1) }, known: { port: 1, ...make(2) }, before: { ...make(2), port: 1 },
      maybe: { port: 1, ...(process && { other: 2 }), ...(process ? { x: 1 } : {}) }, over: { port: 1, ...(process && { port: 2 }) },
      loose,
    };
    let loose = { a: 1 };`;
  assert.equal(found(config, ['call', 'port']), '~call');
  assert.equal(found(config, ['choice']), 'process ? { a: 1 } : { a: 2 }');
  assert.equal(found(config, ['choice', 'a']), '~choice');
  assert.equal(found(config, ['list', 0, 'port']), '~list');
  assert.equal(found(config, ['made', 'port']), '~made');
  assert.equal(found(config, ['known', 'port']), '~port');
  assert.equal(found(config, ['known', 'other']), '~known');
  assert.equal(found(config, ['before', 'port']), '1');
  assert.equal(found(config, ['maybe', 'port']), '1');
  assert.equal(found(config, ['over', 'port']), '~port');
  assert.equal(found(config, ['loose', 'a']), '~loose');
});

test('a computed key may be any, so that what stands before it is not sure', () => {
  const config = "export default { a: { b: 1 }, [String('a')]: { b: 2 }, c: 3 };";
  assert.equal(found(config, ['a', 'b']), '~b');
  assert.equal(found(config, ['c']), '3');
});

test('what is not there is the nearest property around it', () => {
  const config = 'export default { servers: { a: { port: 1 }, b: [{ x: 1 }] } };';
  assert.equal(found(config, ['servers', 'a', 'image']), '~a');
  assert.equal(found(config, ['servers', 'a', 'port', 'deep']), '~port');
  assert.equal(found(config, ['servers', 'c', 'port']), '~servers');
  assert.equal(found(config, ['servers', 'b', 0, 'y']), '~{ x: 1 }');
  assert.equal(found(config, ['servers', 'b', 7]), '~b');
  assert.equal(found('const a = 1;', ['servers']), '~');
});

test('constants that mean each other, and modules that export each other, come to an end', () => {
  assert.equal(found('const a = b;\nconst b = a;\nexport default { a };', ['a', 'x']), '~a');
  assert.equal(found('const a = { ...a };\nexport default { a };', ['a', 'x']), '~a');
  assert.equal(found('const a = [...a];\nexport default { a };', ['a', 0]), '~a');
  const files = {
    'mcp.config.ts': "import { x } from './a.js';\nexport default { x };",
    'a.ts': "export * from './b.js';",
    'b.ts': "export * from './a.js';",
  };
  assert.equal(found(files, ['x', 'y']), '~x');
  const round = {
    'mcp.config.ts': "import { x } from './a.js';\nexport default { x };",
    'a.ts': "export { x } from './b.js';",
    'b.ts': "export { x } from './a.js';",
  };
  assert.equal(found(round, ['x', 'y']), '~x');
});

test('an overlay counts before the base, where it says something', () => {
  const config = `
    const staging = { gateway: { replicas: 1 } };
    export default {
      gateway: { replicas: 2, url: 'u' }, servers: { search: { replicas: 3, port: 1 } },
      environments: { staging: { ...staging, servers: { search: { replicas: 4 } } }, prod: make() },
    };`;
  const path = ['servers', 'search', 'replicas'];
  assert.equal(found(config, path), '3');
  assert.equal(found(config, path, { environment: 'staging' }), '4');
  assert.equal(found(config, path, { environment: 'prod' }), '3');
  assert.equal(found(config, path, { environment: 'nowhere' }), '3');
  assert.equal(found(config, ['servers', 'search', 'port'], { environment: 'staging' }), '1');
  assert.equal(found(config, ['gateway', 'replicas'], { environment: 'staging' }), '1');
  assert.equal(found(config, ['gateway', 'nothing'], { environment: 'staging' }), '~gateway');
});

test('names of Object.prototype are names like any other', () => {
  assert.equal(found('export default { constructor: 1, b: { toString: 2 } };', ['constructor']), '1');
  assert.equal(found('export default { constructor: 1, b: { toString: 2 } };', ['b', 'toString']), '2');
  assert.equal(found('export default { b: {} };', ['b', 'hasOwnProperty']), '~b');
});

function pathsOf(value: unknown, path: ConfigPath = []): readonly (readonly [ConfigPath, unknown])[] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  const inner = Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, Array.isArray(value) ? Number(key) : key]));
  return path.length === 0 ? inner : [[path, value], ...inner];
}

for (const seed of seeds(1)) {
  test(`the located text is the value, however the config is written (SEED=${seed})`, () => {
    const random = randomOf(seed);
    for (let round = 0; round < 250; round++) {
      const { value, files, constants } = randomConfig(random);
      const sources: SourceGraph = { configFile: '/mcp.config.ts', files };
      for (const [path, expected] of pathsOf(value)) {
        const location = locate(sources, path, { key: false, cwd: '/' });
        const text = textAt({ ...sources, files: new Map(Array.from(files, ([file, part]) => [`/repo${file}`, part])) }, location);
        const why = `SEED=${seed} round ${round} path ${path.join('.')}\n${Array.from(files, ([file, part]) => `--- ${file}\n${part}`).join('\n')}`;
        assert.equal(location.exact, true, why);
        assert.deepEqual(evaluated(text, constants, why), expected, why);
      }
    }
  });
}

/** A located text, run with every constant in scope: it may name some. */
function evaluated(text: string, constants: ReadonlyMap<string, unknown>, why: string): unknown {
  try {
    return new Function(...constants.keys(), `return (${text});`)(...constants.values()) as unknown;
  } catch (error) {
    throw new Error(`${String(error)} in <<${text}>>: ${why}`);
  }
}
