/** The generated gateway has every module that it needs and no other, and the compiler accepts it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { describe, test } from 'node:test';
import { ts } from 'ts-morph';
import { ALL_FEATURES } from '#src/gateway/runtime/features.js';
import { printTables } from '#src/emit/gateway/print-tables.js';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { HEADER } from '#src/emit/types.js';
import type { Plan } from '#src/plan/types.js';
import { planOf } from '../../support/planned.js';
import { folder, put, ROOT } from '../../support/folder.js';
import { EVERYTHING, NEEDS } from './needs.js';
import { baked, bytes, LEAST, modules, rootPlan, write } from './support.js';

/**
 * The most bytes that a gateway may have, with its package.json and Dockerfile. The aims are 80 kB for the least config and 200 kB for everything; the
 * decisions in src/README.md say why they are not reached. A budget may be lowered, and is raised only with a reason written there.
 */
const BUDGETS = { least: 243_000, root: 378_000, everything: 399_000 } as const;

/** The path of each feature's module, read from the list of features. */
const MODULES: ReadonlyMap<string, string> = new Map(
  Object.entries(ALL_FEATURES).map(([feature, load]) => [feature, posix.join('runtime', /import\('([^']+)'\)/.exec(String(load))?.[1] ?? '')]),
);

/** The imports of a module. They are found by the compiler's own parser, and not by the pattern that the baker uses. */
function importsOf(text: string, path: string): readonly string[] {
  const found = parsed.get(text) ?? parseImports(text, path);
  parsed.set(text, found);
  return found;
}
/** The imports that were found, by the text of the module. A module is the same in every gateway, so that it is parsed once. */
const parsed = new Map<string, readonly string[]>();

function parseImports(text: string, path: string): readonly string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier))
      found.push(node.moduleSpecifier.text);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteralLike(argument)) found.push(argument.text);
      if (argument && ts.isTemplateExpression(argument)) found.push(argument.head.text.split('?')[0] ?? '');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}


describe('a baked gateway', () => {
  for (const [label, { config, has: own }] of Object.entries(NEEDS)) {
    // The audit is there unless the config wants none.
    const isSilent = JSON.stringify(config).includes('"audit":false');
    const has = isSilent ? own : [...new Set(['audit', ...own])].sort();
    test(`has what it needs and nothing else: ${label}`, () => {
      const files = baked(planOf(config));
      assert.deepEqual([...MODULES].filter(([, path]) => files.has(path)).map(([feature]) => feature).sort(), has);
      assert.deepEqual([...(files.get('tables.js') ?? '').matchAll(/^ {2}(\w+): \(\) => import/gm)].map(([, feature]) => feature), has);
      if (!has.includes('stdio')) assert.deepEqual([...files.keys()].filter((path) => path.startsWith('runtime/stdio/')), []);

      const reached = new Set(['main.js']);
      for (const path of reached) {
        for (const specifier of importsOf(files.get(path) ?? '', path)) {
          if (!specifier.startsWith('.')) {
            assert.ok(specifier.startsWith('node:') && builtinModules.includes(specifier.slice(5)), `${path} imports ${specifier}`);
            continue;
          }
          const target = posix.join(posix.dirname(path), specifier);
          assert.ok(files.has(target), `${path} imports ${target}, which is not there`);
          reached.add(target);
        }
      }
      assert.deepEqual(modules(files).map(([path]) => path).filter((path) => !reached.has(path)), [], 'nobody imports these');
    });
  }

  test('every feature is needed by one of these', () => {
    assert.deepEqual([...new Set(['audit', ...Object.values(NEEDS).flatMap(({ has }) => has)])].sort(), Object.keys(ALL_FEATURES));
  });

  test('says in every file that can where it is from', async () => {
    for (const [path, contents] of baked(await rootPlan())) {
      const [first = ''] = contents.split('\n');
      const wanted = path.startsWith('runtime/') ? '// mcpgen' : /ocker/.test(path) ? `# ${HEADER}` : `// ${HEADER}`;
      // JSON has no comments. In modules of folders the line goes on with what introduces them.
      if (path !== 'package.json') assert.equal(first.replace(/^(\/\/ mcpgen): .+/, '$1'), wanted, path);
    }
  });

  test('ends every file with one line end, has no CR and no trailing space', async () => {
    for (const [path, contents] of baked(await rootPlan()))
      assert.ok(contents.endsWith('\n') && !contents.endsWith('\n\n') && !/\r|[ \t]$/m.test(contents), path);
  });

  test('is the same for the same plan, in the order of its paths', async () => {
    const plan = await rootPlan();
    const paths = [...baked(plan).keys()];
    assert.deepEqual(paths, [...paths].sort());
    assert.deepEqual([...baked(plan)], [...baked(plan)]);
  });

  test('differs from another in its tables and its parts alone', () => {
    const [one, two] = [baked(planOf(LEAST)), baked(planOf({ ...LEAST, name: 'other', gateway: { admin: {} } }))];
    for (const [path, contents] of one) if (path !== 'tables.js') assert.equal(two.get(path), contents, path);
  });

  test('is package and image of its own', () => {
    const files = baked(planOf(LEAST));
    const { type, main, engines, dependencies } = JSON.parse(files.get('package.json') ?? '') as Record<string, unknown>;
    assert.deepEqual([type, main, engines, dependencies], ['module', 'main.js', { node: '>=20' }, undefined]);
    assert.match(files.get('Dockerfile') ?? '', /^FROM node:/m);
  });

  test('field-27c its image listens where its container is reached, and the folder gives nothing else to a build', () => {
    const files = baked(planOf({ ...LEAST, gateway: { timeouts: { drain: '40s' } } }));
    const dockerfile = files.get('Dockerfile') ?? '';
    assert.match(dockerfile, /^ENV MCPGEN_PLACEMENT=image$/m);
    assert.match(dockerfile, /docker run --init --stop-timeout 45 --publish 127\.0\.0\.1:8080:8080 mcpgen-gateway$/m);
    assert.match(dockerfile, /^HEALTHCHECK .* CMD \["node", /m);
    assert.doesNotMatch(dockerfile, /^(?:CMD|ENTRYPOINT) [^[]/m, 'docker build --check: JSONArgsRecommended');
    const ignored = (files.get('.dockerignore') ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.deepEqual(ignored, ['*', '!*.js', '!package.json', '!runtime', '**/.env*']);
    for (const path of files.keys()) assert.ok(/^(runtime\/.*\.js|[^/]+\.js|package\.json|Dockerfile|\.dockerignore)$/.test(path), path);
  });

  test('stays small', async (t) => {
    const plans = { least: planOf(LEAST), root: await rootPlan(), everything: planOf(EVERYTHING) };
    for (const [name, budget] of Object.entries(BUDGETS)) {
      const has = bytes(baked(plans[name as keyof typeof BUDGETS]));
      t.diagnostic(`${name}: ${has} bytes`);
      assert.ok(has <= budget, `the gateway of "${name}" has ${has} bytes of ${budget}`);
    }
  });
});

describe('node and the compiler', () => {
  test('node takes every module', async (t) => {
    const path = folder(t);
    const files = baked(await rootPlan());
    write(path, files);
    // All modules are checked in one process, by the parser that `node --check` uses for modules.
    const script =
      "import fs from 'node:fs'; import vm from 'node:vm'; for (const file of process.argv.slice(1)) new vm.SourceTextModule(fs.readFileSync(file, 'utf8'));";
    const all = modules(files).map(([file]) => join(path, file));
    const parsed = spawnSync(process.execPath, ['--experimental-vm-modules', '--no-warnings', '--input-type=module', '-e', script, ...all], {
      encoding: 'utf8',
    });
    assert.equal(parsed.stderr, '');
    const checked = spawnSync(process.execPath, ['--check', join(path, 'tables.js')], { encoding: 'utf8' });
    assert.deepEqual([checked.status, checked.stderr], [0, '']);
  });

  test('a usage that is wrong ends with 2: the whole closure loads', (t) => {
    const path = folder(t);
    write(path, baked(planOf(LEAST)));
    const { status, stderr } = spawnSync(process.execPath, [join(path, 'main.js'), 'nonsense'], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [2, 'mcpgen gateway: usage: node main.js, or with a stdio server of this config: node main.js host <server>\n']);
  });

  test('every name and every import resolves, and one that does not would be found', async (t) => {
    const path = folder(t);
    const least = baked(planOf(LEAST));
    const spoilt = "import { missing } from './runtime/decision/decide.js';\nimport './runtime/admin.js';\nexport const X = unknownName + missing;\n";
    const tables = `${spoilt}${least.get('tables.js')}`;
    for (const [name, files] of Object.entries({ root: baked(await rootPlan()), least, broken: new Map(least).set('tables.js', tables) }))
      write(join(path, name), files);
    // This test is about imports that do not resolve. Messages about types of values are passed over.
    const UNRESOLVED = /error TS(2304|2305|2306|2307|2459|2552|2614|2724|2882|1\d\d\d):/;
    const found = compile(path, { allowJs: true, checkJs: true, strict: false }, ['root/main.js', 'least/main.js', 'broken/main.js']).filter((line) =>
      UNRESOLVED.test(line),
    );
    assert.deepEqual(found.filter((line) => !line.startsWith('broken/')), []);
    assert.deepEqual(found.map((line) => line.replace(/: .*/, '')), ['broken/tables.js(1,10)', 'broken/tables.js(2,8)', 'broken/tables.js(3,18)']);
  });
});

describe('the tables have the type the runtime reads', () => {
  const typed = (plan: Plan): string =>
    `import type { GatewayTables } from './types.js';\nexport const TABLES: GatewayTables = ${printTables(gatewayTables(plan))};\n`;
  /** Makes one change to the text, and returns what the compiler says about the changed text. */
  const BROKEN: Readonly<Record<string, readonly [from: string, to: string, error: RegExp]>> = {
    'a balance that there is not': [
      'balance: "round-robin"',
      'balance: "round-robbin"',
      /TS(2322|2820): .*"round-robbin".*is not assignable to type 'Balance'/,
    ],
    'a revision that is not served yet': ['"2026-07-28"', '"2027-01-01"', /TS2322/],
    'a key that there is not': ['trusted:', 'trusts:', /TS2561|TS2353/],
    'a source that there is not': ['kind: "urls"', 'kind: "url"', /TS2322|TS2820/],
    'text for a number': ['depth: 64', 'depth: "64"', /TS2322/],
  };

  test('as they are, and not when they are broken', async (t) => {
    const path = folder(t, { 'package.json': '{ "type": "module" }' });
    put(join(path, 'types.ts'), `export type * from ${JSON.stringify(join(ROOT, 'dist/gateway/runtime/tables/gateway.js'))};\n`);
    put(join(path, 'root.ts'), typed(await rootPlan()));
    const least = typed(planOf(LEAST));
    put(join(path, 'least.ts'), least);
    const broken = Object.entries(BROKEN).map(([label, [from, to, error]], i) => {
      assert.ok(least.includes(from), label);
      put(join(path, `broken-${i}.ts`), least.replace(from, to));
      return { label, file: `broken-${i}.ts`, error };
    });
    const found = compile(path, { strict: true, exactOptionalPropertyTypes: true }, ['root.ts', 'least.ts', ...broken.map(({ file }) => file)]);
    assert.deepEqual(found.filter((line) => !line.startsWith('broken-')), []);
    for (const { label, file, error } of broken)
      assert.ok(
        found.some((line) => line.startsWith(file) && error.test(line)),
        `${label}: ${found.filter((line) => line.startsWith(file)).join('\n')}`,
      );
  });
});

/** Diagnostics of the real compiler, each on one line. */
function compile(path: string, options: object, files: readonly string[]): readonly string[] {
  const compilerOptions = {
    noEmit: true,
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    skipLibCheck: true,
    ...options,
  };
  put(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const { stdout, status } = spawnSync(process.execPath, [join(ROOT, 'node_modules/.bin/tsc'), '-p', path, '--pretty', 'false'], {
    cwd: path,
    encoding: 'utf8',
  });
  assert.ok(status === 0 || stdout !== '', 'the compiler ran');
  return stdout.split('\n').filter((line) => line.includes(': error TS'));
}
