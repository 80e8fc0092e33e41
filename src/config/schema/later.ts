/**
 * Keys, kinds and values that a later part of the work brings. Accepted and ignored they would be a lie, and "unknown key" would send the reader looking
 * for a typo, so they are refused with a message of their own. `later('I')` stands where the schema of the key will stand and is replaced by it:
 *
 *     object({ url: publicUrl.optional(), allow: later('I') })
 *     choice(['edge', later('T', 'direct')])
 *     tagged('kind', [gatewayApi, none, later('T', 'ingress')])
 *     oneOf([object({ host: hostName }), later('I', 'claim')])
 */
import { z } from 'zod';
import { withMeaning, type PartLetter } from './meaning.js';

/** Stands in the schema for what is still to come. */
export interface Later {
  readonly later: PartLetter;
  /** Values of a choice, values of the tag of a tagged union, or the keys that kinds without a tag are told by. Of a key in an object, nothing. */
  readonly names: readonly string[];
}

export const later = (part: PartLetter, ...names: readonly string[]): Later => ({ later: part, names });

const isLater = (item: object | string): item is Later => typeof item === 'object' && 'later' in item;

/** The names in a list that belong to a later part, with that part. */
export function laterNames(items: readonly (object | string)[]): Readonly<Record<string, PartLetter>> {
  return Object.fromEntries(items.filter(isLater).flatMap(({ later, names }) => names.map((name) => [name, later] as const)));
}

export const withoutLater = <T extends object | string>(items: readonly T[]): readonly Exclude<T, Later>[] =>
  items.filter((item): item is Exclude<T, Later> => !isLater(item));

type Shape = Readonly<Record<string, z.ZodType | Later>>;
/** The keys of a shape that are supported now. */
type Now<S extends Shape> = { -readonly [K in keyof S as S[K] extends Later ? never : K]: Exclude<S[K], Later> };

/** An object with these keys and no others. */
export function object<S extends Shape>(shape: S, params?: z.core.$ZodObjectParams) {
  const entries = Object.entries(shape);
  // `fromEntries` does not carry the types of single keys.
  const now = Object.fromEntries(entries.filter(([, key]) => !isLater(key))) as Now<S>;
  const laterKeys = Object.fromEntries(entries.flatMap(([name, key]) => (isLater(key) ? [[name, key.later] as const] : [])));
  const schema = z.strictObject(now, params);
  return Object.keys(laterKeys).length === 0 ? schema : withMeaning(schema, { laterKeys });
}

/** One of several words. */
export function choice<const V extends string>(values: readonly (V | Later)[], params?: z.core.$ZodLiteralParams) {
  return withMeaning(z.literal(withoutLater<V | Later>(values), params), { laterValues: laterNames(values) });
}
