/** For row `permission`: whether a request may use the tools, prompts and resources that it names. The rules are a part that not every gateway has. */
import { eraIn, messageIn, tenantIn, type Facts, type Principal } from './facts.js';
import { sessionIdOf, type RequestHead } from './head.js';
import type { Caller, ItemGrounds } from './item-use.js';
import type { Tables } from './lookups.js';

const NO_PERMISSIONS: readonly string[] = [];

export function callerIn({ raw }: Tables, principal: Principal | undefined): Caller {
  if (principal?.kind === 'token') return { permissions: principal.permissions, canStepUp: raw.auth.authorizationServers.length > 0 };
  return { permissions: principal?.kind === 'client' ? principal.permissions : NO_PERMISSIONS, canStepUp: false };
}

/** Null where all that the message uses is allowed. */
export function itemGrounds(tables: Tables, head: RequestHead, facts: Facts): ItemGrounds | { readonly need: 'session' } | null {
  if (!tables.items) return null;
  const rules = tables.items.of(tenantIn(facts) ?? '', head.route?.server ?? '');
  const message = messageIn(facts);
  if (!rules || !message) return null;
  const grounds = rules.judgeAll(message.elements, message.methods, callerIn(tables, facts.principal));
  // Only to whoever has the session anything is said in it, and whoever has lost it is told so, whatever it asks for.
  if (grounds?.reason !== 'item-denied' || eraIn(facts) === 'modern' || sessionIdOf(head) === undefined) return grounds;
  if (!facts.session) return { need: 'session' };
  return facts.session.kind === 'unknown' || facts.session.kind === 'full' ? null : grounds;
}
