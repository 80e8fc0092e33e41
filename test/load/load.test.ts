import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { load, type LoadOptions } from '#src/load/load.js';
import type { Diagnostic } from '#src/diagnostics/diagnostic.js';
import type { Loaded } from '#src/load/loaded.js';
import { folderWith } from './folder.js';

type Files = Readonly<Record<string, string>>;

async function loading(t: TestContext, files: Files | string, options: Partial<LoadOptions> = {}): Promise<Loaded> {
  const cwd = await folderWith(t, typeof files === 'string' ? { 'mcp.config.ts': files } : files);
  return load({ cwd, ...options });
}

async function loaded(t: TestContext, files: Files | string): Promise<Extract<Loaded, { ok: true }>> {
  const result = await loading(t, files);
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

async function refused(t: TestContext, files: Files | string, options: Partial<LoadOptions> = {}): Promise<readonly Diagnostic[]> {
  const result = await loading(t, files, options);
  assert.ok(!result.ok, 'the config was expected not to load');
  return result.diagnostics;
}

/** The one diagnostic of a config, as `code file:line:column message`. */
async function saying(t: TestContext, files: Files | string, options: Partial<LoadOptions> = {}): Promise<string> {
  const [diagnostic, ...others] = await refused(t, files, options);
  assert.ok(diagnostic);
  assert.deepEqual(others, []);
  const { code, message, place } = diagnostic;
  const where = place.kind === 'location' ? `${place.location.file}:${place.location.line}:${place.location.column}` : place.kind;
  return `${code} ${where} ${message}`;
}

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

const DEPENDENCES: Readonly<Record<string, string>> = {
  'Date.now': 'Date.now()',
  'the day': 'new Date().toISOString().slice(0, 10)',
  'the hour': 'new Date().getHours()',
  'the weekday': 'new Date().getDay()',
  'Date as a function': 'Date()',
  'Date by its prototype': 'new (new Date(0).constructor as DateConstructor)().getFullYear()',
  'performance.now': 'Math.round(performance.now() / 1e7)',
  'Math.random': 'Math.random() > 0.5',
  'a choice of three': 'Math.floor(Math.random() * 3)',
  'crypto.randomUUID': 'crypto.randomUUID()',
  'process.pid': 'process.pid',
  'process.cwd': 'process.cwd()',
  'process.platform': 'process.platform',
  'a variable': 'process.env.MCPGEN_TEST_NOWHERE_SET ?? "fallback"',
  'a variable by destructuring': '(({ HOME = "none" }) => HOME)(process.env)',
  'a variable that is asked for': '"CI" in process.env',
  'import.meta.url': 'import.meta.url',
  'import.meta.dirname': 'import.meta.dirname',
};

/** `Temporal` is there from Node 26 on. */
const TEMPORAL: Readonly<Record<string, string>> = {
  'Temporal, the instant': 'Temporal.Now.instant().toString()',
  'Temporal, the day': 'Temporal.Now.plainDateISO().toString()',
  'Temporal, the hour': 'Temporal.Now.plainTimeISO().hour',
  'Temporal, the day in a zone': "Temporal.Now.zonedDateTimeISO('UTC').dayOfWeek",
  'Temporal, the day and time': 'Temporal.Now.plainDateTimeISO().month',
};

for (const [what, expression] of Object.entries({ ...DEPENDENCES, ...('Temporal' in globalThis ? TEMPORAL : {}) })) {
  test(`a dependence on ${what} is noticed`, async (t) => {
    const result = await loaded(t, `export default { same: 1, deep: [{ x: 1, y: ${expression} }] };`);
    assert.deepEqual(result.facts.difference, ['deep', 0, 'y']);
  });
}

test('a dependence inside a package is noticed, its need of the machine is not', async (t) => {
  const files = (body: string): Files => ({
    'mcp.config.ts': "import { x } from 'dep';\nexport default { x };",
    'node_modules/dep/package.json': '{ "name": "dep", "type": "module", "exports": "./index.js" }',
    'node_modules/dep/index.js': body,
  });
  assert.deepEqual((await loaded(t, files('export const x = new Date().getFullYear();'))).facts.difference, ['x']);
  assert.equal((await loaded(t, files('export const x = process.platform;'))).facts.difference, null);
});

test('dates that are written down stay what they are', async (t) => {
  const result = await loaded(
    t,
    "export default { a: new Date('2027-03-01').toISOString(), b: Date.UTC(2027, 0), c: new Date(0) instanceof Date };",
  );
  assert.deepEqual(result.value, { a: '2027-03-01T00:00:00.000Z', b: 1798761600000, c: true });
  assert.equal(result.facts.difference, null);
});

test('the order of keys is no difference, that of a list is', async (t) => {
  const keys = await loaded(t, 'export default Math.random() < 0.5 ? { a: 1, b: 2 } : { b: 2, a: 1 };');
  assert.equal(keys.facts.difference, null);
  const list = await loaded(t, 'export default { l: Math.random() < 0.5 ? [1, 2] : [2, 1] };');
  assert.deepEqual(list.facts.difference, ['l', 0]);
});

test('no default export', async (t) => {
  assert.equal(await saying(t, 'export const config = {};'), 'no-default-export none the config has no default export');
});

test('a function as default export is not called', async (t) => {
  assert.match(
    await saying(t, 'export default () => ({});'),
    /^not-plain-data path the default export is a function, which mcpgen does not call/,
  );
});

test('everything that is not plain data is named, all at once', async (t) => {
  const diagnostics = await refused(
    t,
    `class Server { port = 1 }
     const loop: Record<string, unknown> = {}; loop.self = loop;
     const shared = { ok: true };
     export default {
       f() {}, arrow: [1, () => 1], s: Symbol('x'), server: new Server(), map: new Map(), set: new Set(), date: new Date(0), re: /x/,
       big: 1n, nan: NaN, inf: -Infinity, loop, [Symbol('key')]: 1, get computed() { return 1; }, proxy: new Proxy({}, {}),
       promise: Promise.resolve(1), error: new Error('x'), bytes: new Uint8Array(1), none: undefined, nothing: null,
       twice: [shared, shared], bare: Object.create(null),
     };`,
  );
  const found = diagnostics.map(({ code, message, place }) => {
    assert.equal(code, 'not-plain-data');
    assert.ok(place.kind === 'path' && !place.key);
    return `${place.path.join('.')}: ${message}`;
  });
  assert.deepEqual(found, [
    'f: a function (f) is not plain data',
    'arrow.1: a function is not plain data',
    's: a symbol (Symbol(x)) is not plain data',
    'server: an instance of Server is not plain data',
    'map: an instance of Map is not plain data',
    'set: an instance of Set is not plain data',
    'date: an instance of Date is not plain data',
    're: an instance of RegExp is not plain data',
    'big: a bigint (1n) is not plain data',
    'nan: the number NaN is not plain data',
    'inf: the number -Infinity is not plain data',
    'loop.self: a reference to something it is itself part of is not plain data',
    'computed: a getter or setter is not plain data',
    'proxy: a Proxy is not plain data',
    'promise: a promise that was not awaited is not plain data',
    'error: an instance of Error is not plain data',
    'bytes: an instance of Uint8Array is not plain data',
    ': a property named by a symbol (Symbol(key)) is not plain data',
  ]);
});

test('an error is located where it was thrown, in the source as it was written', async (t) => {
  const config =
    "import type { Server } from 'mcpgen';\ninterface A {\n  a: string;\n}\n" +
    "const x: A = { a: 'b' };\nif (x.a as unknown === 'b') throw new Error('no b here');\nexport default {};";
  assert.equal(await saying(t, config), 'evaluation mcp.config.ts:6:35 the config threw: no b here');
});

test('an error in a fragment is located in the fragment', async (t) => {
  const files = {
    'mcp.config.ts': "import { port } from './lib/port.js';\nexport default { port: port('x') };",
    'lib/port.ts':
      'type Port = number;\n\nexport function port(text: string): Port {\n  const value: Port = Number(text);\n' +
        '  if (Number.isNaN(value)) {\n    throw new RangeError(`not a port: ${text}`);\n  }\n  return value;\n}\n',
  };
  assert.equal(await saying(t, files), 'evaluation lib/port.ts:6:11 the config threw: not a port: x');
});

test('an error inside a package is located at the call', async (t) => {
  const files = {
    'mcp.config.ts': "import { explode } from 'dep';\n\nexport default { a: explode() };",
    'node_modules/dep/package.json': '{ "name": "dep", "type": "module", "exports": "./index.js" }',
    'node_modules/dep/index.js': "export function explode() {\n  throw new Error('boom');\n}",
  };
  assert.equal(await saying(t, files), 'evaluation mcp.config.ts:3:21 the config threw: boom');
});

test('use before definition, a missing export, a missing package and endless recursion are told like any error', async (t) => {
  assert.equal(
    await saying(t, 'const a = b;\nconst b = 1;\nexport default { a };'),
    "evaluation mcp.config.ts:1:11 the config threw: Cannot access 'b' before initialization",
  );
  const missing = await saying(t, {
    'mcp.config.ts': "const a = 1;\nimport { gone } from './part.js';\nexport default { gone, a };",
    'part.ts': 'export const here = 1;',
  });
  assert.match(missing, /^evaluation mcp\.config\.ts:2:\d+ the config threw: .*does not provide an export named 'gone'/s);
  const uninstalled = "const a = 1;\nimport { x } from 'no-such-package-here/deep';\nexport default { a, x };";
  assert.equal(await saying(t, uninstalled), "import-not-found mcp.config.ts:2:19 cannot find package 'no-such-package-here'");
  assert.match(
    await saying(t, 'const f = (): number => f();\nexport default { a: f() };'),
    /^evaluation mcp\.config\.ts:1:\d+ .*call stack/,
  );
});

test('what is thrown need not be an error', async (t) => {
  assert.equal(await saying(t, "throw 'a string';"), 'evaluation none the config threw: a string');
  assert.equal(await saying(t, 'throw null;'), 'evaluation none the config threw: null');
  assert.match(await saying(t, 'throw Object.create(null);'), /^evaluation none the config threw/);
});

test('a rejected default export, and a rejection that nobody handles', async (t) => {
  assert.equal(
    await saying(t, "export default Promise.reject(new Error('late'));"),
    'evaluation mcp.config.ts:1:31 the config threw: late',
  );
  assert.equal(
    await saying(t, "void Promise.reject(new Error('stray'));\nexport default {};"),
    'evaluation mcp.config.ts:1:21 the config threw: stray',
  );
  assert.match(await saying(t, "void Promise.reject('stray');\nexport default {};"), /^evaluation none .*stray/);
});

test('an error thrown later, while the config still waits', async (t) => {
  const config =
    "setTimeout(() => {\n  throw new Error('in a timer');\n}, 5);\nawait new Promise((done) => setTimeout(done, 500));\nexport default {};";
  assert.equal(await saying(t, config), 'evaluation mcp.config.ts:2:9 the config threw: in a timer');
});

test('process.exit() ends the load, not the program', async (t) => {
  assert.equal(
    await saying(t, 'const a = 1;\nprocess.exit(a);\nexport default {};'),
    'evaluation mcp.config.ts:2:9 the config calls process.exit()',
  );
});

test('a loop that does not end is ended', async (t) => {
  assert.equal(
    await saying(t, 'for (;;);\nexport default {};', { timeLimit: 700 }),
    'evaluation-timeout none the config was still running after 0.7 s',
  );
  const waiting = 'await new Promise((done) => setTimeout(done, 60_000));\nexport default {};';
  assert.equal(await saying(t, waiting, { timeLimit: 700 }), 'evaluation-timeout none the config was still running after 0.7 s');
});

test('a promise that never settles is told at once', async (t) => {
  assert.equal(
    await saying(t, 'await new Promise(() => {});\nexport default {};'),
    'evaluation none the config waits for a promise that never settles',
  );
  assert.equal(
    await saying(t, 'export default new Promise(() => {});'),
    'evaluation none the config waits for a promise that never settles',
  );
});

test('a config that wants all the memory does not get it', async (t) => {
  const config = 'const a: unknown[] = [];\nfor (;;) a.push(new Array(1e6).fill(1.5));\nexport default {};';
  assert.equal(await saying(t, config), 'evaluation none the config needed more than 512 MB of memory');
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

test('the network, other modules and other processes are out of reach', async (t) => {
  assert.match(
    await saying(t, "const a = await fetch('http://127.0.0.1:9');\nexport default { a };"),
    /^evaluation mcp\.config\.ts:1:17 .*cannot use fetch/,
  );
  assert.match(
    await saying(t, 'process.kill(process.pid);\nexport default {};'),
    /^evaluation mcp\.config\.ts:1:9 .*cannot use process\.kill/,
  );
  assert.match(
    await saying(t, "const name = ['node', 'fs'].join(':');\nexport default { a: Object.keys(await import(name)) };"),
    /^evaluation .*cannot import 'node:fs'/,
  );
  assert.match(
    await saying(t, { 'mcp.config.ts': "const name = './a' + '.js';\nexport default { a: await import(name) };", 'a.js': 'export {};' }),
    /^evaluation .*written out as literals/,
  );
  if ('getBuiltinModule' in process) {
    assert.match(
      await saying(t, "export default { a: process.getBuiltinModule('node:fs') };"),
      /^evaluation .*cannot use process\.getBuiltinModule/,
    );
  }
});

test('a mistake that only the second load makes is told', async (t) => {
  const [diagnostic] = await refused(t, "if (Math.random() > 0.5) throw new Error('unlucky');\nexport default {};");
  assert.ok(diagnostic?.place.kind === 'location');
  assert.equal(diagnostic.place.location.column, 32);
  assert.match(diagnostic.help ?? '', /^only the second of two loads fails/);
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
