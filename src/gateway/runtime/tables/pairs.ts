/**
 * A lookup as the tables hold it: an array of pairs, not an object, because a key such as `__proto__` in an object literal would set the prototype.
 * `decision/lookups.ts` makes a Map of each at start.
 */
export type Pairs<T> = readonly (readonly [string, T])[];
