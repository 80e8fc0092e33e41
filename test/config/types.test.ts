/** The types a user writes against and the validation of what was written: two descriptions of one language, held together here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { z } from 'zod';
import type { Deployment } from '#src/config/language/config.js';
import type { RuleName } from '#src/config/language/rules.js';
import type { Duration } from '#src/config/language/units.js';
import type { deployment } from '#src/config/schema/config.js';
import { folder, installHere, ROOT } from '../support/folder.js';
import { KEYS } from './keys.js';
import { BASE, valueAt, withAt } from './support.js';

type Written = Deployment<string, string, string, string, string> & { name: string };
type Validated = z.input<typeof deployment>;

type Scalar = string | number | boolean | null | undefined;
type Below<P extends string, K extends string> = P extends '' ? K : `${P}.${K}`;
/** A name that the user chooses is `*`, and so is that of a rule, which the types know and the schema does not. */
type Named<K extends string> = string extends K ? '*' : K extends RuleName ? '*' : K;
interface AList {
  readonly is: 'a list';
}
interface AnObject {
  readonly is: 'an object';
}
interface MayBeLeftOut {
  readonly key: 'may be left out';
}
interface MustBeThere {
  readonly key: 'must be there';
}
/** What a type says about one value: a scalar exactly, of anything else which kind it is. */
type Kind<T> = T extends Scalar ? T : T extends readonly unknown[] ? AList : AnObject;
type Presence<T, K extends keyof T> = {} extends Pick<T, K> ? MayBeLeftOut : MustBeThere;

/** Everything that a type says: for each path (a place in a list is `#`) what may stand there, and for each key whether it must. */
type Said<T, P extends string> = readonly [path: P, value: Kind<T>] | SaidBelow<T, P>;
type SaidBelow<T, P extends string> = T extends Scalar
  ? never
  : T extends readonly (infer E)[]
    ? Said<E, Below<P, '#'>>
    : { [K in keyof T & string]-?: SaidOfKey<Exclude<T[K], undefined>, Below<P, Named<K>>, Presence<T, K>> }[keyof T & string];
/** A key that cannot be there (`never`) keeps members of a union apart, and is no key of the language. */
type SaidOfKey<V, P extends string, There> = [V] extends [never] ? never : readonly [path: P, key: There] | Said<V, P>;

type Mutable<T> = T extends Scalar ? T : { -readonly [K in keyof T]: Mutable<T[K]> };
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : [only: Exclude<B, A>]) : [only: Exclude<A, B>];

/**
 * Where the two cannot say the same. Of these paths the compiler compares only that both have them; below, the table of keys holds both to the same values.
 *
 * - Exactly one of several keys: the types are a union, in which each key must be there; the schema has one object and a check.
 * - Names of rules and paths of the config: an unknown one is a finding or has a message of its own, so the schema takes any text.
 */
type OneOfSeveral =
  | 'servers.*.image' | 'servers.*.instances' | 'servers.*.npm' | 'servers.*.uv'
  | 'auth.jwt.jwks' | 'auth.jwt.secret' | 'auth.jwt.#.jwks' | 'auth.jwt.#.secret'
  | 'policy.expect.#.request.server' | 'policy.expect.#.request.path'
  | 'targets.kubernetes.exposure.parent' | 'targets.kubernetes.exposure.gatewayClass';
type CheckedElsewhere = 'policy.suppress.#.rule' | 'policy.suppress.#.path';
type Compared<S> = S extends readonly [infer P, infer V]
  ? P extends OneOfSeveral
    ? readonly [P, V extends MayBeLeftOut ? MustBeThere : V]
    : P extends CheckedElsewhere
      ? readonly [P, V extends string ? 'text' : V]
      : S
  : never;

type AllWritten = Compared<Said<Written, ''>>;
type AllValidated = Compared<Said<Validated, ''>>;
type Has<S> = [S] extends [AllWritten] ? true : false;

// The compiler decides these: this file does not build when they are wrong, and the error shows what only one side says.
const PLACES_ARE_FOUND: [
  Has<readonly ['servers.*.instances.#.url', string]>,
  Has<readonly ['gateway.timeouts.drain', Duration]>,
  Has<readonly ['gateway.timeouts.drain', string]>,
  Has<readonly ['tenants.*.match.#.client', MustBeThere]>,
  Has<readonly ['tenants.*.match.#.client', MayBeLeftOut]>,
  Has<readonly ['gateway.nothing', string]>,
] = [true, true, false, true, false, false];
const SAME: Same<AllWritten, AllValidated> = true;
/** Order and length are all that the comparison above leaves out: lists that have a first element (`[string, ...string[]]`) are lists. */
const TYPES_ARE_NARROWER: Mutable<Written> extends Validated ? true : false = true;

test('types and schema say the same of every key, and what has the type has the shape', () => {
  assert.ok(PLACES_ARE_FOUND[0] && SAME && TYPES_ARE_NARROWER);
});

interface Case {
  readonly path: string;
  readonly value: unknown;
  readonly taken: boolean;
}

/** `keys.test.ts` holds validation to the same table. */
const CASES: readonly Case[] = Object.entries(KEYS).flatMap(([path, { good, bad, unseen }]) => [
  ...[...good.map(([written]) => written), ...unseen].map((value) => ({ path, value, taken: true })),
  ...bad.map((value) => ({ path, value, taken: false })),
]);

test('the compiler takes what validation takes and refuses what it refuses, save for what no type can say', (t) => {
  const refused = refusedLines(t, CASES.map(statement));
  const wrong = CASES.filter(({ taken }, i) => refused.has(i) === taken);
  assert.deepEqual(wrong.map(({ path, value, taken }) => `the compiler ${taken ? 'refuses' : 'takes'} ${path}: ${JSON.stringify(value)}`), []);
});

/** The rest of a config, and what the compiler says of it. */
const WHOLE: Readonly<Record<string, RegExp | null>> = {
  "{ servers: { a: { kind: 'http', image: 'x', strategy: 'weighted' } } }": null,
  "{ servers: { a: { kind: 'http', image: 'x', strategy: 'own' } }, strategies: { own: { balance: 'rendezvous', by: 'tenant', prefer: 'region' } } }": null,
  ["{ servers: { a: { kind: 'http', image: 'x', strategy: 'own' }, " +
  "b: { kind: 'http', image: 'x', strategy: 'random' } }, strategies: { own: { balance: 'random' } } }"]: null,
  "{ servers: { a: { kind: 'http', image: 'x', strategy: 'weighted' } }, strategies: { weighted: { balance: 'weighted', retries: 2 } } }": null,
  "{ servers: { a: { kind: 'http', image: 'x', strategy: 'weigted' } } }": /Did you mean '"weighted"'\?/,
  "{ servers: { a: { kind: 'http', image: 'x', strategy: 'ownn' } }, strategies: { own: { balance: 'random' } } }": /Did you mean '"own"'\?/,
  "{ servers: { a: { kind: 'http', image: 'x' } }, strategies: { own: { balance: 'round-robbin' } } }": /Did you mean '"round-robin"'\?/,
  "{ servers: { a: { kind: 'http', image: 'x' } }, strategies: { own: { balance: 'rendezvous', by: 'tennant' } } }": /Did you mean '"tenant"'\?/,
  "{ servers: { a: { kind: 'http', image: 'x' } }, strategies: { own: { balance: 'random', breaker: { failure: 3 } } } }": /'failure' does not exist/,
  "{ servers: { a: { kind: 'http', image: 'x', health: { mcp: 'pong' } } } }": /"pong"/,
  "{ servers: { a: { kind: 'http', image: 'x', health: { path: '/h', command: ['x'] } } } }": /not assignable/,
  "{ servers: { a: { kind: 'stdio', command: ['x'], sse: '/sse' } } }": /'sse'/,
  // What an environment may say of them.
  "{ servers: { a: { kind: 'http', image: 'x', health: { path: '/h' } } }, environments: { e: { servers: { a: { health: { mcp: 'ping' } } } } } }": null,
  "{ servers: { a: { kind: 'http', image: 'x', health: { path: '/h' } } }, environments: { e: { servers: { a: { health: { every: '5s' } } } } } }": null,
  ["{ servers: { a: { kind: 'http', image: 'x', transform: { request: { set: { 'X-A': '1' } } } } }, " +
  "environments: { e: { servers: { a: { transform: { request: { set: { 'X-A': null } } } } } } } }"]: null,
  ["{ servers: { a: { kind: 'http', image: 'x' } }, strategies: { own: { balance: 'random', breaker: {} } }, " +
  "environments: { e: { strategies: { own: { breaker: null } }, gateway: { traces: null } } } }"]: null,
  "{ gateway: { revisions: ['2024-11-06'] }, servers: { a: { kind: 'http', image: 'x' } } }": /"2024-11-06"/,
};

test('a typo is told where it is, with what was meant', (t) => {
  const statements = Object.keys(WHOLE).map((rest) => `defineConfig({ name: 'acme', ${rest.slice(2)});`);
  const said = refusals(t, statements);
  for (const [index, [rest, wanted]] of Object.entries(WHOLE).entries()) {
    if (wanted === null) assert.equal(said.get(index), undefined, rest);
    else assert.match(said.get(index) ?? 'nothing', wanted, rest);
  }
});

/** The value in its part of the config: checking that part alone is a hundred times less work than `defineConfig` of the whole. */
function statement({ path, value }: Case): string {
  const part = path.split('.').slice(0, /^servers\./.test(path) ? 2 : 1);
  const type = ['C', ...part.map((key) => `['${key}']`)].join('');
  return `is<${type}>(${JSON.stringify(valueAt(withAt(BASE, path, value), part.join('.')))});`;
}

/** Indices of the statements that the real compiler refuses. */
const refusedLines = (t: TestContext, statements: readonly string[]): ReadonlySet<number> => new Set(refusals(t, statements).keys());

/** The names that the base declares in a section, as a type. */
const declared = (section: string): string => Object.keys(valueAt(BASE, section) as object).map((name) => `'${name}'`).join(' | ');

/** What the real compiler says of each statement that it refuses: one line of a file for each. */
function refusals(t: TestContext, statements: readonly string[]): ReadonlyMap<number, string> {
  const header = [
    "import { defineConfig, type Config } from 'mcpgen';",
    `type C = Config<${['servers', 'origins', 'tenants', 'strategies', 'auth.clients'].map(declared).join(', ')}, never>;`,
    'declare function is<T>(value: T): void;',
  ];
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', types: [], skipLibCheck: true };
  const path = folder(t, {
    'package.json': '{ "type": "module" }',
    'all.ts': [...header, ...statements].join('\n'),
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['all.ts'] }),
  });
  installHere(path);
  const { stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/.bin/tsc'), '-p', path, '--pretty', 'false'], { cwd: path, encoding: 'utf8' });
  const found = [...stdout.matchAll(/^all\.ts\((\d+),.*\n(?: .*\n)*/gm)].map(([text, line]) => [Number(line) - 1 - header.length, text] as const);
  assert.ok(found.length > 0 && found.every(([line]) => line >= 0), stdout);
  return new Map(found);
}
