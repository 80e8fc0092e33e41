/** What a modern server says of itself, kept as long and for whom it allows (MCP 2026-07-28, Caching). */
import type { Call } from '../call.js';
import type { Pool } from '../upstream/pool.js';
import { UpstreamFault } from '../upstream/upstream.js';
import { readReply } from './answers.js';
import { asObject, type Json } from './json-rpc.js';
import { encodeHeader, modernRequest } from './requests.js';

const LONGEST = 3_600_000;
/** Tools are looked up for every call: a server that allows no caching at all is asked this seldom. It refuses what it has changed, and is asked again. */
const SHORTEST_TOOLS = 60_000;
const MOST_KEPT = 1000;
const MOST_PAGES = 50;
const EVERYBODY = '';
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Header → the path of the argument it repeats. */
type ParamHeaders = readonly (readonly [header: string, path: readonly string[]])[];
interface Loaded<T> {
  readonly value: T;
  /** Of the server's last answer. */
  readonly result: Json;
}
interface Kept {
  readonly value: Promise<unknown>;
  until: number;
}

export class Hints {
  readonly #kept = new WeakMap<Pool, Map<string, Kept>>();

  discover(call: Call): Promise<Json> {
    return this.#find(call, 'discover', 0, async () => {
      const result = await resultOf(call, 'server/discover', {});
      if (!Array.isArray(result['supportedVersions'])) throw new UpstreamFault('answered');
      return { value: result, result };
    });
  }

  /** `Mcp-Param-*` of a call; none where the tools cannot be listed. */
  async paramHeaders(call: Call, params: Json, isStale: boolean): Promise<Readonly<Record<string, string>>> {
    if (isStale) this.#kept.get(call.pool)?.clear();
    const tools = await this.#find(call, 'tools', SHORTEST_TOOLS, () => listTools(call)).catch(() => null);
    const headers = tools?.get(params['name']) ?? [];
    return Object.fromEntries(headers.flatMap(([header, path]) => valueAt(params['arguments'], path).map((value) => [header, value])));
  }

  /** Concurrent askers of one owner share one question. */
  #find<T>(call: Call, what: string, shortest: number, load: () => Promise<Loaded<T>>): Promise<T> {
    const kept = this.#kept.get(call.pool) ?? new Map<string, Kept>();
    this.#kept.set(call.pool, kept);
    const own = `${what} ${call.owner}`;
    const known = [`${what} ${EVERYBODY}`, own].map((key) => kept.get(key)).find((entry) => entry && performance.now() < entry.until);
    if (known) return known.value as Promise<T>;
    const loading = load();
    const entry: Kept = { value: loading.then(({ value }) => value), until: Infinity };
    kept.set(own, entry);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string);
    loading.then(
      ({ result: { ttlMs, cacheScope } }) => {
        entry.until = performance.now() + Math.min(Math.max(Number(ttlMs) || 0, shortest), LONGEST);
        if (cacheScope === 'public') kept.set(`${what} ${EVERYBODY}`, entry);
      },
      () => kept.delete(own),
    );
    return entry.value as Promise<T>;
  }
}

async function resultOf(call: Call, method: string, params: Json): Promise<Json> {
  const wait = call.table.timeouts.firstByte;
  const { response } = await call.send(modernRequest(call, { jsonrpc: '2.0', id: 'mcpgen', method, params }, AbortSignal.timeout(wait)), { repeats: 1 });
  const result = (await readReply(response, wait))?.['result'];
  if (response.status !== 200 || result === undefined) throw new UpstreamFault('answered');
  return asObject(result);
}

async function listTools(call: Call): Promise<Loaded<ReadonlyMap<unknown, ParamHeaders>>> {
  const tools = new Map<unknown, ParamHeaders>();
  let params: Json = {};
  for (let page = 1; ; page++) {
    const result = await resultOf(call, 'tools/list', params);
    for (const tool of [result['tools']].flat().map(asObject)) tools.set(tool['name'], headersIn(asObject(tool['inputSchema']), []));
    const cursor = result['nextCursor'];
    if (typeof cursor !== 'string' || page === MOST_PAGES) return { value: tools, result };
    params = { cursor };
  }
}

/** Annotations count only where `properties` alone lead to them (Streamable HTTP § Custom headers). */
function headersIn(schema: Json, path: readonly string[]): ParamHeaders {
  return Object.entries(asObject(schema['properties'])).flatMap(([name, value]) => {
    const property = asObject(value);
    const header = property['x-mcp-header'];
    const own = typeof header === 'string' && TOKEN.test(header) ? [[`mcp-param-${header.toLowerCase()}`, [...path, name]] as const] : [];
    return [...own, ...headersIn(property, [...path, name])];
  });
}

function valueAt(value: unknown, path: readonly string[]): string[] {
  const found = path.reduce((object: unknown, name) => (Object.hasOwn(asObject(object), name) ? asObject(object)[name] : undefined), value);
  return ['string', 'number', 'boolean'].includes(typeof found) ? [encodeHeader(`${found}`)] : [];
}
