/** What a modern server says of itself, kept as long and for whom it allows (MCP 2026-07-28, Caching). */
import type { Call } from '../call.js';
import { unusable } from '../unusable.js';
import { createMemory } from '../../process/memory.js';
import { asObject, at, type Json } from '../../wire/json-rpc.js';
import { SERVER_INFO } from '../../wire/meta-keys.js';
import type { Pool } from '../../upstream/pool.js';
import { UpstreamFault } from '../../wire/fault.js';
import { askModern, encodeHeader } from './requests.js';

const LONGEST = 3_600_000;
/**
 * Tools are looked up for every call, so they are kept for a while also where that is not allowed: a server refuses what it has changed, and is asked
 * again.
 */
const SHORTEST = 60_000;
/** Bytes of what is kept of all servers, for all callers together. */
const MOST_KEPT = 8 * 2 ** 20;
/** The same of one that is still being asked, and of what comes with every entry. */
const SMALL = 256;
const MOST_PAGES = 50;
/** Levels of a schema: arguments are not nested more deeply. */
const MOST_LEVELS = 64;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** An argument that is repeated in a header. */
interface Annotation {
  readonly path: readonly string[];
  readonly header: string;
}

/** What is needed later of all pages of an answer: a page itself may have any length. */
interface Said {
  readonly capabilities: unknown;
  readonly instructions: unknown;
  readonly serverInfo: unknown;
  /** By the tool's name; tools without any are not there. */
  readonly annotations: ReadonlyMap<unknown, readonly Annotation[]>;
  readonly ttlMs: unknown;
  readonly isPublic: boolean;
}

interface Kept {
  readonly pool: Pool;
  readonly said: Promise<Said>;
  until: number;
}

export interface Hints {
  discover(call: Call): Promise<Pick<Said, 'capabilities' | 'instructions' | 'serverInfo'>>;
  /** `Mcp-Param-*` of a call; none where the tools cannot be listed. */
  paramHeaders(call: Call, params: unknown, isStale: boolean): Promise<Readonly<Record<string, string>>>;
}

/** What may be shared belongs to no owner. */
const EVERYBODY = '';
/** A server may offer other tools by another query. */
const keyOf = ({ pool, request }: Call, method: string): string => `${pool.server} ${method} ${request.query ?? ''}`;

export function createHints(): Hints {
  const kept = createMemory<Kept>(MOST_KEPT);

  /** Concurrent askers of one owner share one question. */
  const find = (call: Call, method: string, shortest: number): Promise<Said> => {
    const key = keyOf(call, method);
    const isGood = (one: Kept | undefined): one is Kept => one?.pool === call.pool && performance.now() < one.until;
    const known = [EVERYBODY, call.owner].map((owner) => kept.get(owner, key)).find(isGood);
    if (known) return known.said;
    const found: Kept = { pool: call.pool, said: read(call, method), until: Infinity };
    kept.set(call.owner, key, found, SMALL);
    const isLatest = (): boolean => kept.get(call.owner, key) === found;
    found.said.then(
      (said) => {
        found.until = performance.now() + Math.min(Math.max(Number(said.ttlMs) || 0, shortest), LONGEST);
        // It has a size only now.
        const isMine = !said.isPublic;
        if (!isMine && isLatest()) kept.delete(call.owner, key);
        if (!isMine || isLatest()) kept.set(isMine ? call.owner : EVERYBODY, key, found, sizeOf(said));
      },
      () => isLatest() && kept.delete(call.owner, key),
    );
    return found.said;
  };

  return {
    discover: (call) => find(call, 'server/discover', 0),
    async paramHeaders(call, params, isStale) {
      if (isStale) for (const owner of [EVERYBODY, call.owner]) kept.delete(owner, keyOf(call, 'tools/list'));
      const annotations = await find(call, 'tools/list', SHORTEST).then((said) => said.annotations.get(at(params, 'name')), () => undefined);
      return Object.fromEntries((annotations ?? []).flatMap((annotation) => headerOf(annotation, at(params, 'arguments'))));
    },
  };
}

function sizeOf({ annotations, capabilities, instructions, serverInfo }: Said): number {
  return SMALL + JSON.stringify([capabilities, instructions, serverInfo, ...annotations]).length;
}

async function read(call: Call, method: string): Promise<Said> {
  const annotations = new Map<unknown, readonly Annotation[]>();
  let first: Json | null = null;
  let cursor: unknown;
  for (let pages = 0; ; pages++) {
    const asked = await askModern(call, method, { cursor }, call.table.timeouts.firstByte);
    const { reply } = asked;
    // A server that has no tools to list says so each time, and is well.
    if (reply && method === 'tools/list' && !('result' in reply)) throw new UpstreamFault('answered', 'it lists no tools');
    if (!reply || !('result' in reply)) throw unusable(call, asked, method, reply);
    const page = asObject(reply['result']);
    const { tools, nextCursor, ttlMs, cacheScope } = page;
    for (const tool of Array.isArray(tools) ? tools : []) {
      const found = annotationsIn(at(tool, 'inputSchema'));
      if (found.length > 0) annotations.set(at(tool, 'name'), found);
    }
    first ??= page;
    cursor = nextCursor;
    if (typeof cursor === 'string' && pages < MOST_PAGES - 1) continue;
    const { capabilities, instructions, _meta } = first;
    return { capabilities, instructions, serverInfo: at(_meta, SERVER_INFO), annotations, ttlMs, isPublic: cacheScope === 'public' };
  }
}

/** Annotations count only where `properties` alone lead to them (Streamable HTTP § Custom headers). */
function annotationsIn(schema: unknown, path: readonly string[] = []): Annotation[] {
  if (path.length >= MOST_LEVELS) return [];
  return Object.entries(asObject(at(schema, 'properties'))).flatMap(([name, property]) => {
    const header = at(property, 'x-mcp-header');
    const own = typeof header === 'string' && TOKEN.test(header) ? [{ path: [...path, name], header: `mcp-param-${header.toLowerCase()}` }] : [];
    return [...own, ...annotationsIn(property, [...path, name])];
  });
}

function headerOf({ path, header }: Annotation, values: unknown): [string, string][] {
  const value = at(values, ...path);
  return ['string', 'number', 'boolean'].includes(typeof value) ? [[header, encodeHeader(`${value}`)]] : [];
}
