/** What a modern server says of itself, kept as long and for whom it allows (MCP 2026-07-28, Caching). */
import type { Call } from '../call.js';
import { asObject, at, type Json } from '../../wire/json-rpc.js';
import type { Pool } from '../../upstream/pool.js';
import { UpstreamFault } from '../../wire/fault.js';
import { askModern, encodeHeader } from './requests.js';

const LONGEST = 3_600_000;
/**
 * Tools are looked up for every call, so they are kept for a while also where that is not allowed: a server refuses what it has changed, and is asked
 * again.
 */
const SHORTEST = 60_000;
const MOST_KEPT = 1000;
const MOST_PAGES = 50;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

interface Kept {
  readonly pages: Promise<readonly Json[]>;
  until: number;
}

export interface Hints {
  discover(call: Call): Promise<Json>;
  /** `Mcp-Param-*` of a call; none where the tools cannot be listed. */
  paramHeaders(call: Call, params: unknown, isStale: boolean): Promise<Readonly<Record<string, string>>>;
}

export function createHints(): Hints {
  const ofPools = new WeakMap<Pool, Map<string, Kept>>();

  /** Concurrent askers of one owner share one question. */
  const find = (call: Call, method: string, shortest: number): Promise<readonly Json[]> => {
    const kept = ofPools.get(call.pool) ?? new Map<string, Kept>();
    ofPools.set(call.pool, kept);
    // A server may offer other tools by another query.
    const shared = `${method} ${call.request.query ?? ''}`;
    const own = `${shared} ${call.owner}`;
    const known = [shared, own].map((key) => kept.get(key)).find((one) => one && performance.now() < one.until);
    if (known) return known.pages;
    const found: Kept = { pages: readPages(call, method), until: Infinity };
    kept.set(own, found);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string);
    found.pages.then(
      (pages) => {
        const { ttlMs, cacheScope } = pages.at(-1) ?? {};
        found.until = performance.now() + Math.min(Math.max(Number(ttlMs) || 0, shortest), LONGEST);
        if (cacheScope === 'public') kept.set(shared, found);
      },
      () => kept.delete(own),
    );
    return found.pages;
  };

  return {
    discover: async (call) => (await find(call, 'server/discover', 0))[0] ?? {},
    async paramHeaders(call, params, isStale) {
      if (isStale) ofPools.delete(call.pool);
      const pages = await find(call, 'tools/list', SHORTEST).catch(() => []);
      const tool = pages.flatMap(({ tools }) => tools).find((one) => at(one, 'name') === at(params, 'name'));
      return Object.fromEntries(headersOf(at(tool, 'inputSchema'), at(params, 'arguments')));
    },
  };
}

async function readPages(call: Call, method: string): Promise<readonly Json[]> {
  const pages: Json[] = [];
  for (let cursor: unknown; pages.length === 0 || (typeof cursor === 'string' && pages.length < MOST_PAGES); cursor = pages.at(-1)?.['nextCursor']) {
    const { reply } = await askModern(call, method, { cursor }, call.table.timeouts.firstByte);
    if (!reply || !('result' in reply)) throw new UpstreamFault('answered');
    pages.push(asObject(reply['result']));
  }
  return pages;
}

/** Annotations count only where `properties` alone lead to them (Streamable HTTP § Custom headers). */
function headersOf(schema: unknown, values: unknown): [string, string][] {
  return Object.entries(asObject(at(schema, 'properties'))).flatMap(([name, property]) => {
    const header = at(property, 'x-mcp-header');
    const value = at(values, name);
    const isSaid = typeof header === 'string' && TOKEN.test(header) && ['string', 'number', 'boolean'].includes(typeof value);
    if (isSaid) return [[`mcp-param-${header.toLowerCase()}`, encodeHeader(`${value}`)]];
    // As deep as the arguments, which are bounded; a schema is not.
    return typeof value === 'object' ? headersOf(property, value) : [];
  });
}
