/** Environments: each is the base with its overlay merged in. */
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { didYouMean } from '../diagnostics/closest.js';
import { placesThatMean } from './fields.js';
import { isObject, isPlaceOf, type Json } from './places.js';
import { problem } from './problem.js';
import { NAME } from './schema/scalars.js';
import { SECTIONS } from './sections.js';

export interface Variant {
  /** Null when no environments are declared. */
  readonly environment: string | null;
  readonly value: unknown;
}
export interface Variants {
  readonly variants: readonly Variant[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Where the language has values of several kinds, and when one of an environment replaces the base's; elsewhere objects are merged. */
const UNIONS = [...placesThatMean('replacing')];
/** Objects whose keys are names the user declared. */
const NAMED: ReadonlySet<string> = new Set([...SECTIONS.values()].map(({ path }) => path));
/** A deployment is the same one in every environment. */
const FIXED = ['name', 'environments'];

export function variants(config: unknown): Variants {
  if (!isObject(config) || config['environments'] === undefined) return { variants: [{ environment: null, value: config }], diagnostics: [] };
  const { environments, ...base } = config;
  if (!isObject(environments) || Object.keys(environments).length === 0) {
    return { variants: [], diagnostics: [problem('environment', ['environments'], 'expected an object with at least one environment')] };
  }
  const overlays = Object.entries(environments).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    variants: overlays.flatMap(([environment, overlay]) => (isObject(overlay) ? [{ environment, value: merge(base, overlay) }] : [])),
    diagnostics: overlays.flatMap(([environment, overlay]) => [...overlayProblems(base, environment, overlay)]),
  };
}

function* overlayProblems(base: Json, environment: string, overlay: unknown): Iterable<Diagnostic> {
  const place = ['environments', environment];
  if (!NAME.test(environment)) {
    const message = `"${environment}" cannot be the name of an environment: lower case letters, digits and dashes`;
    yield problem('environment', place, message, { key: true });
  }
  if (isObject(overlay)) yield* inspect(base, overlay, place, []);
  else yield problem('environment', place, 'expected an object');
}

/** Reports entries that the base does not have, and keys that no environment can change. */
function* inspect(base: unknown, overlay: Json, place: readonly string[], path: readonly string[]): Iterable<Diagnostic> {
  const below = isObject(base) ? base : {};
  const section = path.join('.');
  for (const [key, value] of Object.entries(overlay)) {
    const here = [...place, key];
    if (path.length === 0 && FIXED.includes(key)) {
      yield problem('environment', here, `"${key}" cannot differ between environments`, { key: true });
    } else if (NAMED.has(section) && !Object.hasOwn(below, key)) {
      const guess = didYouMean(key, Object.keys(below));
      yield problem('environment', here, `"${key}" is not declared under ${section}; an environment changes what the base declares${guess}`, { key: true });
    } else if (isObject(value) && !replaces(below[key], value, [...path, key])) {
      yield* inspect(below[key], value, here, [...path, key]);
    }
  }
}

function replaces(base: unknown, value: Json, path: readonly string[]): boolean {
  const [, replacing] = UNIONS.find(([pattern]) => isPlaceOf(pattern, path)) ?? [];
  switch (replacing?.by) {
    case undefined:
      return false;
    case 'being there':
      return true;
    case 'tag':
      return Object.hasOwn(value, replacing.tag);
    case 'keys':
      return replacing.keys.some((key) => value[key] != null && !(isObject(base) && base[key] != null));
  }
}

function merge(base: unknown, overlay: unknown, path: readonly string[] = []): unknown {
  if (!isObject(overlay)) return overlay;
  // Without a prototype, or assigning to a key called __proto__ would set the prototype and lose the key.
  const merged: Record<string, unknown> = Object.assign(Object.create(null), isObject(base) && !replaces(base, overlay, path) ? base : {});
  for (const [key, value] of Object.entries(overlay)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = merge(merged[key], value, [...path, key]);
  }
  return { ...merged };
}
