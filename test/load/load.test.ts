import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith } from './folder.js';
import { load } from '#src/load/load.js';
import { loaded, loading } from './loading.js';

test('a config is its default export, twice the same', async (t) => {
  const result = await loaded(t, {
    'mcp.config.ts': `
      import { defineConfig, secret } from 'mcpgen';
      import data from './data.json';
      import { limits } from './shared.js';
      interface Unused { a: string }
      export default defineConfig({
        name: data.name as string,
        gateway: { limits },
        servers: { a: { kind: 'http', image: 'x', env: { T: secret('T') } } } satisfies Record<string, object>,
      });`,
    'data.json': '{ "name": "acme" }',
    'shared.ts': "export const limits = { body: '1mb' } as const;",
  });
  assert.deepEqual(result.value, {
    name: 'acme',
    gateway: { limits: { body: '1mb' } },
    servers: { a: { kind: 'http', image: 'x', env: { T: { secret: 'T' } } } },
  });
  assert.deepEqual(result.facts, { difference: null });
  assert.equal(result.sources.files.size, 3);
});

test('JSON is what it says, with the attribute or without, and without a warning', async (t) => {
  const printed: string[] = [];
  const result = await loading(
    t,
    {
      'mcp.config.ts': "import a from './a.json' with { type: 'json' };\nimport b from './b.json';\nexport default { a, b };",
      'a.json': '{ "x": "\\u2028", "__proto__": 1 }',
      'b.json': '[1]',
    },
    { onOutput: (text) => printed.push(text) },
  );
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(result.value, { a: JSON.parse('{ "x": "\u2028", "__proto__": 1 }') as unknown, b: [1] });
  assert.deepEqual(printed, []);
});

test('TypeScript that is more than types runs too', async (t) => {
  const result = await loaded(
    t,
    "enum Size { small = 'small' }\nnamespace N { export const x = 1 }\nexport default { size: Size.small, x: N.x };",
  );
  assert.deepEqual(result.value, { size: 'small', x: 1 });
});

test('the environment is empty', async (t) => {
  const result = await loaded(t, 'export default { keys: Object.keys(process.env).filter((key) => !key.startsWith("MCPGEN_")) };');
  assert.deepEqual(result.value, { keys: [] });
});

test('names of a folder that URLs write otherwise are no trouble', async (t) => {
  const root = await folderWith(t, {
    'a b/ü#50%?/mcp.config.ts': "import { x } from './ö.js';\nexport default { x };",
    'a b/ü#50%?/ö.ts': 'export const x = 1;',
  });
  const result = await load({ cwd: join(root, 'a b/ü#50%?') });
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(result.value, { x: 1 });
});

test('imports that go round in circles load', async (t) => {
  const result = await loaded(t, {
    'mcp.config.ts': "import { a } from './a.js';\nexport const here = 1;\nexport default { a };",
    'a.ts': "import { b } from './b.js';\nexport const a = 1;\nexport const again = () => b;",
    'b.ts': "import { a } from './a.js';\nexport const b = () => a;",
  });
  assert.deepEqual(result.value, { a: 1 });
});

test('packages are found from where the config lies, of either kind, and see the real machine', async (t) => {
  const result = await loaded(t, {
    'mcp.config.ts':
      "import { esm } from 'esm';\nimport cjs from 'cjs';\nimport * as mcpgen from 'mcpgen';\nexport default { esm, cjs, mine: typeof mcpgen.defineConfig };",
    'node_modules/esm/package.json': '{ "name": "esm", "type": "module", "exports": "./index.js" }',
    'node_modules/esm/index.js': "import { statSync } from 'node:fs';\nexport const esm = typeof statSync + process.platform.length;",
    'node_modules/cjs/package.json': '{ "name": "cjs" }',
    'node_modules/cjs/index.js': "module.exports = typeof require('fs').statSync + require('./inner');",
    'node_modules/cjs/inner.js': "module.exports = '!';",
    'node_modules/mcpgen/package.json': '{ "name": "mcpgen", "type": "module", "exports": "./index.js" }',
    'node_modules/mcpgen/index.js': 'throw new Error("the running package is meant, not the one beside the config");',
  });
  assert.deepEqual(result.value, { esm: `function${process.platform.length}`, cjs: 'function!', mine: 'function' });
  assert.equal(result.facts.difference, null);
});

test('a module may stand for an object', async (t) => {
  const result = await loaded(t, {
    'mcp.config.ts': "import * as servers from './servers.js';\nexport default { servers };",
    'servers.ts': "export const search = { port: 1 };\nexport const files = { ...search, ['__proto__']: 3 };",
  });
  const files = Object.fromEntries([
    ['port', 1],
    ['__proto__', 3],
  ]);
  assert.deepEqual(result.value, { servers: { files, search: { port: 1 } } });
});

test('a promise as default export is awaited', async (t) => {
  const result = await loaded(t, 'export default new Promise((done) => setTimeout(() => done({ a: 1 }), 20));');
  assert.deepEqual(result.value, { a: 1 });
});

test('a timer that is still running does not hold the load up', async (t) => {
  const result = await loaded(t, 'setInterval(() => {}, 1000);\nexport default {};');
  assert.deepEqual(result.value, {});
});

test('what the config prints goes to whoever asked, and nowhere else', async (t) => {
  const printed: string[] = [];
  const config = "console.log('to stdout');\nconsole.error('to stderr');\nprocess.stdout.write('raw\\n');\nexport default {};";
  const write = process.stdout.write;
  const leaked: unknown[] = [];
  process.stdout.write = ((chunk: unknown) => leaked.push(chunk) > 0) as typeof write;
  try {
    const result = await loading(t, config, { onOutput: (text) => printed.push(text) });
    assert.ok(result.ok);
    await new Promise((done) => setTimeout(done, 50));
  } finally {
    process.stdout.write = write;
  }
  assert.deepEqual(
    leaked.filter((chunk) => /to std|raw/.test(String(chunk))),
    [],
  );
  assert.deepEqual(printed.join('').split('\n').sort(), ['', 'raw', 'to stderr', 'to stdout']);
});

test('a config that is not found, and one that does not parse', async (t) => {
  const nothing = await loading(t, {});
  assert.ok(!nothing.ok);
  assert.equal(nothing.sources, null);
  assert.equal(nothing.diagnostics[0]?.code, 'config-not-found');
  const broken = await loading(t, "export default { a: };\nimport 'fs';");
  assert.ok(!broken.ok);
  assert.deepEqual(broken.diagnostics.map(({ code }) => code).sort(), ['import-not-hermetic', 'syntax']);
  assert.equal(broken.sources?.files.size, 1);
});
