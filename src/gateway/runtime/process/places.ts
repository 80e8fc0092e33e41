/** Places that all callers share, such as streams or bytes of memory: who holds how many, and that nobody takes the last of them. */
export interface Holder {
  readonly tenant: string;
  /** Whether there are other tenants, whose share this one must leave. */
  readonly hasNeighbours: boolean;
  /** The client; its address, where callers have no names. */
  readonly caller: string;
  /** Whether its tenant has other callers, who are to find some of what is the tenant's. Default: false. */
  readonly hasPeers?: boolean;
}

/** Places that become more while they are held, such as the memory of what still arrives. */
export interface Booking {
  /** @returns false where the holder's share, or all there is, is used up; what was booked before stays booked */
  add(limit: number, amount: number): boolean;
  /** Gives back all but so many. */
  keep(amount: number): void;
}

export interface Places {
  readonly held: number;
  /** Those of a tenant, or of one caller of it. */
  heldBy(tenant: string, caller?: string): number;
  /** @returns what gives it back, once; null where the holder's share, or all there is, is used up */
  take(limit: number, holder: Holder, amount?: number): (() => void) | null;
  /** Begins with nothing. */
  book(holder: Holder): Booking;
}

/** Callers that are kept though they hold nothing. */
const MOST_KEPT = 1000;

/** What a tenant holds, and each of its callers. A key of both names would be written and hashed anew with each booking, of which every request has several. */
interface Tenant {
  held: number;
  readonly callers: Map<string, number>;
}

/** Whether one that holds `mine` of `held` places leaves half of what the others leave, when it takes so many more. Who holds nothing yet may take the last. */
export function isShare(limit: number, held: number, mine: number, amount = 1): boolean {
  return held + amount <= limit && (mine === 0 || 2 * (mine + amount) <= limit - (held - mine));
}

/**
 * A tenant has at most half of what the other tenants leave, and a caller at most half of what the other callers leave: whoever comes next finds some.
 * Of what a tenant may have among others, its callers leave each other half in the same way. Who holds nothing yet may take the last place.
 */
export function createPlaces(): Places {
  let all = 0;
  const tenants = new Map<string, Tenant>();
  /** Callers of all tenants that are kept. */
  let kept = 0;
  const heldBy = (tenant: string, caller?: string): number => {
    const known = tenants.get(tenant);
    return (caller === undefined ? known?.held : known?.callers.get(caller)) ?? 0;
  };
  const add = (name: string, caller: string, amount: number): void => {
    const tenant = tenants.get(name) ?? { held: 0, callers: new Map<string, number>() };
    const { callers } = tenant;
    const before = callers.size;
    const held = (callers.get(caller) ?? 0) + amount;
    all += amount;
    tenant.held += amount;
    // Most callers come again soon: those that hold nothing are forgotten only where there are many.
    if (held > 0 || kept <= MOST_KEPT) callers.set(caller, held);
    else callers.delete(caller);
    kept += callers.size - before;
    if (callers.size > 0) tenants.set(name, tenant);
    else tenants.delete(name);
  };
  const book = ({ tenant, hasNeighbours, caller, hasPeers = false }: Holder): Booking => {
    let booked = 0;
    const change = (by: number): void => {
      booked += by;
      add(tenant, caller, by);
    };
    return {
      add(limit, amount) {
        const mine = heldBy(tenant, caller);
        if (!isShare(limit, all, mine, amount)) return false;
        if (hasNeighbours) {
          const ofTenant = heldBy(tenant);
          if (!isShare(limit, all, ofTenant, amount)) return false;
          if (hasPeers && ofTenant > 0 && !isShare((limit - (all - ofTenant)) / 2, ofTenant, mine, amount)) return false;
        }
        change(amount);
        return true;
      },
      keep: (amount) => void (booked > amount && change(amount - booked)),
    };
  };
  return {
    get held() {
      return all;
    },
    heldBy,
    take(limit, holder, amount = 1) {
      const booking = book(holder);
      return booking.add(limit, amount) ? () => booking.keep(0) : null;
    },
    book,
  };
}
