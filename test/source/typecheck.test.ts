import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ts } from 'ts-morph';
import type { Diagnostic } from '#src/diagnostics/diagnostic.js';
import { startCompiler } from '#src/load/compiler.js';
import { offsetAt } from '#src/source/position.js';
import { checkTypes } from '#src/source/typecheck/check-types.js';
import { createProgram } from '#src/source/typecheck/program.js';
import { folderWith } from '../load/folder.js';
import { BASE, completionsIn, configText, type Parts } from './language.js';

/** One mistake: the parts of the config that differ from `BASE`, with the mistake between ⟦ and ⟧, and what is said of it. */
interface Mistake {
  readonly parts: Parts;
  readonly says: RegExp;
}

const NOTES = "kind: 'http', image: 'x'";
const meant = (name: string): RegExp => new RegExp(`Did you mean "${name}"\\?$`);

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'tenant → server': { parts: { tenants: "{ acme: { match: { path: true }, servers: ['files', ⟦'note'⟧] } }" }, says: meant('notes') },
  'tenant → origin': { parts: { tenants: "{ acme: { match: { path: true }, origins: [⟦'consol'⟧] } }" }, says: meant('console') },
  'server → origin': { parts: { servers: `{ notes: { ${NOTES}, origins: [⟦'consol'⟧] } }` }, says: meant('console') },
  'server of instances → origin': {
    parts: { servers: "{ notes: { kind: 'http', instances: [{ url: 'https://x/mcp' }], origins: [⟦'previws'⟧] } }" },
    says: meant('previews'),
  },
  'stdio server → origin': { parts: { servers: "{ notes: { kind: 'stdio', command: ['x'], origins: [⟦'consol'⟧] } }" }, says: meant('console') },
  'server → strategy': { parts: { servers: `{ notes: { ${NOTES}, strategy: ⟦'stedy'⟧ } }` }, says: meant('steady') },
  'server → built-in strategy': { parts: { servers: `{ notes: { ${NOTES}, strategy: ⟦'round-robbin'⟧ } }` }, says: meant('round-robin') },
  'match → client': { parts: { tenants: "{ acme: { match: { client: ⟦'acme-cj'⟧ } } }" }, says: meant('acme-ci') },
  'match in a list → client': { parts: { tenants: "{ acme: { match: [{ path: true }, { client: ⟦'acme-cj'⟧ }] } }" }, says: meant('acme-ci') },
  'suppress.path': { parts: { policy: "{ suppress: [{ rule: 'MCP109', path: ⟦'origins.previws'⟧, reason: 'x' }] }" }, says: meant('origins.previews') },
  'suppress.rule': { parts: { policy: "{ suppress: [{ rule: ⟦'origin-wildcrd'⟧, path: 'origins.console', reason: 'x' }] }" }, says: meant('origin-wildcard') },
  'policy.rules': { parts: { policy: "{ rules: { ⟦'origin-wildcrd'⟧: 'off' } }" }, says: meant('origin-wildcard') },
  'expect.server': { parts: { policy: "{ expect: [{ request: { server: ⟦'note'⟧ }, decision: 'deny' }] }" }, says: meant('notes') },
  'expect.tenant': { parts: { policy: "{ expect: [{ request: { server: 'notes', as: { tenant: ⟦'globx'⟧ } }, decision: 'deny' }] }" }, says: meant('globex') },
  'expect.client': {
    parts: { policy: "{ expect: [{ request: { server: 'notes', as: { client: ⟦'acme-cj'⟧ } }, decision: 'deny' }] }" },
    says: meant('acme-ci'),
  },
  'overlay → server': { parts: { environments: '{ staging: { servers: { ⟦note⟧: { replicas: 1 } } } }' }, says: meant('notes') },
  'overlay → origin': { parts: { environments: "{ staging: { origins: { ⟦previws⟧: 'https://b.example.com' } } }" }, says: meant('previews') },
  'overlay → tenant': { parts: { environments: "{ staging: { tenants: { ⟦acne⟧: { rate: '1/s' } } } }" }, says: meant('acme') },
  'overlay → strategy': { parts: { environments: "{ staging: { strategies: { ⟦stedy⟧: { balance: 'round-robin' } } } }" }, says: meant('steady') },
  'overlay → client': { parts: { environments: "{ staging: { auth: { clients: { ⟦'acme-cj'⟧: { permissions: [] } } } } }" }, says: meant('acme-ci') },
  'overlay, server → origin': { parts: { environments: "{ staging: { servers: { notes: { origins: [⟦'consol'⟧] } } } }" }, says: meant('console') },
  'overlay, server → strategy': { parts: { environments: "{ staging: { servers: { notes: { strategy: ⟦'stedy'⟧ } } } }" }, says: meant('steady') },
  'overlay, tenant → server': { parts: { environments: "{ staging: { tenants: { acme: { servers: [⟦'note'⟧] } } } }" }, says: meant('notes') },
  'an entry that the base does not have': { parts: { environments: `{ staging: { servers: { ⟦fresh⟧: { ${NOTES} } } } }` }, says: /known: notes, files$/ },

  'no origin declared': {
    parts: { origins: null, servers: `{ notes: { ${NOTES}, origins: [⟦'console'⟧] } }` },
    says: /^no origin that could be named here is declared/,
  },
  'no strategy declared': {
    parts: { strategies: null, servers: `{ notes: { ${NOTES}, strategy: ⟦'steady'⟧ } }` },
    says: /known: round-robin, least-connections, weighted, health-based, random, rendezvous$/,
  },
  'no client declared': {
    parts: { auth: null, tenants: "{ acme: { match: { client: ⟦'acme-ci'⟧ } } }" },
    says: /^no client that could be named here is declared/,
  },
  'no tenant declared': {
    parts: { tenants: null, policy: "{ expect: [{ request: { server: 'notes', as: { tenant: ⟦'acme'⟧ } }, decision: 'deny' }] }" },
    says: /^no tenant that could be named here is declared/,
  },

  'a bare duration': { parts: { gateway: '{ timeouts: { connect: ⟦2⟧ } }' }, says: /^2 does not fit here: expected a duration with its unit, such as '15s'/ },
  'a bare duration of a server': { parts: { servers: `{ notes: { ${NOTES}, health: { path: '/h', every: ⟦30⟧ } } }` }, says: /a duration with its unit/ },
  'a bare size': { parts: { gateway: '{ limits: { body: ⟦4_000_000⟧ } }' }, says: /a size with its unit, such as '256mb'/ },
  'a bare size of a server': { parts: { servers: `{ notes: { ${NOTES}, resources: { limits: { memory: ⟦256⟧ } } } }` }, says: /a size with its unit/ },
  'a bare share': {
    parts: { gateway: "{ traces: { otlp: 'https://otel.acme.com', sample: ⟦0.1⟧ } }" },
    says: /^0\.1 does not fit here: expected a percentage, such as '50%'/,
  },
  'a bare rate': { parts: { gateway: '{ limits: { perAddress: ⟦20⟧ } }' }, says: /a rate with its unit, such as '20\/s'/ },
  'a bare rate of a tenant': { parts: { tenants: '{ acme: { match: { path: true }, rate: ⟦100⟧ } }' }, says: /a rate with its unit/ },
  'a unit that there is not': { parts: { gateway: "{ limits: { body: ⟦'4megs'⟧ } }" }, says: /^'4megs' does not fit here: expected a size/ },
  'a number as string': { parts: { servers: `{ notes: { ${NOTES}, port: ⟦'80'⟧ } }` }, says: /^'80' does not fit here: expected number$/ },
  'a secret by value': { parts: { auth: "{ clients: { 'acme-ci': { keys: [⟦'sk-123'⟧] } } }" }, says: /expected secret\('NAME'\)$/ },
  'an origin without scheme': { parts: { origins: "{ console: ⟦'app.example.com'⟧ }" }, says: /expected an origin, such as/ },

  'an unknown key at the top': { parts: { serverz: '{}' }, says: meant('servers') },
  'an unknown key of the gateway': { parts: { gateway: '{ ⟦replica⟧: 1 }' }, says: meant('replicas') },
  'an unknown key of an HTTP server': { parts: { servers: `{ notes: { ${NOTES}, ⟦replica⟧: 1 } }` }, says: meant('replicas') },
  'an unknown key of a stdio server': { parts: { servers: "{ notes: { kind: 'stdio', command: ['x'], ⟦comand⟧: 1 } }" }, says: meant('command') },
  'an unknown key of a tenant': { parts: { tenants: "{ acme: { match: { path: true }, ⟦server⟧: ['notes'] } }" }, says: meant('servers') },
  'an unknown key of an overlay': { parts: { environments: '{ staging: { ⟦gatewai⟧: {} } }' }, says: meant('gateway') },
  'an unknown key of an overlaid server': { parts: { environments: '{ staging: { servers: { notes: { ⟦replica⟧: 1 } } } }' }, says: meant('replicas') },
  'the name in an overlay': { parts: { environments: "{ staging: { ⟦name⟧: 'x' } }" }, says: /^"name" is not a key here/ },
  'an unknown kind': { parts: { servers: "{ notes: { kind: ⟦'htp'⟧, image: 'x' } }" }, says: meant('http') },
  'a missing key': { parts: { tenants: "{ ⟦acme⟧: { servers: ['notes'] } }" }, says: /^"match" is missing$/ },
  'neither image nor instances': { parts: { servers: "{ ⟦notes⟧: { kind: 'http' } }" }, says: /^"image" or "instances" is missing$/ },
  'image and instances': { parts: { servers: `{ notes: { ${NOTES}, instances: ⟦[{ url: 'x' }]⟧ } }` }, says: /^"instances" cannot stand beside/ },
  'npm and uv': { parts: { servers: "{ notes: { kind: 'stdio', command: ['x'], npm: 'a@1.0.0', uv: ⟦'a==1'⟧ } }" }, says: /^"uv" cannot stand beside/ },
};

async function checked(t: TestContext, files: Readonly<Record<string, string>>): Promise<readonly Diagnostic[]> {
  const root = await folderWith(t, files);
  return checkTypes(join(root, 'mcp.config.ts'), root);
}

/** `file:line:column-endColumn message: help`. */
function said({ message, help, place, code }: Diagnostic): string {
  assert.equal(code, 'type');
  assert.ok(place.kind === 'location');
  const { file, line, column, endColumn } = place.location;
  return `${file}:${line}:${column}-${endColumn} ${sentence(message, help)}`;
}

const sentence = (message: string, help: string | null): string => (help === null ? message : `${message}: ${help}`);

test('a config that uses everything has no errors', async (t) => {
  assert.deepEqual(await checked(t, { 'mcp.config.ts': configText(BASE) }), []);
});

test('every kind of mistake is said once, at the mistake, with what would be right', async (t) => {
  const cases = Object.entries(MISTAKES).map(([what, { parts, says }], index) => {
    const marked = configText({ ...BASE, ...parts });
    const text = marked.replaceAll(/[⟦⟧]/g, '');
    const start = marked.includes('⟦') ? marked.indexOf('⟦') : text.indexOf(Object.keys(parts)[0] ?? '');
    const end = marked.includes('⟦') ? marked.indexOf('⟧') - 1 : start + (Object.keys(parts)[0] ?? '').length;
    return { what, says, text, file: `case-${index}.ts`, span: text.slice(start, end), start };
  });
  // All in one program: building one for each would take a minute.
  const imports = cases.map(({ file }) => `import './${file}';`).join('\n');
  const files = Object.fromEntries(cases.map(({ file, text }) => [file, text]));
  const diagnostics = await checked(t, { ...files, 'mcp.config.ts': `${imports}\nexport default {};` });
  for (const { what, says, text, file, span, start } of cases) {
    const own = diagnostics.filter(({ place }) => place.kind === 'location' && place.location.file === file);
    const [diagnostic] = own;
    assert.equal(own.length, 1, `${what}: ${JSON.stringify(own, null, 1)}`);
    assert.ok(diagnostic?.place.kind === 'location');
    const { line, column, endLine, endColumn } = diagnostic.place.location;
    const at = offsetAt(text, line, column);
    assert.equal(text.slice(at, offsetAt(text, endLine, endColumn)), span, what);
    assert.equal(at, start, what);
    assert.match(sentence(diagnostic.message, diagnostic.help), says, what);
  }
});

test('an editor, which shows the compiler as it is, reads the same suggestion at the property or the element', async (t) => {
  const kinds = [
    'tenant → server', 'tenant → origin', 'server → origin', 'server → strategy', 'suppress.path', 'suppress.rule', 'expect.server', 'expect.tenant',
    'expect.client', 'overlay, tenant → server',
  ];
  for (const kind of kinds) {
    const mistake = MISTAKES[kind];
    assert.ok(mistake);
    const marked = configText({ ...BASE, ...mistake.parts });
    const root = await folderWith(t, { 'mcp.config.ts': marked.replaceAll(/[⟦⟧]/g, '') });
    const program = createProgram(join(root, 'mcp.config.ts'));
    const [diagnostic, ...others] = program.getSemanticDiagnostics(program.getSourceFile(join(root, 'mcp.config.ts')));
    assert.equal(others.length, 0, kind);
    assert.match(ts.flattenDiagnosticMessageText(diagnostic?.messageText, '\n'), /Did you mean '"[\w.-]+"'\?$/, kind);
    const line = (offset: number): number => marked.slice(0, offset).split('\n').length;
    assert.equal(line(diagnostic?.start ?? 0), line(marked.indexOf('⟦')), kind);
  }
});

test('fragments are checked where they are used, and reported where they were written', async (t) => {
  const diagnostics = await checked(t, {
    'mcp.config.ts':
      "import { defineConfig } from 'mcpgen';\nimport { tenants } from './tenants.js';\n" +
      "export default defineConfig({ name: 'a', servers: { notes: { kind: 'http', image: 'x' } }, tenants });",
    'tenants.ts': "export const tenants = {\n  acme: { match: { path: true }, servers: ['note'] },\n} as const;",
  });
  assert.deepEqual(diagnostics.map(said), ['tenants.ts:2:44-50 no server is named "note": Did you mean "notes"?']);
});

test('a fragment that lost its literals is told how to keep them', async (t) => {
  const diagnostics = await checked(t, {
    'mcp.config.ts':
      "import { defineConfig } from 'mcpgen';\nconst server = { kind: 'http', image: 'x' };\n" +
      "export default defineConfig({ name: 'a', servers: { notes: server } });",
  });
  assert.deepEqual(diagnostics.map(said), [
    'mcp.config.ts:2:16-44 of this only { kind: string; image: string; } is known where it is used: ' +
      'a fragment that is written apart keeps its literals with `as const`',
  ]);
});

test('a value that was computed elsewhere is said in the terms of its type', async (t) => {
  const config = (declaration: string, rest: string): string =>
    `import { defineConfig } from 'mcpgen';\n${declaration}\nexport default defineConfig({ name: 'a', servers: { notes: ${rest} } });`;
  const scalar = await checked(t, { 'mcp.config.ts': config('const port = [1].join();', "{ kind: 'http', image: 'x', port }") });
  assert.deepEqual(scalar.map(said), ['mcp.config.ts:3:88-92 string does not fit here: expected number']);
  const made = await checked(t, { 'mcp.config.ts': config("const make = () => ({ kind: 'http', image: 'x', port: '1' } as const);", 'make()') });
  assert.match(made.map(said).join(), /^mcp\.config\.ts:3:60-66 port: .*not assignable to type 'number'/);
});

test('the machine is not there for a config, what only computes is', async (t) => {
  const diagnostics = await checked(t, {
    'mcp.config.ts': `import { join } from 'node:path';
import { strict as assert } from 'node:assert';
import type { Stats } from 'node:fs';
console.log(join('a', 'b'), new URL('https://x.example').host, structuredClone({ a: 1 }).a, assert);
export const a: Stats | string | undefined = process.env.HOME;
export const b = secrett;
setTimeout(() => {}, 1);
export default { u: import.meta.url };`,
  });
  assert.deepEqual(diagnostics.map(said), [
    'mcp.config.ts:3:28-37 "node:fs" is not there for a config: a config reads nothing but its own files: no environment, no timers, no network',
    'mcp.config.ts:5:46-53 "process" is not there for a config: a config reads nothing but its own files: no environment, no timers, no network',
    'mcp.config.ts:6:18-25 "secrett" is not defined: declare it in this file, or import it from the file that does; did you mean "secret"?',
    'mcp.config.ts:7:1-11 "setTimeout" is not there for a config: a config reads nothing but its own files: no environment, no timers, no network',
    "mcp.config.ts:8:33-36 Property 'url' does not exist on type 'ImportMeta'.",
  ]);
});

test('fragments may be JavaScript, JSON, without endings; packages may be without types', async (t) => {
  const diagnostics = await checked(t, {
    'mcp.config.ts':
      "import a from './a.js';\nimport { b } from './b';\nimport data from './data.json';\nimport untyped from 'untyped';\n" +
      "export default { a, b, x: data.x.toFixed(), untyped };",
    'a.js': 'export default 1;',
    'b/index.ts': 'export const b = 1;',
    'data.json': '{ "x": 1 }',
    'node_modules/untyped/package.json': '{ "name": "untyped", "type": "module", "exports": "./index.js" }',
    'node_modules/untyped/index.js': 'export default 1;',
  });
  assert.deepEqual(diagnostics, []);
});

test('errors of packages are not the user\'s', async (t) => {
  const diagnostics = await checked(t, {
    'mcp.config.ts': "import { x } from 'wrong';\nexport default { x };",
    'node_modules/wrong/package.json': '{ "name": "wrong", "type": "module", "types": "./index.ts", "exports": "./index.ts" }',
    'node_modules/wrong/index.ts': 'export const x: string = 1;',
  });
  assert.deepEqual(diagnostics, []);
});

test('a config that does not parse is left to loading', async (t) => {
  assert.deepEqual(await checked(t, { 'mcp.config.ts': 'export default { a: ;' }), []);
});

test('a tsconfig beside the config changes nothing', async (t) => {
  const diagnostics = await checked(t, {
    'mcp.config.ts': 'export const f = (a) => a;\nexport default { a: (null as string | null).length };',
    'tsconfig.json': '{ "compilerOptions": { "strict": false } }',
  });
  assert.equal(diagnostics.length, 2);
});

test('the check runs in a thread of its own, with the same result', async (t) => {
  const root = await folderWith(t, { 'mcp.config.ts': "import { defineConfig } from 'mcpgen';\nexport default defineConfig({ name: 1, servers: {} });" });
  const file = join(root, 'mcp.config.ts');
  const diagnostics = await startCompiler(file, root).types;
  assert.deepEqual(diagnostics.map(said), ['mcp.config.ts:2:37-38 1 does not fit here: expected string']);
  assert.deepEqual(diagnostics, checkTypes(file, root));
});

const COMPLETIONS: Readonly<Record<string, { readonly parts: Parts; readonly offers: readonly string[] }>> = {
  'tenant → server': { parts: { tenants: "{ acme: { match: { path: true }, servers: ['⟦⟧'] } }" }, offers: ['files', 'notes'] },
  'tenant → origin': { parts: { tenants: "{ acme: { match: { path: true }, origins: ['⟦⟧'] } }" }, offers: ['console', 'previews'] },
  'server → origin': { parts: { servers: `{ notes: { ${NOTES}, origins: ['⟦⟧'] } }` }, offers: ['console', 'previews'] },
  'stdio server → origin': { parts: { servers: "{ notes: { kind: 'stdio', command: ['x'], origins: ['⟦⟧'] } }" }, offers: ['console', 'previews'] },
  'server → strategy': {
    parts: { servers: `{ notes: { ${NOTES}, strategy: '⟦⟧' } }` },
    offers: ['health-based', 'least-connections', 'quick', 'random', 'rendezvous', 'round-robin', 'steady', 'weighted'],
  },
  'match → client': { parts: { tenants: "{ acme: { match: { client: '⟦⟧' } } }" }, offers: ['acme-ci', 'globex-ci'] },
  'match in a list → client': { parts: { tenants: "{ acme: { match: [{ client: '⟦⟧' }] } }" }, offers: ['acme-ci', 'globex-ci'] },
  'expect.server': { parts: { policy: "{ expect: [{ request: { server: '⟦⟧' }, decision: 'deny' }] }" }, offers: ['files', 'notes'] },
  'expect.tenant': { parts: { policy: "{ expect: [{ request: { server: 'notes', as: { tenant: '⟦⟧' } }, decision: 'deny' }] }" }, offers: ['acme', 'globex'] },
  'expect.client': {
    parts: { policy: "{ expect: [{ request: { server: 'notes', as: { client: '⟦⟧' } }, decision: 'deny' }] }" },
    offers: ['acme-ci', 'globex-ci'],
  },
  'overlay → server': { parts: { environments: '{ staging: { servers: { ⟦⟧ } } }' }, offers: ['files', 'notes'] },
  'overlay → tenant': { parts: { environments: '{ staging: { tenants: { ⟦⟧ } } }' }, offers: ['acme', 'globex'] },
  'overlay, tenant → server': { parts: { environments: "{ staging: { tenants: { acme: { servers: ['⟦⟧'] } } } }" }, offers: ['files', 'notes'] },
};

test('what completion offers for a reference is exactly what is declared', async (t) => {
  for (const [what, { parts, offers }] of Object.entries(COMPLETIONS)) {
    const root = await folderWith(t, {});
    const marked = configText({ ...BASE, ...parts });
    assert.deepEqual(completionsIn(join(root, 'mcp.config.ts'), marked.replace('⟦⟧', ''), marked.indexOf('⟦⟧')), offers, what);
  }
});

test('paths to suppress complete with every declared name, and no other', async (t) => {
  const root = await folderWith(t, {});
  const marked = configText({ ...BASE, policy: "{ suppress: [{ rule: 'MCP109', path: '⟦⟧', reason: 'x' }] }" });
  const offered = completionsIn(join(root, 'mcp.config.ts'), marked.replace('⟦⟧', ''), marked.indexOf('⟦⟧'));
  const declared = ['auth.clients.acme-ci', 'auth.clients.globex-ci', 'origins.console', 'origins.previews', 'servers.files', 'servers.notes'];
  const named = [...declared, 'strategies.quick', 'strategies.steady', 'tenants.acme', 'tenants.globex'];
  // Of these there is one each, or a list that has no names.
  const nameless = ['auth.jwt', 'auth.lookup'];
  assert.deepEqual(offered.filter((path) => path.includes('.')), [...named, ...nameless].sort());
});

test('rules complete by code and by slug', async (t) => {
  const root = await folderWith(t, {});
  const marked = configText({ ...BASE, policy: "{ suppress: [{ rule: '⟦⟧', path: 'origins.console', reason: 'x' }] }" });
  const offered = completionsIn(join(root, 'mcp.config.ts'), marked.replace('⟦⟧', ''), marked.indexOf('⟦⟧'));
  assert.ok(offered.includes('MCP102') && offered.includes('origin-wildcard'));
  assert.ok(offered.every((name) => /^MCP\d{3}$|^[a-z0-9-]+$/.test(name)));
});
