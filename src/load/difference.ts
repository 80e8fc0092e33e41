import type { ConfigPath } from '../diagnostics/diagnostic.js';

/** The first path, in the order of the first value, at which two plain values differ. Null when they are equal; the order of keys does not count. */
export function firstDifference(one: unknown, other: unknown): ConfigPath | null {
  return compare(one, other, new Map());
}

/** The map `equal` holds pairs that were already found equal, so that a part which is used in many places is compared once. */
function compare(one: unknown, other: unknown, equal: Map<object, object>): ConfigPath | null {
  if (Object.is(one, other)) return null;
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) return [];
  if (equal.get(one) === other) return null;
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const segment = Array.isArray(one) ? Number(key) : key;
    if (!Object.hasOwn(one, key) || !Object.hasOwn(other, key)) return [segment];
    const inner = compare(one[key], other[key], equal);
    if (inner !== null) return [segment, ...inner];
  }
  equal.set(one, other);
  return null;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
