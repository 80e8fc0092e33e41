import type { PerPlacement, PerSurroundings, Placement, Surroundings } from '../gateway/runtime/tables/placement.js';

/** A value for each placement; the compiler asks for one that is added to the tables. */
export function perPlacement<T>(value: (placement: Placement) => T): PerPlacement<T> {
  return { ...perSurroundings(value), image: value('image') };
}

/** A value for each placement that servers are found in by ways of its own. */
export function perSurroundings<T>(value: (placement: Surroundings) => T): PerSurroundings<T> {
  return { local: value('local'), compose: value('compose'), kubernetes: value('kubernetes'), fly: value('fly') };
}
