/** Which eras the servers speak that do not say so, found out without a request that could do anything (MCP-WIRE §1.5). */
import type { Call } from '../call.js';
import { isModern } from '../../decision/revision.js';
import { at, messageText } from '../../wire/json-rpc.js';
import type { Log } from '../../process/log.js';
import type { Pool } from '../../upstream/pool.js';
import { discard } from '../../upstream/deliver.js';
import { readBody } from '../../wire/read-body.js';
import { readReply } from './answers.js';
import { askModern, OWN_INFO, plainHeaders } from './requests.js';

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

/** Whether the body of an answer to `initialize` is one that only a server of 2026-07-28 gives. */
export type IsModernRefusal = (call: Call, body: Buffer) => Promise<boolean>;

export interface Eras {
  /** Known from the last look, or a promise of it. Whoever asks meanwhile waits for the same look. */
  speaksModern(call: Call): Speaks | Promise<Speaks>;
  /**
   * Finds out whether the server takes an introduction, unless that is known. The gateway introduces itself, under the legacy revision `served`: what a caller
   * says in its own must not decide how others are answered. `isModernRefusal` tells how a server of 2026-07-28 alone turns it away.
   */
  lookLegacy(call: Call, served: string, isModernRefusal: IsModernRefusal): Promise<void>;
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
        known.shownUntil = performance.now() + (modern ? HORIZON : learnsNothing(call, modern) ? 0 : SHORT_HORIZON);
        learn(call.pool, { modern });
        return modern;
      }));
    },
    async lookLegacy(call, served, isModernRefusal) {
      const known = of(call.pool);
      if (performance.now() < known.legacyUntil) return;
      // Whoever asks meanwhile is answered as if it were open, which it is.
      known.legacyUntil = performance.now() + SHORT_HORIZON;
      const legacy = await introduceSelf(withoutCaller(call), served, isModernRefusal).catch(() => null);
      known.legacyUntil = performance.now() + (learnsNothing(call, legacy) ? 0 : legacy === null ? SHORT_HORIZON : HORIZON);
      learn(call.pool, legacy === false ? { legacy, modern: true } : { legacy });
    },
    isModernOnly(pool) {
      const { legacy, legacyUntil } = of(pool);
      return legacy === false && performance.now() < legacyUntil;
    },
  };
}

/** A server that turned away the token of one caller has said nothing to the others. */
const learnsNothing = ({ vouching }: Call, found: Speaks): boolean => found === null && vouching?.wantsToken === true;

/** What the gateway itself says in every request. */
const OWN = ['x-request-id', 'x-forwarded-for', 'x-forwarded-host', 'traceparent'];

/** The call without what its caller says. What is found out counts for everybody, and a caller must not be able to have the look refused. */
function withoutCaller(call: Call): Call {
  const { request, table } = call;
  const own = new Set([...OWN, ...(table.transform?.request.set ?? []).map(([name]) => name)]);
  const kept = Object.entries(request.headers).filter(([name]) => own.has(name));
  return { ...call, request: { ...request, query: '', headers: { 'user-agent': 'mcpgen-gateway', ...Object.fromEntries(kept) } } };
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

/** A session that this opens is ended again. */
async function introduceSelf(call: Call, protocolVersion: string, isModernRefusal: IsModernRefusal): Promise<Speaks> {
  const wait = Math.min(call.table.timeouts.firstByte, MOST_WAIT);
  const signal = AbortSignal.timeout(wait);
  const headers = plainHeaders(call);
  const params = { protocolVersion, capabilities: {}, clientInfo: OWN_INFO };
  const body = Buffer.from(messageText({ id: 'mcpgen', method: 'initialize', params }));
  const { instance, response } = await call.send({ method: 'POST', headers, body, signal }, { repeats: 1 });
  const { status } = response;
  if (status === 400 || status === 404) return (await isModernRefusal(call, await readBody(response.body, wait))) ? false : null;
  const reply = await readReply(response, wait);
  const session = response.headers['mcp-session-id'];
  if (typeof session === 'string') {
    const end = { method: 'DELETE', headers: { ...headers, 'mcp-session-id': session, 'mcp-protocol-version': protocolVersion }, body: null, signal };
    await call.send(end, { at: instance }).then((ended) => discard(ended.response), () => {});
  }
  return status === 200 && typeof at(reply, 'result', 'protocolVersion') === 'string' ? true : null;
}
