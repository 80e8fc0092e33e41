/** Places for the sessions of a stdio server: who has one, and whose is given to somebody else when all are taken. */
import { createPlaces, type Holder } from '../process/places.js';

export interface Place {
  readonly holder: Holder;
  /** Gives it back, once. */
  release: () => void;
}

/** What has a place and can be ended. */
interface Idle {
  readonly place: Place;
}

export interface SessionPlaces {
  /** Null where all are taken, or this holder's share. */
  take(holder: Holder): Place | null;
  /** The place of one that is idle, which must be ended then; `idle` has the longest idle first. */
  instead<S extends Idle>(holder: Holder, idle: readonly S[]): { readonly place: Place; readonly session: S } | null;
}

export function sessionPlaces(limit: number): SessionPlaces {
  const places = createPlaces();
  const take = (holder: Holder, most = limit): Place | null => {
    const release = places.take(most, holder);
    return release && { holder, release };
  };
  return {
    take,
    instead(holder, idle) {
      const isOwn = ({ place }: Idle): boolean => place.holder.tenant === holder.tenant && place.holder.caller === holder.caller;
      const [longest] = idle;
      // Whoever has used up a share does not get more of it by ending what others have.
      if (places.held >= limit && longest && !isOwn(longest)) {
        longest.place.release();
        const place = take(holder);
        if (place) return { place, session: longest };
        // It keeps its place, whatever its own share would be now.
        longest.place.release = places.take(Infinity, longest.place.holder) ?? longest.place.release;
      }
      // One of its own for another of its own leaves everybody what they have; so does one of its tenant for who holds none.
      const holdsNone = places.heldBy(holder.tenant, holder.caller) === 0;
      const session = idle.find((one) => isOwn(one) || (holdsNone && one.place.holder.tenant === holder.tenant));
      if (!session) return null;
      session.place.release();
      const place = take(holder, Infinity);
      return place && { place, session };
    },
  };
}

/**
 * Seconds after which it is worth asking again: when the first call that keeps a session busy must have ended. `until` is Infinity for a session whose stream
 * stands as long as its client likes. Nobody is sent away for longer than a minute.
 */
export function secondsUntil(until: readonly number[], now: number): number {
  const soonest = Math.min(...until, now + LONGEST_WAIT) - now;
  return Math.max(1, Math.ceil(soonest / 1000));
}

const LONGEST_WAIT = 60_000;
