/** What an answer of 401 or 403 says to OAuth clients: where the resource is described, and which scopes to ask for (RFC 6750 §3, RFC 9728 §5.1). */
import type { Principal } from '../decision/facts.js';
import type { RequestHead } from '../decision/head.js';
import type { Tables } from '../decision/lookups.js';
import { resourcePath } from '../decision/resource-url.js';
import { scopesToConnect, scopesToStepUp } from './scopes.js';
import type { Reason } from '../decision/reasons.js';
import type { RefusalGrounds } from '../decision/rows.js';
import { RESOURCE_METADATA } from '../decision/well-known.js';

/** Reasons that are about the token itself. */
const ABOUT_TOKEN: ReadonlySet<Reason> = new Set<Reason>(['credentials-invalid', 'token-denied', 'token-expired']);

export type Challenged = Pick<RefusalGrounds, 'reason' | 'scopes'>;

/**
 * A 403 never says `invalid_token`: some clients end for good at that, others throw a good token away. It is `insufficient_scope`, and names all scopes that
 * the operation needs at once (MCP 2026-07-28, Scope Challenge Handling).
 */
export function challengeOf(tables: Tables, head: RequestHead, { reason, scopes = [] }: Challenged, principal: Principal | undefined): string {
  const isStepUp = reason === 'scope-insufficient';
  const hasToken = head.request.headers['authorization'] !== undefined;
  const error = isStepUp ? 'insufficient_scope' : ABOUT_TOKEN.has(reason) && hasToken ? 'invalid_token' : null;
  const wanted = isStepUp
    ? scopesToStepUp(tables, principal?.kind === 'token' ? principal.issuer : null, scopes)
    : scopesToConnect(tables, head.route?.server ?? '');
  const described = resourcePath(tables, head);
  const parameters = [
    ...(error === null ? [] : [`error="${error}"`]),
    ...(described === null ? [] : [`resource_metadata=${quoted(tables.raw.publicUrl + RESOURCE_METADATA + described)}`]),
    ...(wanted.length === 0 ? [] : [`scope=${quoted(wanted.join(' '))}`]),
  ];
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`;
}

/** RFC 9110 §5.6.4. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
