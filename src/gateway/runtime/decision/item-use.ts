/** What of a server a message uses: tools, prompts and resources, by the names that the server has for them; and what rules may say of them. */
import { asObject, isObject, type Json } from '../wire/json-rpc.js';
import { elementTexts, memberText, ownText } from '../wire/json-text.js';
import type { Identified } from '../wire/replies.js';
import type { ItemKind } from '../tables/rules.js';
import { isAmbiguous, readKeys } from './ambiguous.js';
import type { Answer } from './conditions.js';

/** One use of an item. */
export interface ItemUse {
  readonly kind: ItemKind;
  /** The server's own name of it, or its URI; null where the message gives none that is text. */
  readonly name: string | null;
  /** The arguments of a tool, and their text, where rules read them; forgotten as soon as they have been judged. */
  args: unknown;
  argsText: string | null;
  /** What was found of it, for the audit: the conditions that were read, and the config path of the rule that decided, also where it allows. */
  found?: ItemFinding;
  /** In place of arguments: whether each condition held when an audit line was written, by its text. */
  readonly recorded?: (condition: string) => Answer;
}

export interface ItemFinding {
  readonly conditions: readonly ReadCondition[];
  readonly at: string;
}

/** A condition that was read: where it stands, what it asks, and whether it held. Never what was asked with. */
export interface ReadCondition {
  readonly at: string;
  readonly text: string;
  readonly held: Answer;
}

/** What a caller brings along. */
export interface Caller {
  readonly permissions: readonly string[];
  /** It may get more permissions than its token has: an authorization server gives them. */
  readonly canStepUp: boolean;
}

export interface ItemGrounds {
  readonly reason: 'item-denied' | 'scope-insufficient' | 'body-duplicate-key';
  /** Where in the config this was decided. */
  readonly at: string;
  /** All permissions that the operation needs, where a token with more of them would do. */
  readonly scopes?: readonly string[];
}

/** The rules that count for one tenant at one server. */
export interface ServerRules {
  judge(item: ItemUse, caller: Caller): ItemGrounds | null;
  /** The same of a whole body. @param methods of all its messages */
  judgeAll(elements: readonly ItemElement[] | undefined, methods: readonly string[], caller: Caller): ItemGrounds | null;
  /** Whether a list shows the item: with some arguments the caller could use it, or could get the permission to. */
  lists(kind: ItemKind, name: string, caller: Caller): boolean;
  /** Why the caller may not ask for lists now; null where it may. */
  listing(caller: Caller): ItemGrounds | null;
  /** The tenant has rules: then what it does not know is the gateway's to say. */
  readonly hasRules: boolean;
}

export interface ItemRules {
  readonly read: ReadElements;
  /** Null where the tenant may use all of the server. */
  of(tenant: string, server: string): ServerRules | null;
  /** What decides that, as text: a reload that changes it leaves nothing open that was judged by it. */
  textOf(tenant: string, server: string): string;
  /** Whether rules read what comes in answer: lists, what is said of missing resources, and streams and batches, in which either may come. */
  readsAnswer(asked: Asked | undefined, httpMethod: string): boolean;
  /** The reply to each request of a body that is denied; none where nobody waits for one. */
  denials(elements: readonly ItemElement[] | undefined, isModern: boolean): string[];
  /** Arguments have been judged, and may be as long as a body. */
  forget(elements: readonly ItemElement[] | undefined): void;
}

/** What of a message tells how it is answered. */
export interface Asked {
  readonly shape: string;
  readonly method: string;
}

/** One message: what the body is, or what its array holds. */
export interface ItemElement extends Identified {
  /** It waits for a reply. */
  readonly isRequest: boolean;
  readonly items: readonly ItemUse[];
}

/** What `params` name beside `name` and `uri`, whose keys every body is searched for. */
const OTHER_NAMES = readKeys([['ref', 'type'], ['ref', 'name'], ['ref', 'uri'], ['notifications', 'resourceSubscriptions']]);

/** Methods that use those. */
const NAMES_ELSEWHERE: ReadonlySet<string> = new Set(['completion/complete', 'subscriptions/listen']);

const named = (kind: ItemKind, name: unknown): ItemUse => ({ kind, name: typeof name === 'string' ? name : null, args: undefined, argsText: null });

type Uses = (params: Json) => ItemUse[];

const readsUri: Uses = ({ uri }) => [named('resource', uri)];

/** Method → the items that its parameters name. Tasks are named by ids that their servers give, and belong to calls that were judged. */
const USES: ReadonlyMap<string, Uses> = new Map<string, Uses>([
  ['tools/call', ({ name }) => [named('tool', name)]],
  ['prompts/get', ({ name }) => [named('prompt', name)]],
  ['resources/read', readsUri],
  ['resources/subscribe', readsUri],
  ['resources/unsubscribe', readsUri],
  ['completion/complete', ({ ref }) => refersTo(asObject(ref))],
  // Its other notifications say that something has changed, and not what.
  ['subscriptions/listen', ({ notifications }) => subscribesTo(asObject(notifications)['resourceSubscriptions'])],
]);

export const usesItems = (method: string): boolean => USES.has(method);

/** Methods whose result is a list of items. */
export const LISTS: ReadonlySet<string> = new Set(['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']);

/** A reference of another type names nothing that a rule could allow. */
function refersTo({ type, name, uri }: Json): ItemUse[] {
  return [type === 'ref/prompt' ? named('prompt', name) : named('resource', type === 'ref/resource' ? uri : null)];
}

function subscribesTo(uris: unknown): ItemUse[] {
  if (uris === undefined || uris === null) return [];
  return Array.isArray(uris) ? uris.map((uri: unknown) => named('resource', uri)) : [named('resource', null)];
}

/**
 * The items that a message uses; null where its names could be read in two ways.
 * @param text of the message; the texts of its parameters are looked for only where they are read
 */
function itemsIn(method: string, params: Json, text: () => string, readsArguments: boolean): readonly ItemUse[] | null {
  const uses = USES.get(method);
  if (!uses) return NONE;
  const items = uses(params);
  if (NAMES_ELSEWHERE.has(method) && isAmbiguous(memberText(text(), ['params']) ?? '', OTHER_NAMES)) return null;
  if (method === 'tools/call' && readsArguments) {
    for (const item of items) {
      item.args = params['arguments'];
      item.argsText = isObject(item.args) ? ownText(memberText(text(), ['params', 'arguments'])) : null;
    }
  }
  return items;
}

const NONE: readonly ItemUse[] = [];

/** Reads what each message of a body uses; null where that could be read in two ways. @param value of the text */
export type ReadElements = (value: unknown, text: string) => readonly ItemElement[] | null;

/** @param readsArguments rules have conditions on them */
export function elementsReader(readsArguments: boolean): ReadElements {
  return (value, text) => {
    let texts: readonly string[] | null = null;
    const textOf = (index: number): string => (Array.isArray(value) ? ((texts ??= elementTexts(text) ?? [])[index] ?? '') : text);
    const elements: ItemElement[] = [];
    for (const [index, one] of [value].flat().entries()) {
      const said = asObject(one);
      const { id: given, method } = said;
      const id = typeof given === 'string' || typeof given === 'number' ? given : null;
      const items = typeof method === 'string' ? itemsIn(method, asObject(said['params']), () => textOf(index), readsArguments) : NONE;
      if (!items) return null;
      // Only such an id is looked for in the text.
      const isOdd = typeof id === 'number' && !Number.isSafeInteger(id);
      const writtenId = isOdd ? (ownText(memberText(textOf(index), ['id'])) ?? undefined) : undefined;
      elements.push({ id, writtenId, isRequest: typeof method === 'string' && 'id' in said, items });
    }
    return elements;
  };
}

/** Nothing is needed of the arguments any more: they may be as long as a body. */
export function forgetArguments(elements: readonly ItemElement[] | undefined): void {
  for (const { items } of elements ?? NO_ELEMENTS) for (const item of items) item.args = item.argsText = null;
}
const NO_ELEMENTS: readonly ItemElement[] = [];
