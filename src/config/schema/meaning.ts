/**
 * What the schema says about a value beyond its shape. It is said where the key stands (`names.ts`, `unions.ts`, `later.ts` have the words for it), so
 * that a key comes and goes in one place; the checks that need it find it again through `../fields.ts`.
 */
import { z } from 'zod';

/** What a user declares under a name of their own, and can refer to by that name. */
export type Named = 'server' | 'origin' | 'tenant' | 'strategy' | 'client';

/** An object whose keys are names that the user declares. */
export interface Section {
  /** What one entry is. */
  readonly what: Named;
  /** A config without any entry is wrong in itself, so that references to entries need not be reported as well. */
  readonly atLeastOne: boolean;
  /** Names that can be referred to without being declared. */
  readonly builtIn: readonly string[];
  /** Says what a name is already, where the user cannot have it for this entry; null where they can. */
  readonly taken: (name: string, entry: unknown) => string | null;
}

/** What happens when an environment gives a value to a place that holds one of several kinds of object. */
export type Replacing =
  /** A value with this key says which kind it is, and replaces; a value without it is merged. */
  | { readonly by: 'tag'; readonly tag: string }
  /** Each kind has one of these keys. A value with the key of another kind replaces; a value with the same key, or with none, is merged. */
  | { readonly by: 'keys'; readonly keys: readonly string[] }
  /** Every value replaces. */
  | { readonly by: 'being there' };

/** Parts of the work that are still to come, by their letter in CONFIG.md, as messages call them. */
export const PARTS = { I: 'identity', O: 'one endpoint and operators', T: 'targets', C: 'policy in CI', U: 'the user’s hand' } as const;
export type PartLetter = keyof typeof PARTS;

export interface Meaning {
  readonly section?: Section;
  /** The value is the name of one of these. */
  readonly refersTo?: Named;
  readonly replacing?: Replacing;
  /** Keys of this object that a later part brings. */
  readonly laterKeys?: Readonly<Record<string, PartLetter>>;
  /** Values of this key that a later part brings; of a tagged union, values of its tag. */
  readonly laterValues?: Readonly<Record<string, PartLetter>>;
}

/** Zod hands what is registered for a schema on to its refinements, and not to `.optional()` or `.default()`, which wrap it. */
const MEANINGS = z.registry<Meaning>();

export const meaningOf = (schema: z.core.$ZodType): Meaning => MEANINGS.get(schema) ?? {};

export function withMeaning<S extends z.core.$ZodType>(schema: S, meaning: Meaning): S {
  MEANINGS.add(schema, { ...meaningOf(schema), ...meaning });
  return schema;
}
