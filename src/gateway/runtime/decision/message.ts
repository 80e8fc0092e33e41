/**
 * What a body says, as far as decisions need it. `JSON.parse` keeps the last of two equal keys and other parsers the first, so a body in which
 * `method`, `params` or `name` come twice, or in another case, could be judged as one thing and executed as another: it is refused.
 */
import { isUtf8 } from 'node:buffer';
import { foldKey } from '../wire/fold-key.js';
import { asObject, isObject, type Json } from '../wire/json-rpc.js';
import { memberText, ownText } from '../wire/json-text.js';
import { CAPABILITIES, VERSION } from '../wire/meta-keys.js';
import type { Identified } from '../wire/replies.js';
import type { ItemElement, ReadElements } from './item-use.js';
import type { Reason } from './reasons.js';

export interface Message extends Identified {
  readonly shape: 'request' | 'notification' | 'response' | 'batch';
  /** Empty for responses and batches. */
  readonly method: string;
  /** What `Mcp-Name` must repeat: `params.name`, `params.uri` or `params.taskId`, by method; null where there is none. */
  readonly name: string | null;
  /** `_meta["io.modelcontextprotocol/protocolVersion"]`, of texts the beginning and of objects null; undefined when there is no claim. */
  readonly claim: unknown;
  /** `_meta["io.modelcontextprotocol/clientCapabilities"]` is an object. */
  readonly declaresCapabilities: boolean;
  /** It continues a call that asked for input. The input that it carries must not be used twice (MCP 2026-07-28, Multi-round-trip). */
  readonly continues: boolean;
  /** `_meta.traceparent`, which comes before the header of that name; null where there is none. */
  readonly traceparent: string | null;
  /** What of the `params` of `initialize` is needed later. */
  readonly initialize: Introduction | null;
  /** The `method` of each element of a batch, for logs. */
  readonly methods: readonly string[];
  /** Tool calls, for the audit; several only in a batch. */
  readonly calls: readonly ToolCall[];
  /** What it uses, message by message; not there where no rules ask for that. */
  readonly elements?: readonly ItemElement[];
}

/** How a client introduces itself. Everything else that it may say with that, of any length, is its server's alone. */
export interface Introduction {
  readonly protocolVersion: unknown;
  /** The `params` that are needed to say it again, with numbers as they were written; null where they were too long to be kept. */
  readonly text: string | null;
}

export interface ToolCall {
  readonly tool: string | null;
  /** Empty where there are none, and as soon as they have been audited: they may be as long as a body. */
  argumentsJson: string;
}

/** `weight` is about how many bytes the message takes as values. */
export type Parsed =
  | { readonly ok: true; readonly message: Message; readonly weight: number }
  | ({ readonly ok: false; readonly reason: Reason } & Identified);

/** A batch takes one token of a rate, so it may not hold any number of calls. */
const MOST_IN_BATCH = 50;
/** Bytes that a container takes as a value, and what is between two commas: `{}` has two as text. */
const CONTAINER = 48;
const ELEMENT = 8;
/** The same of a member, and of one beyond the first of an object: engines keep those of large objects in a table, each name a text of its own. */
const MEMBER = 16;
const MEMBER_OF_MANY = 112;
const MANY = 64;
/** Characters of an introduction, and of other texts of the envelope, that are kept. They must fit into a session id. */
const MOST_INTRODUCTION = 1500;
const MOST_TEXT = 256;
/** Text this short may be parsed however deep it is, to know whose request it was. */
const CHEAP = 65_536;
/** Method → the parameter that `Mcp-Name` repeats. */
export const NAME_KEY: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);
/** Keys that decide what a body does, by their folded spelling. */
const DECISIVE: ReadonlyMap<string, string> = new Map(
  ['jsonrpc', 'id', 'method', 'params', 'name', 'uri', 'taskId', 'arguments', '_meta', 'result', 'error'].map((key) => [fold(key), key]),
);

/** The same keys in their right spelling, with a bit for each: the keys that an object has had are kept as a number, which costs no set. */
const BIT_OF: ReadonlyMap<string, number> = new Map([...DECISIVE.values()].map((key, index) => [key, 1 << index]));
/** Keys of `_meta` that decide how a body is read; each has a bit. */
const META_KEYS: ReadonlyMap<string, number> = new Map([[VERSION, 1], [CAPABILITIES, 2]]);
const LONGEST_META_KEY = VERSION.length;
const FOLDED_META_KEYS: ReadonlySet<string> = new Set([...META_KEYS.keys()].map(foldKey));
/** Stands in place of bits at levels whose keys decide nothing. */
const NOT_LOOKED_AT = -1;

/** No decisive key is long, so long keys are not folded. */
function fold(key: string): string {
  return key.length > 16 ? key : foldKey(key);
}

/** `params._meta`, from the message on. */
const META_LEVEL = 3;
const isOtherSpelling = (key: string): boolean => key.length <= LONGEST_META_KEY && FOLDED_META_KEYS.has(foldKey(key));

/**
 * @param most bytes that it may take as values; a text of empty objects takes twenty times its length
 * @param read what rules want to know of it
 */
export function parseMessage(body: Buffer, depth: number, most = Infinity, read?: ReadElements): Parsed {
  // JSON is UTF-8 (RFC 8259 §8.1). Parsers differ in what they make of other bytes.
  if (!isUtf8(body)) return { ok: false, reason: 'body-not-json', id: null };
  const text = body.toString('utf8');
  const scanned = { weight: 0 };
  let fault: Reason | null;
  let value: unknown;
  try {
    // The scan comes first, because deep nesting makes parsing expensive.
    fault = scan(text, depth, /^\s*\[/.test(text) ? 1 : 0, most, scanned);
    value = fault === 'body-too-large' || (fault === 'body-too-deep' && text.length > CHEAP) ? null : JSON.parse(text);
  } catch {
    return { ok: false, reason: 'body-not-json', id: null };
  }
  const id = isObject(value) ? idOf(value) : null;
  const message = fault ? null : Array.isArray(value) ? batch(value) : isObject(value) ? single(value, text) : null;
  const parsed: Parsed = message ? { ok: true, message, weight: scanned.weight } : { ok: false, reason: fault ?? 'body-not-message', id };
  // Only then it is looked for in the text.
  if (typeof id === 'number' && !Number.isSafeInteger(id)) (parsed.ok ? parsed.message : parsed).writtenId = ownText(memberText(text, ['id'])) ?? undefined;
  if (!parsed.ok || !read) return parsed;
  const elements = read(value, text);
  if (!elements) return { ok: false, reason: 'body-duplicate-key', id, writtenId: parsed.message.writtenId };
  return { ...parsed, message: { ...parsed.message, elements } };
}

const idOf = (value: Json): string | number | null => (typeof value['id'] === 'string' || typeof value['id'] === 'number' ? value['id'] : null);

/** @param text its own; empty in a batch, where nothing that is kept as text may stand */
function single(value: Json, text: string): Message | null {
  if (value['jsonrpc'] !== '2.0') return null;
  const id = idOf(value);
  const isResponse = 'result' in value || 'error' in value;
  const method = value['method'];
  if (isResponse ? method !== undefined : typeof method !== 'string') return null;
  if (!isResponse && 'id' in value && id === null) return null;
  const params = asObject(value['params']);
  const meta = asObject(params['_meta']);
  const nameKey = NAME_KEY.get(String(method));
  const name = nameKey === undefined ? undefined : params[nameKey];
  return {
    shape: isResponse ? 'response' : 'id' in value ? 'request' : 'notification',
    id,
    method: isResponse ? '' : String(method),
    name: typeof name === 'string' ? name : null,
    claim: claimOf(meta[VERSION]),
    declaresCapabilities: isObject(meta[CAPABILITIES]),
    continues: params['inputResponses'] !== undefined || params['requestState'] !== undefined,
    traceparent: typeof meta['traceparent'] === 'string' ? cut(meta['traceparent']) : null,
    initialize: method === 'initialize' ? introductionOf(params, text) : null,
    methods: isResponse ? [] : [String(method)],
    calls: method === 'tools/call' ? [{ tool: typeof name === 'string' ? name : null, argumentsJson: JSON.stringify(params['arguments']) ?? '' }] : [],
  };
}

const cut = (text: string): string => (text.length > MOST_TEXT ? text.slice(0, MOST_TEXT) : text);

/** What is no text claims nothing that is served, whatever it is and however long. */
const claimOf = (claim: unknown): unknown => (typeof claim === 'string' ? cut(claim) : typeof claim === 'object' ? null : claim);

/** White space between the values of JSON text; its strings are found so as to be passed over. */
const SPACES = /("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/g;

function introductionOf({ protocolVersion, capabilities, clientInfo }: Json, text: string): Introduction {
  const said = (path: readonly string[], other: string): string => memberText(text, ['params', ...path]) ?? other;
  const info = isObject(clientInfo) ? (name: string) => said(['clientInfo', name], '""') : () => '""';
  const able = isObject(capabilities) ? said(['capabilities'], '{}') : '{}';
  const named = `{"name":${info('name')},"version":${info('version')}}`;
  const whole = `{"protocolVersion":${said(['protocolVersion'], 'null')},"capabilities":${able},"clientInfo":${named}}`;
  // Space in it is worth nothing, and would be kept as long as a session.
  const kept = whole.length > CHEAP ? whole : whole.replace(SPACES, '$1');
  const claimed = typeof protocolVersion === 'string' ? cut(protocolVersion) : null;
  return { protocolVersion: claimed, text: kept.length > MOST_INTRODUCTION ? null : ownText(kept) };
}

/**
 * A batch of 2025-03-26, which may not hold `initialize` (Lifecycle). No revision knows a batch with a modern element: MCP 2026-07-28 takes one message in a
 * body.
 */
function batch(values: readonly unknown[]): Message | null {
  const parts = values.map((value) => (isObject(value) ? single(value, '') : null));
  const whole = parts.filter((part) => part !== null);
  const isOdd = whole.some(({ claim, method }) => claim !== undefined || method === 'initialize');
  if (isOdd || whole.length === 0 || whole.length > MOST_IN_BATCH || whole.length < parts.length) return null;
  return {
    shape: 'batch',
    id: null,
    method: '',
    name: null,
    claim: undefined,
    declaresCapabilities: false,
    continues: false,
    traceparent: null,
    initialize: null,
    methods: whole.flatMap((part) => part.methods),
    calls: whole.flatMap((part) => part.calls),
  };
}

/**
 * Scans the text once for nesting that is too deep, and for decisive keys of the message, its `params` (levels 1 and 2, one deeper in a batch) and `_meta`
 * that are repeated or in another case. Text that is not JSON is left to the parser, or throws. What it would take as values, it may not take more than
 * `most`, is written to `scanned`.
 */
function scan(text: string, limit: number, offset: number, most: number, scanned: { weight: number }): Reason | null {
  /** By level, the bits of the decisive keys that the object there has had. */
  const seen: number[] = [];
  /** The same of how many members it has had. */
  const members: number[] = [];
  let depth = 0;
  let weight = 0;
  let isKey = false;
  /** The last key of the second level was `_meta`. */
  let isMeta = false;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const start = i;
        for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
        if (!isKey) break;
        isKey = false;
        const bits = seen[depth] ?? NOT_LOOKED_AT;
        if (bits === NOT_LOOKED_AT) break;
        const written = text.slice(start + 1, i);
        const key = written.includes('\\') ? String(JSON.parse(`"${written}"`)) : written;
        if (depth - offset === META_LEVEL) {
          const metaBit = META_KEYS.get(key);
          if (metaBit === undefined ? isOtherSpelling(key) : (bits & metaBit) !== 0) return 'body-duplicate-key';
          seen[depth] = bits | (metaBit ?? 0);
          break;
        }
        isMeta = depth - offset === META_LEVEL - 1 && key === '_meta';
        const bit = BIT_OF.get(key);
        if (bit === undefined ? DECISIVE.has(fold(key)) : (bits & bit) !== 0) return 'body-duplicate-key';
        seen[depth] = bits | (bit ?? 0);
        break;
      }
      case 0x7b:
        if (++depth > limit) return 'body-too-deep';
        if ((weight += CONTAINER) > most) return 'body-too-large';
        members[depth] = 0;
        seen[depth] = depth - offset < META_LEVEL || (depth - offset === META_LEVEL && isMeta) ? 0 : NOT_LOOKED_AT;
        isKey = true;
        break;
      case 0x5b:
        if (++depth > limit) return 'body-too-deep';
        if ((weight += CONTAINER) > most) return 'body-too-large';
        seen[depth] = NOT_LOOKED_AT;
        isKey = false;
        break;
      case 0x7d:
      case 0x5d:
        depth--;
        isKey = false;
        break;
      case 0x3a:
        // Texts are passed over, so that this stands behind a name.
        members[depth] = (members[depth] ?? 0) + 1;
        if ((weight += (members[depth] as number) > MANY ? MEMBER_OF_MANY : MEMBER) > most) return 'body-too-large';
        break;
      case 0x2c:
        // Below the levels of interest, and in arrays, keys need not be told from values.
        isKey = (seen[depth] ?? NOT_LOOKED_AT) !== NOT_LOOKED_AT;
        if ((weight += ELEMENT) > most) return 'body-too-large';
        break;
    }
  }
  scanned.weight = weight;
  return null;
}
