/**
 * Values that are one of several kinds. DESIGN wants each to say what an environment does with it: `../overlay.ts` reads that here. Members of a later
 * part stand in the list as `later(…)`.
 */
import { z } from 'zod';
import { laterNames, withoutLater, type Later } from './later.js';
import { withMeaning } from './meaning.js';

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

/** Kinds of value of which an environment always gives a whole one. */
export function oneOf<M extends Member>(members: readonly M[], params?: Params) {
  const schema = z.union(withoutLater(members) as Members<M>, params);
  return replacedWhole(schema, laterNames(members));
}

/** An object that an environment never changes in part. */
export function replacedWhole<S extends z.ZodType>(schema: S, laterKeys = {}): S {
  return withMeaning(schema, { replacing: { by: 'being there' }, laterKeys });
}
