import type { PerSurroundings, Surroundings } from '../gateway/runtime/tables/placement.js';

/** A value for each placement in which servers are found by a way of its own; the compiler asks for one that is added to the tables. */
export function perSurroundings<T>(value: (placement: Surroundings) => T): PerSurroundings<T> {
  return { local: value('local'), compose: value('compose'), kubernetes: value('kubernetes'), fly: value('fly') };
}
