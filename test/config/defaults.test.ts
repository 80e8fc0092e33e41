/**
 * Each `Default:` in the documented types is the schema's default. Three forms are read:
 *
 * - a value: a number, `true`, `false`, or text or an object in backticks, with nothing behind it but a stop, a comma or a semicolon;
 * - `none`: the schema has no default, or an empty one;
 * - words: what a key that is left out comes to is decided by the plan or by the platform, so the schema has no default, or an empty one.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Project, type Node, type PropertySignature, type Type } from 'ts-morph';
import { z } from 'zod';
import { FIELDS } from '#src/config/fields.js';
import { ROOT } from '../support/folder.js';
import { PATTERNS } from './support.js';

interface Documented {
  readonly pattern: string;
  /** What follows `Default:`, or null. */
  readonly words: string | null;
}

/** The keys of the language as its types have them, each with what its comment says. */
function documentedKeys(): readonly Documented[] {
  const project = new Project({ tsConfigFilePath: join(ROOT, 'tsconfig.json'), skipAddingFilesFromTsConfig: true });
  const root = project.createSourceFile(
    join(ROOT, 'src/config/language/root-of-the-defaults-test.ts'),
    "import type { Config } from './config.js'; export type Root = Config<string, string, string, string, string, never>;",
  );
  const alias = root.getTypeAliasOrThrow('Root');
  return [...keysOf(alias.getType(), '', alias)];
}

function* keysOf(type: Type, pattern: string, at: Node): Iterable<Documented> {
  const members = type.isUnion() ? type.getUnionTypes() : type.getIntersectionTypes();
  if (members.length > 0) for (const member of members) yield* keysOf(member, pattern, at);
  else if (type.isArray() || type.isReadonlyArray()) yield* keysOf(type.getArrayElementTypeOrThrow(), `${pattern}.#`, at);
  else if (type.isTuple()) for (const element of type.getTupleElements()) yield* keysOf(element, `${pattern}.#`, at);
  else if (type.isObject()) {
    const entry = type.getStringIndexType();
    if (entry) yield* keysOf(entry, `${pattern}.*`, at);
    for (const property of type.getProperties()) {
      const below = pattern === '' ? property.getName() : `${pattern}.${property.getName()}`;
      // Keys that only keep members of a union apart, and the names of rules, are no keys of the language.
      if (!PATTERNS.has(below)) continue;
      for (const declaration of property.getDeclarations()) yield { pattern: below, words: wordsOf(declaration as PropertySignature) };
      yield* keysOf(property.getTypeAtLocation(at), below, at);
    }
  }
}

function wordsOf(declaration: PropertySignature): string | null {
  const comment = declaration.getJsDocs().map((doc) => doc.getDescription()).join(' ').replace(/\s+/g, ' ').trim();
  const [, words, ...more] = comment.split('Default: ');
  assert.deepEqual(more, [], `two defaults in one comment: ${comment}`);
  return words ?? null;
}

/** The value in the words of a comment; null where they have none. */
function valueIn(words: string): { readonly value: unknown } | null {
  const [, quoted, bare] = /^(?:`([^`<]+)`|(\d+|true|false))(?=[.,;]|$)/.exec(words) ?? [];
  if (bare !== undefined) return { value: JSON.parse(bare) };
  if (quoted === undefined) return null;
  return { value: /^[[{]/.test(quoted) ? JSON.parse(quoted.replaceAll("'", '"').replace(/(\w+):/g, '"$1":')) : quoted };
}

const defaultsAt = (pattern: string): readonly z.core.$ZodDefault[] =>
  FIELDS.filter((field) => field.pattern === pattern).flatMap(({ schema }) => (schema instanceof z.core.$ZodDefault ? [schema] : []));
const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;
const givenBy = (schema: z.core.$ZodDefault): unknown => z.parse(schema, undefined);

/** What is wrong with the documented default of one key. */
function wrong({ pattern, words }: Documented): readonly string[] {
  const schemas = defaultsAt(pattern);
  const documented = words === null ? null : valueIn(words);
  if (documented === null) {
    const given = schemas.map(givenBy).filter((value) => !isEmpty(value));
    return given.map((value) => `${pattern}: the schema gives ${JSON.stringify(value)}, the comment says ${words === null ? 'nothing' : `"${words}"`}`);
  }
  if (schemas.length === 0) return [`${pattern}: the schema gives nothing, the comment says "${words}"`];
  const other = schemas.filter((schema) => {
    const parsed = z.safeParse(schema, documented.value);
    return !parsed.success || JSON.stringify(parsed.data) !== JSON.stringify(givenBy(schema));
  });
  return other.map((schema) => `${pattern}: the schema gives ${JSON.stringify(givenBy(schema))}, the comment says "${words}"`);
}

describe('documented defaults', () => {
  let keys: readonly Documented[] = [];
  before(() => {
    keys = documentedKeys();
  });

  test('all keys of the schema are found in the types', () => {
    const found = new Set(keys.map(({ pattern }) => pattern));
    assert.deepEqual([...PATTERNS].filter((pattern) => !/[*#]$/.test(pattern) && !found.has(pattern)), []);
  });

  test('are those of the schema, and no default of the schema is left unsaid', () => {
    assert.ok(keys.filter(({ words }) => words !== null && valueIn(words)).length > 50, 'values are found');
    assert.deepEqual([...new Set(keys.flatMap(wrong))], []);
  });

  test('a value is told from words', () => {
    const READ: Readonly<Record<string, unknown>> = {
      '`24h`.': '24h', '64.': 64, 'false.': false, '`info`; `MCP_LOG_LEVEL` overrides it.': 'info', "`{ at: 'platform' }`, the platform.": { at: 'platform' },
      '`local` until there is a URL.': null, '`/mcp/<name>`.': null, '443 where nginx terminates TLS.': null, 'none.': null,
    };
    for (const [words, value] of Object.entries(READ)) assert.deepEqual(valueIn(words)?.value ?? null, value, words);
  });
});
