/** Places that all callers share, such as streams or bytes of memory: who holds how many, and that nobody takes the last of them. */
export interface Holder {
  readonly tenant: string;
  /** Whether there are other tenants, whose share this one must leave. */
  readonly hasNeighbours: boolean;
  /** The client; its address, where callers have no names. */
  readonly caller: string;
}

export interface Places {
  readonly held: number;
  heldBy(tenant: string): number;
  /** @returns what gives it back, once; null where the holder's share, or all there is, is used up */
  take(limit: number, holder: Holder, amount?: number): (() => void) | null;
}

/**
 * A tenant has at most half of what the other tenants leave, and a caller at most half of what the other callers leave: whoever comes next finds some.
 * Who holds nothing yet may take the last place.
 */
export function createPlaces(): Places {
  let all = 0;
  const groups = new Map<string, number>();
  const heldIn = (group: string): number => groups.get(group) ?? 0;
  const add = (group: string, amount: number): void => {
    const held = heldIn(group) + amount;
    if (held > 0) groups.set(group, held);
    else groups.delete(group);
  };
  const isShareOf = (group: string, amount: number, limit: number): boolean => {
    const held = heldIn(group);
    return held === 0 || 2 * (held + amount) <= limit - (all - held);
  };
  return {
    get held() {
      return all;
    },
    heldBy: heldIn,
    take(limit, { tenant, hasNeighbours, caller }, amount = 1) {
      // Names of tenants have no blanks: no caller is taken for a tenant.
      const group = `${tenant} ${caller}`;
      if (all + amount > limit || !isShareOf(group, amount, limit) || (hasNeighbours && !isShareOf(tenant, amount, limit))) return null;
      const change = (by: number): void => {
        all += by;
        add(tenant, by);
        add(group, by);
      };
      change(amount);
      let isHeld = true;
      return () => {
        if (isHeld) change(-amount);
        isHeld = false;
      };
    },
  };
}
