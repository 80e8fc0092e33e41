/** For row `permission`: what rules say of the items that a message uses. The rules themselves are a part that not every gateway has. */
import { messageIn, tenantIn, type Facts, type Principal } from './facts.js';
import { sessionIdOf, type RequestHead } from './head.js';
import type { Tables } from './lookups.js';
import type { Message } from './message.js';
import { usesItems, type Caller, type ItemElement, type ItemGrounds, type ServerRules } from './item-use.js';

const NO_PERMISSIONS: readonly string[] = [];

export function callerIn({ raw }: Tables, principal: Principal | undefined): Caller {
  if (principal?.kind === 'token') return { permissions: principal.permissions, canStepUp: raw.auth.authorizationServers.length > 0 };
  return { permissions: principal?.kind === 'client' ? principal.permissions : NO_PERMISSIONS, canStepUp: false };
}

/** The rules for a request; null where nothing restricts what its tenant uses of the server. */
export function rulesFor({ items }: Tables, head: RequestHead, facts: Facts): ServerRules | null {
  return items?.of(tenantIn(facts) ?? '', head.route?.server ?? '') ?? null;
}

/**
 * Whether rules read what comes in answer: lists, what a server says of a resource that it does not have, and streams and batches, in which either may come.
 */
export function readsAnswer(message: Message | undefined, httpMethod: string): boolean {
  if (!message) return httpMethod === 'GET';
  return message.shape === 'batch' || LISTS.has(message.method) || message.method.startsWith('resources/');
}

/** What decides which items a tenant may use of a server, as text: a reload that changes it leaves nothing open that was judged by it. */
export function restrictionText({ raw: { tenants, ruleSets, pools } }: Tables, tenant: string, server: string): string {
  const label = tenants.find(([name]) => name === tenant)?.[1].tools ?? null;
  return JSON.stringify([ruleSets.find(([name]) => name === label)?.[1] ?? null, pools.find(([name]) => name === server)?.[1].permissions ?? null]);
}

/** Methods whose result is a list of items. */
export const LISTS: ReadonlySet<string> = new Set(['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']);

/** For row `permission`. Null where all that the message uses is allowed. */
export function itemGrounds(tables: Tables, head: RequestHead, facts: Facts): ItemGrounds | { readonly need: 'session' } | null {
  const rules = rulesFor(tables, head, facts);
  const message = messageIn(facts);
  if (!rules || !message) return null;
  const caller = callerIn(tables, facts.principal);
  const grounds = groundsOf(rules, message.elements, message.methods, caller);
  // Only to whoever has the session anything is said in it, and whoever has lost it is told so, whatever it asks for.
  if (grounds?.reason !== 'item-denied' || sessionIdOf(head) === undefined || (facts.body?.kind === 'message' && facts.body.era === 'modern')) return grounds;
  if (!facts.session) return { need: 'session' };
  return facts.session.kind === 'unknown' || facts.session.kind === 'full' ? null : grounds;
}

function groundsOf(rules: ServerRules, elements: readonly ItemElement[] | undefined, methods: readonly string[], caller: Caller): ItemGrounds | null {
  // What has not been read cannot be judged.
  if (!elements) return methods.some((method) => usesItems(method)) ? { reason: 'item-denied', at: 'gateway' } : null;
  let found: ItemGrounds | null = methods.some((method) => LISTS.has(method)) ? rules.listing(caller) : null;
  for (const { items } of elements) {
    for (const item of items) {
      const grounds = rules.judge(item, caller);
      // A denial comes before a step that would not help.
      if (grounds?.reason === 'item-denied' || (grounds && !found)) found = grounds;
      if (found?.reason === 'item-denied') return found;
    }
  }
  return found;
}
