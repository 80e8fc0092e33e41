import type { PerPlacement, Placement } from '../gateway/runtime/tables/placement.js';

/** Where a gateway process runs. Policy is the same in all of them, addresses are not. */
export const PLACEMENTS = ['local', 'compose', 'kubernetes', 'fly', 'image'] as const satisfies readonly Placement[];

/** A value for each placement; the compiler asks for one that is added to the tables. */
export function perPlacement<T>(value: (placement: Placement) => T): PerPlacement<T> {
  return { local: value('local'), compose: value('compose'), kubernetes: value('kubernetes'), fly: value('fly'), image: value('image') };
}
