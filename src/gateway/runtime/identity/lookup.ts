/**
 * The authorization API that knows which tenant a credential belongs to. What it said counts for a while; what it did not say lets nobody in. A credential that
 * is known already waits for nobody, and of the questions under way each tenant leaves places to the others.
 */
import { randomBytes } from 'node:crypto';
import type { LookupFact } from '../decision/facts.js';
import { createMemory, type Memory } from '../process/memory.js';
import { createPlaces, type Holder, type Places } from '../process/places.js';
import type { LookupTable } from '../tables/auth.js';
import { digest } from '../wire/digest.js';
import { isObject, parseJson } from '../wire/json-rpc.js';
import type { ask } from './ask.js';

export interface Lookup {
  readonly table: LookupTable;
  /** @param holder who asks, as far as that is known: its tenant may be known by a host or path alone */
  find(credential: string, holder: Pick<Holder, 'tenant' | 'caller'>): LookupFact | Promise<LookupFact>;
  /** The same under other tables: what was answered counts on where the same API is asked. */
  renewed(table: LookupTable): Lookup;
}

/** Questions under way at once, and those that wait for their turn as well. */
const MOST_ASKING = 32;
const MOST_WAITING = 512;
/** Answers that are kept. */
const MOST_KEPT = 20_000;
/** Milliseconds for which a no counts at most, and for which it counts that nobody has answered: somebody may be let in at any time. */
const NO_COUNTS = 5000;
const SILENCE_COUNTS = 1000;
const SWEEP_EVERY = 1000;
/** Bytes of an answer, and characters of a credential that is asked about and of what is said of its caller. */
const MOST_BYTES = 65_536;
const MOST_CREDENTIAL = 16_384;
const MOST_NAME = 256;
const MOST_PERMISSIONS = 200;

interface Kept {
  readonly fact: LookupFact;
  /** Of the monotonic clock. */
  readonly at: number;
  readonly until: number;
}

/** What outlives a reload. */
interface Store {
  readonly memory: Memory<Kept>;
  /** By digest. Whose an answer is says only the answer. */
  readonly owners: Map<string, string>;
  readonly pending: Map<string, Promise<LookupFact>>;
  readonly turns: Turns;
  sweptAt: number;
}

export interface LookupOptions {
  readonly ask: typeof ask;
  readonly now: () => number;
}

const NONE: LookupFact = { kind: 'none' };
/** Nobody who does not see this process can say which digest a credential has. */
const secret = randomBytes(32).toString('base64');

export function createLookup(table: LookupTable, options: LookupOptions): Lookup {
  const owners = new Map<string, string>();
  const memory = createMemory<Kept>(MOST_KEPT, (key) => void owners.delete(key));
  return lookupOf(table, options, { memory, owners, pending: new Map(), turns: createTurns(), sweptAt: -Infinity });
}

function lookupOf(table: LookupTable, options: LookupOptions, store: Store): Lookup {
  const { ask, now } = options;
  const { memory, owners, pending, turns } = store;
  const keep = (key: string, fact: LookupFact, holder: Pick<Holder, 'caller'>): LookupFact => {
    const at = now();
    const before = owners.get(key) ?? `\n${holder.caller}`;
    // Whose it was is remembered over a silence, for its turn to ask.
    const owner = fact.kind === 'tenant' ? `${fact.tenant}\n` : fact.kind === 'none' ? `\n${holder.caller}` : before;
    memory.delete(before, key);
    const kept = { fact, at, until: lastsUntil(fact, at, table) };
    if (memory.set(owner, key, kept) || (sweep(at) && memory.set(owner, key, kept))) owners.set(key, owner);
    return fact;
  };
  /** Forgets what does not count any more, now and then: it has the places of what does. */
  const sweep = (at: number): boolean => {
    if (at - store.sweptAt < SWEEP_EVERY) return false;
    store.sweptAt = at;
    for (const [key, owner] of owners) if ((memory.get(owner, key)?.until ?? 0) <= at) memory.delete(owner, key);
    return true;
  };
  const find = async (key: string, credential: string, holder: Pick<Holder, 'tenant' | 'caller'>): Promise<LookupFact> => {
    // Whoever was known a while ago takes from the share of its tenant, and not from that of all unknown callers.
    const tenant = (owners.get(key) ?? '').split('\n')[0] || holder.tenant;
    const done = await turns.take({ tenant, caller: holder.caller, hasNeighbours: true, hasPeers: true }, table.timeout);
    if (done === null) return unavailable('too many questions to it wait for an answer');
    try {
      return keep(key, await asked(ask, table, credential, now), holder);
    } finally {
      done();
    }
  };
  return {
    table,
    find(credential, holder) {
      if (credential.length > MOST_CREDENTIAL || !/^[\x21-\x7e]+$/.test(credential)) return NONE;
      const key = digest(secret + credential);
      const kept = memory.get(owners.get(key) ?? '', key);
      // A time that a reload has made shorter holds for what was answered before.
      if (kept && now() < Math.min(kept.until, kept.at + table.cache + SILENCE_COUNTS)) return kept.fact;
      const asking = pending.get(key) ?? find(key, credential, holder).finally(() => pending.delete(key));
      pending.set(key, asking);
      return asking;
    },
    renewed: (next) => (isSame(next, table) ? lookupOf(next, options, store) : createLookup(next, options)),
  };
}

const isSame = (one: LookupTable, other: LookupTable): boolean => one.url === other.url && one.header === other.header;
const unavailable = (why: string): LookupFact => ({ kind: 'unavailable', retryAfter: 1, why });

function lastsUntil(fact: LookupFact, at: number, { cache }: LookupTable): number {
  switch (fact.kind) {
    case 'tenant':
      return Math.min(at + cache, fact.until);
    case 'none':
      return at + Math.min(cache, NO_COUNTS);
    case 'unavailable':
      return at + SILENCE_COUNTS;
  }
}

/** Never rejects. */
async function asked(put: typeof ask, { url, header, timeout }: LookupTable, credential: string, now: () => number): Promise<LookupFact> {
  try {
    const headers = { [header]: header === 'authorization' ? `Bearer ${credential}` : credential };
    const { status, text } = await put(url, { method: 'GET', headers, timeout, most: MOST_BYTES });
    if (status === 401 || status === 403 || status === 404) return NONE;
    if (status !== 200) return unavailable(`it answered with status ${status}`);
    return readAnswer(text, now()) ?? unavailable('its answer is not what an authorization API says: {"tenant": "name"}');
  } catch (error) {
    return unavailable((error as Error).message);
  }
}

/** Null for anything that is not exactly meant: half an answer must not let anybody in. */
function readAnswer(text: string, now: number): LookupFact | null {
  const value = parseJson(text);
  if (!isObject(value)) return null;
  const { tenant, subject = null, permissions = [], expiresIn = null } = value;
  if (!isName(tenant) || !(subject === null || isName(subject)) || !isNames(permissions)) return null;
  if (expiresIn !== null && !(typeof expiresIn === 'number' && Number.isFinite(expiresIn) && expiresIn >= 0)) return null;
  return { kind: 'tenant', tenant, subject, permissions, until: expiresIn === null ? Infinity : now + expiresIn * 1000 };
}

/** It stands in logs, in names of owners and in headers to servers. */
const isName = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= MOST_NAME && !/[\x00-\x1f\x7f]/.test(value);
const isNames = (value: unknown): value is string[] => Array.isArray(value) && value.length <= MOST_PERMISSIONS && value.every(isName);

interface Turns {
  /** @returns what ends the turn; null where there is no place to wait, or none was free in time */
  take(holder: Holder, patience: number): Promise<(() => void) | null>;
}

/** Whose turn it is to ask: the first whose tenant and caller leave enough to others. */
function createTurns(): Turns {
  const asking = createPlaces();
  const waiting: Places = createPlaces();
  const queue = new Set<{ readonly holder: Holder; readonly begin: (done: () => void) => void }>();
  const next = (): void => {
    for (const one of queue) {
      const done = take(one.holder);
      if (!done) continue;
      queue.delete(one);
      one.begin(done);
    }
  };
  const take = (holder: Holder): (() => void) | null => {
    const release = asking.take(MOST_ASKING, holder);
    return (
      release &&
      (() => {
        release();
        next();
      })
    );
  };
  return {
    async take(holder, patience) {
      const now = take(holder);
      if (now) return now;
      const leave = waiting.take(MOST_WAITING, holder);
      if (!leave) return null;
      return new Promise((resolve) => {
        const one = {
          holder,
          begin: (done: () => void) => {
            clearTimeout(timer);
            leave();
            resolve(done);
          },
        };
        const timer = setTimeout(() => {
          queue.delete(one);
          leave();
          resolve(null);
        }, patience).unref();
        queue.add(one);
      });
    },
  };
}
