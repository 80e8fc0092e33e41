/** Which eras the servers speak that do not say so, found out without a call that could do anything (MCP-WIRE §1.5). */
import type { Call } from '../call.js';
import { isModern } from '../decision/revision.js';
import type { Log } from '../log.js';
import type { Pool } from '../upstream/pool.js';
import { readReply } from './answers.js';
import { asObject, codeOf } from './json-rpc.js';
import { modernRequest } from './requests.js';

/** A server may be replaced by one of another era. */
const HORIZON = 300_000;
/** What refused or failed may only be starting. */
const SHORT_HORIZON = 30_000;
const MOST_WAIT = 10_000;
/** Only a server of 2026-07-28 says this to a request that is in order. */
const MODERN_CODES: readonly unknown[] = [-32020, -32021];
/** How servers turn away what they do not know. Credentials, rates and failures tell nothing. */
const UNKNOWN_HERE: ReadonlySet<number> = new Set([400, 404, 405, 406]);

interface Known {
  modern: boolean | null;
  legacy: boolean | null;
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
    known.look = look(call).catch(() => null).then((modern) => {
      known.lookUntil = performance.now() + (modern ? HORIZON : SHORT_HORIZON);
      this.#learn(call.pool, known, { ...known, modern });
      return modern;
    });
    return known.look;
  }

  /** What its answer to `initialize` showed. */
  learnLegacy(pool: Pool, legacy: boolean): void {
    const known = this.#of(pool);
    known.legacyUntil = performance.now() + HORIZON;
    this.#learn(pool, known, { modern: legacy ? known.modern : true, legacy });
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

  #learn({ server }: Pool, known: Known, { modern, legacy }: Pick<Known, 'modern' | 'legacy'>): void {
    if (known.modern === modern && known.legacy === legacy) return;
    Object.assign(known, { modern, legacy });
    this.#log('info', 'era', { server, modern, legacy });
  }
}

async function look(call: Call): Promise<boolean | null> {
  const wait = Math.min(call.table.timeouts.firstByte, MOST_WAIT);
  const message = { jsonrpc: '2.0', id: 'mcpgen', method: 'server/discover' };
  const { response } = await call.send(modernRequest(call, message, AbortSignal.timeout(wait)), { repeats: 1 });
  const reply = await readReply(response, wait);
  const versions = asObject(reply?.['result'])['supportedVersions'] ?? asObject(asObject(reply?.['error'])['data'])['supported'];
  if (Array.isArray(versions)) return versions.some(isModern);
  const code = codeOf(reply);
  if (MODERN_CODES.includes(code)) return true;
  return UNKNOWN_HERE.has(response.status) || code === -32601 ? false : null;
}
