import type { ConfigPath, PathSegment } from '../diagnostics/diagnostic.js';

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The places of a config that a pattern names: `*` is any name, `#` any place in a list. What has another shape has none of them. */
export function* placesOf(value: unknown, pattern: string): Iterable<readonly [path: ConfigPath, value: unknown]> {
  yield* below(value, pattern.split('.'), []);
}

function* below(value: unknown, [key, ...rest]: readonly string[], path: ConfigPath): Iterable<readonly [ConfigPath, unknown]> {
  if (key === undefined) {
    yield [path, value];
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== (key === '#')) return;
  const keys = Object.keys(value).filter((own) => key === '#' || key === '*' || own === key);
  for (const own of keys) yield* below((value as Record<string, unknown>)[own], rest, [...path, key === '#' ? Number(own) : own]);
}

/** Whether a path is one of those that a pattern names. */
export function isPlaceOf(pattern: string, path: readonly PathSegment[]): boolean {
  const parts = pattern.split('.');
  return parts.length === path.length && parts.every((part, i) => part === '*' || part === String(path[i]) || (part === '#' && typeof path[i] === 'number'));
}
