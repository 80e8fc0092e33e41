/**
 * Names that servers have been seen to list, for each caller that has rules. A name that has not been seen is looked for by lists in the caller's own
 * context. What one caller asks for costs no other anything: lists are asked for at most every few seconds for each owner, by few at once, and kept in shares.
 */
import { randomBytes } from 'node:crypto';
import { parseMessage } from '../../decision/message.js';
import { createMemory } from '../../process/memory.js';
import { createPlaces } from '../../process/places.js';
import { readOwner } from '../../identity/principal.js';
import type { ItemKind } from '../../tables/rules.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { discard } from '../../upstream/deliver.js';
import { CodedError } from '../../wire/cause.js';
import { UpstreamFault } from '../../wire/fault.js';
import { asObject, at, POST_HEADERS } from '../../wire/json-rpc.js';
import { membersOf, objectText } from '../../wire/json-members.js';
import { memberText } from '../../wire/json-text.js';
import { parseJson } from '../../wire/json-rpc.js';
import { readReplyText } from '../bridge/answers.js';
import type { Call } from '../call.js';

/** Sends a request of the same caller, in the same session, to the same server. */
export type Ask = (call: Call) => Promise<UpstreamResponse>;

/** What is told of the names in one list. */
export interface Learner {
  see(kind: ItemKind, name: string): void;
  keep(): void;
}

export interface Catalogue {
  /** Whether the call names a tool or a prompt that is nowhere listed. False where that cannot be told. Rejects with the fault of a list that failed. */
  lacks(call: Call, ask: Ask): boolean | Promise<boolean>;
  learner(call: Call): Learner;
}

interface Known {
  readonly names: Set<string>;
  /** Milliseconds of the monotonic clock: when all lists had been read; zero where they have not. */
  readonly askedAt: number;
  /** There was nothing beyond what is known. */
  readonly isWhole: boolean;
}

/** Kinds that servers list whole. Resources need not be listed to be there: templates and links in results name others. */
const LIST_OF: Readonly<Partial<Record<ItemKind, { readonly method: string; readonly member: string }>>> = {
  tool: { method: 'tools/list', member: 'tools' },
  prompt: { method: 'prompts/list', member: 'prompts' },
};
/** Milliseconds for which a name that no list had is not looked for again, and after which lists are read again. */
const SHORTEST = 5000;
const LONGEST = 300_000;
/** Bytes of names that are kept, and what comes with each. */
const MOST_KEPT = 8 * 2 ** 20;
const PER_NAME = 64;
/** Of one list: names, pages, and milliseconds until the last. */
const MOST_NAMES = 10_000;
const MOST_PAGES = 50;
const MOST_TIME = 20_000;
/** Lists that are being read at once. */
const MOST_LOOKS = 16;
const NO_METHOD = -32601;

export function createCatalogue(): Catalogue {
  const memory = createMemory<Known>(MOST_KEPT);
  const looks = createPlaces();
  const running = new Map<string, Promise<Known | null>>();

  const keep = (call: Call, kind: ItemKind, known: Known): void => {
    const size = [...known.names].reduce((sum, name) => sum + PER_NAME + 2 * name.length, PER_NAME);
    memory.set(call.owner, keyOf(call, kind), known, size);
  };
  const knownTo = (call: Call, kind: ItemKind): Known | undefined => {
    const known = memory.get(call.owner, keyOf(call, kind));
    return known && performance.now() - known.askedAt < LONGEST ? known : undefined;
  };

  /** Those of one owner that look for a name at the same moment wait for one list. */
  const look = async (call: Call, kind: ItemKind, ask: Ask): Promise<Known | null> => {
    const key = `${call.owner}\n${keyOf(call, kind)}`;
    // Another's look may fail for what is its alone: its session, or that it left. That the server will not list is an answer to all who wait for it.
    const other = running.get(key);
    const joined = other && (await other.catch(() => undefined));
    if (joined !== undefined) return joined;
    const { tenant } = readOwner(call.owner);
    const free = looks.take(MOST_LOOKS, { tenant, caller: call.owner, hasNeighbours: true });
    if (!free) throw new UpstreamFault('full', 'too many names are looked for at once');
    const found = read(call, kind, ask).then((known) => {
      if (known) keep(call, kind, known);
      return known;
    });
    running.set(key, found);
    try {
      return await found;
    } finally {
      free();
      if (running.get(key) === found) running.delete(key);
    }
  };

  const isMissing = async (call: Call, kind: ItemKind, names: readonly string[], ask: Ask): Promise<boolean> => {
    const known = knownTo(call, kind);
    if (known && names.every((name) => known.names.has(name))) return false;
    const isFresh = known !== undefined && known.askedAt > 0 && performance.now() - known.askedAt < SHORTEST;
    const now = isFresh ? known : await look(call, kind, ask);
    return now !== null && now.isWhole && names.some((name) => !now.names.has(name));
  };

  return {
    lacks(call, ask) {
      const wanted = new Map<ItemKind, string[]>();
      for (const { items } of call.message?.elements ?? []) {
        for (const { kind, name } of items) {
          if (name !== null && LIST_OF[kind] && !knownTo(call, kind)?.names.has(name)) wanted.set(kind, [...(wanted.get(kind) ?? []), name]);
        }
      }
      if (wanted.size === 0) return false;
      return Promise.all([...wanted].map(([kind, names]) => isMissing(call, kind, names, ask))).then((missing) => missing.includes(true));
    },
    learner(call) {
      const seen = new Map<ItemKind, string[]>();
      return {
        see: (kind, name) => void (LIST_OF[kind] && seen.set(kind, [...(seen.get(kind) ?? []), name])),
        keep: () => {
          for (const [kind, names] of seen) {
            const before = knownTo(call, kind) ?? { names: new Set<string>(), askedAt: performance.now() - SHORTEST, isWhole: false };
            const all = new Set([...before.names, ...names]);
            if (all.size > before.names.size && all.size <= MOST_NAMES) keep(call, kind, { ...before, names: all });
          }
        },
      };
    },
  };
}

/** A server may list other names by another query. */
const keyOf = ({ pool, request }: Call, kind: ItemKind): string => `${pool.server} ${kind} ${request.query ?? ''}`;

/** Reads all pages. Null where the server will not list them: what it says to the call itself is its own to say then. */
async function read(call: Call, kind: ItemKind, ask: Ask): Promise<Known | null> {
  const { method, member } = LIST_OF[kind] as { method: string; member: string };
  const names = new Set<string>();
  const until = performance.now() + MOST_TIME;
  let cursor: string | null = null;
  for (let pages = 0; pages < MOST_PAGES && names.size < MOST_NAMES && performance.now() < until; pages++) {
    const response = await ask(listCall(call, method, cursor));
    if (response.status >= 400 && response.status < 500 && response.status !== 404) {
      discard(response);
      return null;
    }
    const text = await readReplyText(response, call.table.timeouts.firstByte);
    const reply = asObject(parseJson(text ?? ''));
    const code = at(reply, 'error', 'code');
    if (code === NO_METHOD) return { names, askedAt: performance.now(), isWhole: true };
    if (response.status === 404 || code !== undefined) return null;
    const listed = at(reply, 'result', member);
    if (!Array.isArray(listed)) throw new UpstreamFault('answered', new CodedError('MALFORMED_ANSWER', `its answer to ${method} is no list`));
    for (const item of listed) {
      const name = at(item, 'name');
      if (typeof name === 'string') names.add(name);
    }
    const next = at(reply, 'result', 'nextCursor');
    if (typeof next !== 'string') return { names, askedAt: performance.now(), isWhole: true };
    cursor = next;
  }
  // There may be more: that something is not there cannot be said.
  return { names, askedAt: performance.now(), isWhole: false };
}

/** Headers that describe the message of the call, and are not true of a list. */
const OF_MESSAGE = /^(?:mcp-(?:method|name|param-.*)|last-event-id|accept-encoding)$/;

/** A request for a list in the place of the call, whose own body stays where it is. */
function listCall(call: Call, method: string, cursor: string | null): Call {
  const { request, era } = call;
  const { handedOn: _handedOn, written: _written, ...rest } = request;
  const kept = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OF_MESSAGE.test(name)));
  const named: Record<string, string> = era === 'modern' ? { 'mcp-method': method } : {};
  const params = new Map<string, string>();
  if (era === 'modern') {
    const meta = membersOf(memberText(`${request.body}`, ['params', '_meta']));
    meta.delete('progressToken');
    params.set('_meta', objectText(meta));
  }
  if (cursor !== null) params.set('cursor', JSON.stringify(cursor));
  const id = `mcpgen-${randomBytes(9).toString('base64url')}`;
  const text = `{"jsonrpc":"2.0","id":"${id}","method":"${method}","params":${objectText(params)}}`;
  const body = Buffer.from(text);
  const parsed = parseMessage(body, 64);
  return {
    ...call,
    message: parsed.ok ? parsed.message : undefined,
    request: { ...rest, method: 'POST', headers: { ...kept, ...POST_HEADERS, ...named, 'accept-encoding': 'identity' }, body },
    value: () => JSON.parse(text) as unknown,
    keepBody: () => () => {},
    items: null,
  };
}
