/** What servers are told of a caller, tenant by tenant: headers made of what is known of it, and a signature that says whose request it is. */
import { createHmac } from 'node:crypto';
import type { Bearer, ClaimValue, Principal } from '../decision/facts.js';
import type { Tables } from '../decision/lookups.js';
import type { ForwardTable, HeaderSource } from '../tables/auth.js';
import type { Cause } from '../wire/cause.js';
import { isSendable, NO_HEADERS, ownHeaders, type OwnHeaders } from '../wire/own-headers.js';

export interface Forwarding {
  /** Headers that no caller may say, of any tenant. @param name in lower case, with dashes */
  isKept(name: string): boolean;
  /** The headers that say who calls; why not, where one of them cannot be said in a header. Nothing is said of what is not known. */
  told(tenant: string, principal: Principal | undefined): OwnHeaders | Cause;
  /** The signature of now, which is made once a second. */
  signed(tenant: string): OwnHeaders;
  /** Whether the token of this caller goes on as it is. */
  passesBearer(tenant: string, principal: Principal | undefined): principal is Bearer;
}

/** Names behind the prefix. Servers verify them as `examples/verify-tenant/` does. */
const SIGNED = ['tenant-id', 'timestamp', 'signature'] as const;

/** Milliseconds for which one signature is used; it says when it was made, and counts for five minutes. */
const FRESH = 1000;

export function createForwarding({ tenants }: Pick<Tables, 'tenants'>, secretOf: (name: string) => string, now: () => number = Date.now): Forwarding {
  const tables = new Map([...tenants].flatMap(([tenant, { forward }]) => (forward ? [[tenant, forward] as const] : [])));
  const all = [...tables.values()];
  const names = new Set(all.flatMap(namesOf));
  // An empty prefix would keep back every header there is.
  const prefixes = [...new Set(all.flatMap(({ signed }) => (signed ? [dashed(signed.prefix)] : [])))].filter((prefix) => prefix !== '');
  const signatures = new Map(
    [...tables].flatMap(([tenant, { signed }]) => (signed ? [[tenant, signer(tenant, signed.prefix, secretOf(signed.secret), now)] as const] : [])),
  );
  return {
    isKept: (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix)),
    told(tenant, principal) {
      const headers = tables.get(tenant)?.headers;
      return headers ? toldBy(headers, tenant, principal) : NO_HEADERS;
    },
    signed: (tenant) => signatures.get(tenant)?.() ?? NO_HEADERS,
    passesBearer(tenant, principal): principal is Bearer {
      const audience = tables.get(tenant)?.bearer?.audience;
      return audience !== undefined && principal?.kind === 'token' && principal.audiences.includes(audience);
    },
  };
}

const dashed = (name: string): string => name.toLowerCase().replaceAll('_', '-');

function namesOf({ headers, signed }: ForwardTable): string[] {
  return [...headers.map(([name]) => dashed(name)), ...(signed ? SIGNED.map((name) => dashed(signed.prefix) + name) : [])];
}

function signer(tenant: string, prefix: string, secret: string, now: () => number): () => OwnHeaders {
  let made = -Infinity;
  let kept = NO_HEADERS;
  return () => {
    const at = now();
    // A clock that was set back makes a new one too.
    if (Math.abs(at - made) < FRESH) return kept;
    made = at;
    const values = [tenant, String(at), createHmac('sha256', secret).update(`${tenant}:${at}`).digest('hex')];
    const headers = ownHeaders(SIGNED.map((name, i) => [`${prefix.toLowerCase()}${name}`, values[i] as string] as const));
    if (!headers) throw new Error('the prefix of forward.signed is none of a header');
    return (kept = headers);
  };
}

function toldBy(headers: ForwardTable['headers'], tenant: string, principal: Principal | undefined): OwnHeaders | Cause {
  const said: (readonly [string, string])[] = [];
  for (const [name, source] of headers) {
    const value = valueOf(source, tenant, principal);
    // A list of nothing says what no header says.
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    const text = 'text' in source ? source.text : textOf(value);
    // To leave it out, or to cut it, would tell the server of somebody else.
    if (text === null) return { code: 'CLAIM_UNSENDABLE', cause: `${wordsOf(source)} cannot be said in the header ${name} as it is`, blame: 'client' };
    said.push([name, text]);
  }
  return ownHeaders(said) ?? NO_HEADERS;
}

function valueOf(source: HeaderSource, tenant: string, principal: Principal | undefined): ClaimValue | undefined {
  if ('text' in source) return source.text;
  const token = principal?.kind === 'token' ? principal : undefined;
  if ('claim' in source) return token && Object.hasOwn(token.claims, source.claim) ? token.claims[source.claim] : undefined;
  switch (source.fact) {
    case 'tenant':
      return tenant;
    case 'client':
      return (principal?.kind === 'client' ? principal.client : token?.client) ?? undefined;
    case 'subject':
      return token?.subject;
  }
}

/** A list is said with commas between its values, so none of them may have one. An empty text says nothing, and is not what was meant. */
function textOf(value: ClaimValue): string | null {
  const parts = Array.isArray(value) ? (value as readonly string[]) : [String(value)];
  const isList = Array.isArray(value);
  const text = parts.join(',');
  return parts.every((part) => isSendable(part) && !(isList && part.includes(','))) && isSendable(text) ? text : null;
}

const wordsOf = (source: HeaderSource): string => ('claim' in source ? `the claim ${source.claim}` : 'fact' in source ? `the ${source.fact}` : 'a text');
