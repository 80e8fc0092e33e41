/** Refuses what a later part of the work brings, with that part: which keys and values these are is said in the schema, by `later(…)`. */
import type { ConfigPath } from '../diagnostics/diagnostic.js';
import { below, FIELDS } from './fields.js';
import { isPlaceOf } from './places.js';
import { problem, type Problem } from './problem.js';
import { PARTS, type PartLetter } from './schema/meaning.js';

/** By config path. */
export const LATER_KEYS: readonly (readonly [pattern: string, part: PartLetter])[] = FIELDS.flatMap(({ pattern, meaning: { laterKeys = {} } }) =>
  Object.entries(laterKeys).map(([key, part]) => [below(pattern, key), part] as const),
);

/** Values of keys that exist, by config path; those of a tagged union are at its tag. */
export const LATER_VALUES: readonly (readonly [pattern: string, value: string, part: PartLetter])[] = FIELDS.flatMap(
  ({ pattern, meaning: { laterValues = {}, replacing } }) => {
    const place = replacing?.by === 'tag' ? below(pattern, replacing.tag) : pattern;
    return Object.entries(laterValues).map(([value, part]) => [place, value, part] as const);
  },
);

/** The part that brings this key, or null when no part does. */
export function laterKey(path: ConfigPath): PartLetter | null {
  return LATER_KEYS.find(([pattern]) => isPlaceOf(pattern, path))?.[1] ?? null;
}

/** The part that brings this value, or null when no part does. */
export function laterValue(path: ConfigPath, value: unknown): PartLetter | null {
  return LATER_VALUES.find(([pattern, laterValue]) => laterValue === value && isPlaceOf(pattern, path))?.[2] ?? null;
}

export function laterDiagnostic(what: string, part: PartLetter, path: ConfigPath, key: boolean): Problem {
  const help = 'this version refuses it rather than ignore it; leave it out';
  return problem('later', path, `${what} belongs to a later version of mcpgen (${PARTS[part]})`, { help, key });
}
