/** Every place of the language, read from the schema: checks that need more of a place than its shape find here what the schema says about it. */
import type { z } from 'zod';
import { deployment } from './schema/config.js';
import { meaningOf, type Meaning } from './schema/meaning.js';

export interface Field {
  /** Path of the place: `*` is a name that the user chose, `#` a place in a list. */
  readonly pattern: string;
  readonly schema: z.core.$ZodType;
  readonly meaning: Meaning;
}

/** A place has several fields where its schema has several layers (a default around a value) or several members (a union). */
export function* fieldsOf(schema: z.core.$ZodType, pattern = ''): Iterable<Field> {
  yield { pattern, schema, meaning: meaningOf(schema) };
  // Every schema that Zod makes is one of these; its interfaces name the common base.
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      for (const [key, inner] of Object.entries(def.shape)) yield* fieldsOf(inner, below(pattern, key));
      return;
    case 'record':
      return yield* fieldsOf(def.valueType, below(pattern, '*'));
    case 'array':
      return yield* fieldsOf(def.element, below(pattern, '#'));
    case 'union':
      for (const member of def.options) yield* fieldsOf(member, pattern);
      return;
    case 'optional':
    case 'default':
    case 'prefault':
      return yield* fieldsOf(def.innerType, pattern);
    case 'pipe':
      return yield* fieldsOf(def.in, pattern);
    default:
      // What lies below a schema that is passed over here would lose its meaning without a word.
      if (HOLDERS.some((key) => key in def)) throw new TypeError(`${pattern}: a schema of type ${def.type} holds others: say here how`);
  }
}

/** By these keys Zod's schemas hold others. */
const HOLDERS = ['innerType', 'getter', 'left', 'items', 'valueType', 'element', 'shape'];

export const below = (pattern: string, key: string): string => (pattern === '' ? key : `${pattern}.${key}`);

export const FIELDS: readonly Field[] = [...fieldsOf(deployment)];

/** The places with a meaning of one sort. Members of a union that share a key mean the same by it, so each place is there once. */
export function placesThatMean<K extends keyof Meaning>(sort: K): ReadonlyMap<string, NonNullable<Meaning[K]>> {
  return new Map(FIELDS.flatMap(({ pattern, meaning }) => (meaning[sort] === undefined ? [] : [[pattern, meaning[sort]] as const])));
}
