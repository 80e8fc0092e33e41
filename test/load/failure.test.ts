/** Configs that give no value, and what is said of each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused, saying } from './loading.js';

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
    'evaluation mcp.config.ts:1:11 "b" is used before it is declared',
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
