/**
 * Values that are one of several kinds. Each union says what becomes of the base's value when an environment has another: `../overlay.ts` reads that.
 * A member of a later part stands in the list of members as `later(…)`.
 */
import { z } from 'zod';
import { laterNames, withoutLater, type Later } from './later.js';
import { withMeaning, type PartLetter } from './meaning.js';

type Params = z.core.$ZodUnionParams;
type Member = z.ZodType | Later;
type Members<M extends Member> = readonly Exclude<M, Later>[];

/** Kinds of object that a key of theirs, the tag, tells apart. In an environment a value with the tag replaces the base's, one without it is merged. */
export function tagged<const D extends string, M extends z.core.$ZodTypeDiscriminable | Later>(tag: D, members: readonly M[], params?: Params) {
  // Zod wants to see that there is a first member, which a list without its later members cannot show.
  const [first, ...rest] = withoutLater(members) as readonly Exclude<M, Later>[];
  if (first === undefined) throw new TypeError(`a union by ${tag} needs a member`);
  const schema = z.discriminatedUnion(tag, [first, ...rest], params);
  return withMeaning(schema, { replacing: { by: 'tag', tag }, laterValues: laterNames(members) });
}

/** Kinds of object that each have one of these keys. In an environment a value with the key of another kind replaces the base's, any other is merged. */
export function keyed<M extends Member>(keys: readonly string[], members: readonly M[], params?: Params) {
  const schema = z.union(withoutLater(members) as Members<M>, params);
  return withMeaning(schema, { replacing: { by: 'keys', keys }, laterKeys: laterNames(members) });
}

/** One of several kinds of value. What an environment gives always replaces the base's value, and is never merged into it. */
export function oneOf<M extends Member>(members: readonly M[], params?: Params) {
  const schema = z.union(withoutLater(members) as Members<M>, params);
  return replacedWhole(schema, laterNames(members));
}

/** A value that an environment replaces whole, and never changes in part. */
export function replacedWhole<S extends z.ZodType>(schema: S, laterKeys: Readonly<Record<string, PartLetter>> = {}): S {
  return withMeaning(schema, { replacing: { by: 'being there' }, laterKeys });
}
