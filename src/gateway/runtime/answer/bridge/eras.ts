/** Which eras the servers speak that do not say so, found out without a call that could do anything (MCP-WIRE §1.5). */
import type { Call } from '../call.js';
import { isModern } from '../../decision/revision.js';
import { at } from '../../wire/json-rpc.js';
import type { Log } from '../../process/log.js';
import type { Pool } from '../../upstream/pool.js';
import { askModern } from './requests.js';

/** A server may be replaced by one of another era. */
const HORIZON = 300_000;
/** What refused or failed may only be starting. */
const SHORT_HORIZON = 30_000;
/** Somebody waits for the look, and passes when it takes too long. */
const MOST_WAIT = 3000;
/** How servers turn away what they do not know. Credentials, rates and failures tell nothing. */
const UNKNOWN_HERE: readonly number[] = [400, 404, 405, 406];

interface Known {
  readonly modern: boolean | null;
  readonly legacy: boolean | null;
  look: Promise<boolean | null>;
  /** Milliseconds of the monotonic clock. */
  lookUntil: number;
  legacyUntil: number;
}

export class Eras {
  readonly #known = new WeakMap<Pool, Known>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Null where it could not be found out. Whoever asks meanwhile waits for the same look. */
  speaksModern(call: Call): Promise<boolean | null> {
    const known = this.#of(call.pool);
    if (performance.now() < known.lookUntil) return known.look;
    known.lookUntil = Infinity;
    return (known.look = look(call).catch(() => null).then((modern) => {
      known.lookUntil = performance.now() + (modern ? HORIZON : SHORT_HORIZON);
      this.#learn(call.pool, { modern });
      return modern;
    }));
  }

  /** What its answer to `initialize` showed. */
  learnLegacy(pool: Pool, legacy: boolean): void {
    this.#of(pool).legacyUntil = performance.now() + HORIZON;
    this.#learn(pool, legacy ? { legacy } : { legacy, modern: true });
  }

  isModernOnly(pool: Pool): boolean {
    const { legacy, legacyUntil } = this.#of(pool);
    return legacy === false && performance.now() < legacyUntil;
  }

  #of(pool: Pool): Known {
    const known = this.#known.get(pool) ?? { modern: null, legacy: null, look: Promise.resolve(null), lookUntil: 0, legacyUntil: 0 };
    this.#known.set(pool, known);
    return known;
  }

  #learn(pool: Pool, news: Partial<Pick<Known, 'modern' | 'legacy'>>): void {
    const known = this.#of(pool);
    const before = [known.modern, known.legacy].join();
    const { modern, legacy } = Object.assign(known, news);
    if (before !== [modern, legacy].join()) this.#log('info', 'era', { server: pool.server, modern, legacy });
  }
}

/** What the gateway itself says in every request. */
const OWN = ['x-request-id', 'x-forwarded-for', 'x-forwarded-host', 'traceparent'];

/** What is found out counts for everybody: a caller must not be able to have the question refused by what it says beside it. */
function withoutCaller(call: Call): Call {
  const { request, table } = call;
  const own = new Set([...OWN, ...(table.transform?.request.set ?? []).map(([name]) => name)]);
  const kept = Object.entries(request.headers).filter(([name]) => own.has(name));
  return { ...call, request: { ...request, headers: { 'user-agent': 'mcpgen-gateway', ...Object.fromEntries(kept) } } };
}

async function look(call: Call): Promise<boolean | null> {
  const { status, reply } = await askModern(withoutCaller(call), 'server/discover', {}, Math.min(call.table.timeouts.firstByte, MOST_WAIT));
  const versions = at(reply, 'result', 'supportedVersions') ?? at(reply, 'error', 'data', 'supported');
  if (Array.isArray(versions)) return versions.some(isModern);
  const code = at(reply, 'error', 'code');
  // Only a server of 2026-07-28 says this to a request that is in order.
  if (code === -32020 || code === -32021) return true;
  return UNKNOWN_HERE.includes(status) || code === -32601 ? false : null;
}
