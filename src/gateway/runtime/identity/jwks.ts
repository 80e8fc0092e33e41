/**
 * The keys of one issuer (RFC 7517 §5): fetched from the one URL that the config names, before anybody asks for them, and again before they are old. While
 * that fails the last ones are used for a bounded time, and then none.
 */
import { CLOCK, jitter, type Clock } from '../process/clock.js';
import type { Log } from '../process/log.js';
import { createPlaces } from '../process/places.js';
import { digest } from '../wire/digest.js';
import { parseJson, at } from '../wire/json-rpc.js';
import { ask, type Told } from './ask.js';
import { keyOf, type VerifyingKey } from './signature.js';

/** Nobody can say whether a token is good. */
export interface Unavailable {
  readonly kind: 'unavailable';
  /** Seconds. */
  readonly retryAfter: number;
  readonly why: string;
}

export interface KeySource {
  /** Those by which a token of this algorithm may be signed. A `kid` is a name to look up, and nothing else. */
  candidates(kid: string | undefined, algorithm: string): readonly VerifyingKey[];
  /**
   * Waits until `isFound`, or until the issuer has been asked once more. An issuer is asked seldom, however many tokens name keys that it does not have.
   * @param caller whose share of the places for those that wait it takes @returns null where the keys are the issuer's of now
   */
  renew(caller: string, isFound: () => boolean): Promise<Unavailable | null>;
  /** Asks its issuer if nobody has; nothing waits for that. */
  warm(): void;
  /** Another number as soon as the issuer says other keys, or none count any more: what was accepted by a key that is withdrawn is judged anew then. */
  version(): number;
  /** Whoever waits for its keys is told that there will be none. */
  close(): void;
}

/** Milliseconds in which keys must be there. */
const TIMEOUT = 5000;
/** Milliseconds between the beginnings of two questions to an issuer that answers. */
const PAUSE = 5000;
/** The longest pause where it does not answer; the first is `PAUSE`, and each is twice the one before. */
const MOST_PAUSE = 15_000;
/** Milliseconds for which keys are believed, where `Cache-Control` does not say, at least and at most: for so long a key that the issuer withdraws is good. */
const USUAL_AGE = 600_000;
const LEAST_AGE = 60_000;
const MOST_AGE = 3_600_000;
/** Milliseconds for which old keys are used beyond that, while the issuer cannot be reached. */
const STALE = 3_600_000;
/** Keys of a set that are looked at, and requests that wait for one. */
const MOST_KEYS = 50;
const MOST_WAITING = 256;
/** Keys that are tried for a token which names none. */
const MOST_TRIED = 4;
/** Stands in place of a version while no key counts. */
const NONE_USABLE = -1;

export interface JwksOptions {
  readonly issuer: string;
  readonly url: string;
  readonly log: Log;
  /** Default: `ask`. */
  readonly fetch?: (url: string, options: { readonly timeout: number }) => Promise<Told>;
  readonly clock?: Clock;
}

export function createJwks({ issuer, url, log, fetch = ask, clock = CLOCK }: JwksOptions): KeySource {
  let keys: readonly VerifyingKey[] = [];
  let usableUntil = -Infinity;
  /** How many questions have begun, and before when no other does. */
  let begun = 0;
  let nextAt = -Infinity;
  /** Questions in a row that failed, and why the last did. */
  let failures = 0;
  let why = 'it has not answered yet';
  let known = '';
  /** A digest of the last set, and how many different ones there have been. */
  let said = '';
  let version = 0;
  let isClosed = false;
  let turn: Promise<void> | null = null;
  let cancel = (): void => {};
  const waiting = createPlaces();

  const failed = (cause: string): void => {
    failures++;
    why = cause;
    nextAt = clock.now() + Math.min(MOST_PAUSE, PAUSE * 2 ** (failures - 1)) * jitter(clock);
    wake(nextAt - clock.now());
    if (failures === 1) log('warn', 'issuer-unavailable', { issuer, cause, usable_keys: usable().length });
  };
  const load = async (): Promise<void> => {
    if (isClosed) return;
    begun++;
    nextAt = clock.now() + PAUSE;
    try {
      const told = await fetch(url, { timeout: TIMEOUT });
      if (isClosed) return;
      const { found, passedOver } = keysIn(told);
      const age = ageOf(told);
      keys = found;
      const set = digest(told.text);
      if (set !== said) [said, version] = [set, version + 1];
      failures = 0;
      usableUntil = clock.now() + age + STALE;
      // Sooner than that, so that no request meets keys that are old.
      wake(age * 0.8 * jitter(clock));
      const names = found.map(({ kid }) => kid?.slice(0, 64) ?? '-').join(' ').slice(0, 1000);
      if (names !== known) log('info', 'issuer-keys', { issuer, keys: names, passed_over: passedOver });
      known = names;
    } catch (error) {
      if (!isClosed) failed((error as Error).message);
    }
  };
  /** The question that is under way, or the next there will be: all who wait for one wait for the same. */
  const asked = (): Promise<void> => {
    const wait = nextAt - clock.now();
    turn ??= (wait > 0 ? new Promise<void>((resolve) => void clock.after(wait, resolve)).then(load) : load()).finally(() => (turn = null));
    return turn;
  };
  const wake = (ms: number): void => {
    cancel();
    cancel = isClosed ? cancel : clock.after(Math.max(0, ms), () => void asked());
  };
  const usable = (): readonly VerifyingKey[] => (clock.now() < usableUntil ? keys : []);
  const unavailable = (cause: string): Unavailable => {
    return { kind: 'unavailable', retryAfter: Math.max(1, Math.ceil((nextAt - clock.now()) / 1000)), why: cause };
  };
  /** It did not answer a moment ago: who comes now is told so at once, and does not wait for it as well. */
  const isResting = (): boolean => failures > 0 && clock.now() < nextAt;

  const source: KeySource = {
    candidates(kid, algorithm) {
      const found = usable().filter((key) => (kid === undefined || key.kid === kid) && key.fits(algorithm));
      return found.length > MOST_TRIED ? found.slice(0, MOST_TRIED) : found;
    },
    async renew(caller, isFound) {
      if (isResting()) return unavailable(why);
      const leave = waiting.take(MOST_WAITING, { tenant: '', hasNeighbours: false, caller });
      if (!leave) return unavailable('too many wait for its keys');
      try {
        // What had begun before may not know yet what this token is signed with.
        for (const before = begun; !isFound() && begun === before; ) {
          await asked();
          if (isClosed) return unavailable('a reload has taken its keys out of the config');
          if (failures > 0) return unavailable(why);
        }
        return null;
      } finally {
        leave();
      }
    },
    warm() {
      if (begun === 0) void asked();
    },
    version: () => (clock.now() < usableUntil ? version : NONE_USABLE),
    close() {
      isClosed = true;
      cancel();
    },
  };
  return source;
}

/** For issuers whose key is in the config's hands. */
export function fixedKey(key: VerifyingKey): KeySource {
  return {
    candidates: (_kid, algorithm) => (key.fits(algorithm) ? [key] : []),
    renew: () => Promise.resolve(null),
    warm: () => {},
    version: () => 0,
    close: () => {},
  };
}

/** @throws where no key can be used: an issuer without keys is one that says nothing */
function keysIn({ status, text }: Told): { readonly found: readonly VerifyingKey[]; readonly passedOver: number } {
  if (status !== 200) throw new Error(`it answers ${status} where its keys should be`);
  const all = at(parseJson(text), 'keys');
  if (!Array.isArray(all)) throw new Error('its answer is no set of keys (RFC 7517)');
  const found = all.slice(0, MOST_KEYS).flatMap((one: unknown) => keyOf(one) ?? []);
  if (found.length === 0) throw new Error(`none of its ${all.length} keys can verify a token`);
  return { found, passedOver: all.length - found.length };
}

function ageOf({ headers }: Told): number {
  const said = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(headers['cache-control'] ?? '')?.[1];
  return said === undefined ? USUAL_AGE : Math.min(MOST_AGE, Math.max(LEAST_AGE, 1000 * Number(said)));
}
