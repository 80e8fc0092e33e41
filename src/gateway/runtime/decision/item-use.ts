/** What of a server a message uses: tools, prompts and resources, by the names that the server has for them; and what rules may say of them. */
import { asObject, isObject, type Json } from '../wire/json-rpc.js';
import { memberText, ownText } from '../wire/json-text.js';
import type { Identified } from '../wire/replies.js';
import type { ItemKind } from '../tables/rules.js';
import { isAmbiguous, readKeys } from './ambiguous.js';

/** One use of an item. */
export interface ItemUse {
  readonly kind: ItemKind;
  /** The server's own name of it, or its URI; null where the message gives none that is text. */
  readonly name: string | null;
  /** The arguments of a tool, and their text, where rules read them; forgotten as soon as they have been judged. */
  args: unknown;
  argsText: string | null;
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
  /** Whether a list shows the item: with some arguments the caller could use it, or could get the permission to. */
  lists(kind: ItemKind, name: string, caller: Caller): boolean;
  /** Why the caller may not ask for lists now; null where it may. */
  listing(caller: Caller): ItemGrounds | null;
  /** The tenant has rules: then what it does not know is the gateway's to say. */
  readonly hasRules: boolean;
}

export interface ItemRules {
  /** How much of messages rules read. */
  readonly reads: 'names' | 'arguments';
  /** Null where the tenant may use all of the server. */
  of(tenant: string, server: string): ServerRules | null;
}

/** How much of messages is read for rules. */
export type ItemReading = 'nothing' | ItemRules['reads'];

/** One message: what the body is, or what its array holds. */
export interface ItemElement extends Identified {
  /** It waits for a reply. */
  readonly isRequest: boolean;
  readonly items: readonly ItemUse[];
}

/** What `params` name beside `name` and `uri`, whose keys every body is searched for. */
const OTHER_NAMES = readKeys([['ref', 'type'], ['ref', 'name'], ['ref', 'uri'], ['notifications', 'resourceSubscriptions']]);

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
export function itemsIn(method: string, params: Json, text: () => string, reading: ItemReading): readonly ItemUse[] | null {
  const uses = USES.get(method);
  if (!uses) return NONE;
  const items = uses(params);
  if (method === 'completion/complete' || method === 'subscriptions/listen') return isAmbiguous(memberText(text(), ['params']) ?? '', OTHER_NAMES) ? null : items;
  if (method === 'tools/call' && reading === 'arguments') {
    for (const item of items) {
      item.args = params['arguments'];
      item.argsText = isObject(item.args) ? ownText(memberText(text(), ['params', 'arguments'])) : null;
    }
  }
  return items;
}

const NONE: readonly ItemUse[] = [];

/** Nothing is needed of the arguments any more: they may be as long as a body. */
export function forgetArguments(elements: readonly ItemElement[] | undefined): void {
  for (const { items } of elements ?? NO_ELEMENTS) for (const item of items) item.args = item.argsText = null;
}
const NO_ELEMENTS: readonly ItemElement[] = [];
