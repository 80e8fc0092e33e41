/** Which eras the servers speak that do not say so, found out without a request that could do anything (MCP-WIRE §1.5). */
import type { Call } from '../call.js';
import { isModern } from '../../decision/revision.js';
import { at } from '../../wire/json-rpc.js';
import type { Log } from '../../process/log.js';
import type { Pool } from '../../upstream/pool.js';
import { askModern } from './requests.js';

/** Milliseconds for which a find counts: a server may be replaced by one of another era. */
const HORIZON = 300_000;
/** The same where a server refused or failed: it may only be starting. */
const SHORT_HORIZON = 30_000;
/** Milliseconds of a look: somebody waits for it, and passes when it takes too long. */
const MOST_WAIT = 3000;
/** How servers turn away what they do not know. Credentials, rates and failures tell nothing. */
const UNKNOWN_HERE: readonly number[] = [400, 404, 405, 406];

/** Whether a server speaks an era; null where it could not be found out. */
type Speaks = boolean | null;

interface Known {
  readonly modern: Speaks;
  readonly legacy: Speaks;
  /** The look that is under way. */
  look: Promise<Speaks> | null;
  /** What the last look showed, and until when that counts, in milliseconds of the monotonic clock. */
  shown: Speaks;
  shownUntil: number;
  legacyUntil: number;
}

export interface Eras {
  /** Known from the last look, or a promise of it. Whoever asks meanwhile waits for the same look. */
  speaksModern(call: Call): Speaks | Promise<Speaks>;
  /** What the server's answer to `initialize` showed. */
  learnLegacy(pool: Pool, legacy: boolean): void;
  isModernOnly(pool: Pool): boolean;
}

export function createEras(log: Log): Eras {
  const ofPools = new WeakMap<Pool, Known>();
  const of = (pool: Pool): Known => {
    let known = ofPools.get(pool);
    if (!known) ofPools.set(pool, (known = { modern: null, legacy: null, look: null, shown: null, shownUntil: 0, legacyUntil: 0 }));
    return known;
  };
  const learn = (pool: Pool, news: Partial<Pick<Known, 'modern' | 'legacy'>>): void => {
    const known = of(pool);
    const before = [known.modern, known.legacy].join();
    const { modern, legacy } = Object.assign(known, news);
    if (before !== [modern, legacy].join()) log('info', 'era', { server: pool.server, modern, legacy });
  };
  return {
    speaksModern(call) {
      const known = of(call.pool);
      if (performance.now() < known.shownUntil) return known.shown;
      return (known.look ??= look(call).catch(() => null).then((modern) => {
        known.look = null;
        known.shown = modern;
        known.shownUntil = performance.now() + (modern ? HORIZON : SHORT_HORIZON);
        learn(call.pool, { modern });
        return modern;
      }));
    },
    learnLegacy(pool, legacy) {
      of(pool).legacyUntil = performance.now() + HORIZON;
      learn(pool, legacy ? { legacy } : { legacy, modern: true });
    },
    isModernOnly(pool) {
      const { legacy, legacyUntil } = of(pool);
      return legacy === false && performance.now() < legacyUntil;
    },
  };
}

/** What the gateway itself says in every request. */
const OWN = ['x-request-id', 'x-forwarded-for', 'x-forwarded-host', 'traceparent'];

/** The call without what its caller says. What is found out counts for everybody, and a caller must not be able to have the look refused. */
function withoutCaller(call: Call): Call {
  const { request, table } = call;
  const own = new Set([...OWN, ...(table.transform?.request.set ?? []).map(([name]) => name)]);
  const kept = Object.entries(request.headers).filter(([name]) => own.has(name));
  return { ...call, request: { ...request, headers: { 'user-agent': 'mcpgen-gateway', ...Object.fromEntries(kept) } } };
}

async function look(call: Call): Promise<Speaks> {
  const { status, reply } = await askModern(withoutCaller(call), 'server/discover', {}, Math.min(call.table.timeouts.firstByte, MOST_WAIT));
  const versions = at(reply, 'result', 'supportedVersions') ?? at(reply, 'error', 'data', 'supported');
  if (Array.isArray(versions)) return versions.some(isModern);
  const code = at(reply, 'error', 'code');
  // Only a server of 2026-07-28 says this to a request that is in order.
  if (code === -32020 || code === -32021) return true;
  return UNKNOWN_HERE.includes(status) || code === -32601 ? false : null;
}
