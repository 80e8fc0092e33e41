/** Scopes as clients are told of them: what every token must have, what one operation needs, and all that can be of use at a resource. */
import type { Tables } from './lookups.js';

/** A scope that can be asked for (RFC 6749 §3.3). `offline_access` is between a client and its authorization server (MCP 2026-07-28, Refresh Tokens). */
const isAskable = (scope: string): boolean => scope !== 'offline_access' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope);

function unique(scopes: readonly (string | null)[]): readonly string[] {
  return [...new Set(scopes)].filter((scope): scope is string => scope !== null && isAskable(scope));
}

/** What a client that has no token yet should ask for: enough to connect and to see what there is, and no more (MCP 2025-11-25, Scope Selection Strategy). */
export function scopesToConnect({ raw, pools }: Tables, server: string): readonly string[] {
  return unique([...raw.auth.issuers.flatMap(({ scopes }) => scopes), pools.get(server)?.permissions.list ?? null]);
}

/** All that one operation needs of a token, with what the issuer of this one wants anyway: the client's next token has to have all at once. */
export function scopesToStepUp({ raw }: Tables, issuer: string | null, needed: readonly string[]): readonly string[] {
  return unique([...raw.auth.issuers.filter((one) => one.issuer === issuer).flatMap(({ scopes }) => scopes), ...needed]);
}

/** Everything that a token can be of use for at a server: for the tenant that the path or the host names, or for all who may come without being named. */
export function scopesSupported(tables: Tables, server: string, tenant: string | null): readonly string[] {
  const { raw, pools } = tables;
  const { list = null, call = null } = pools.get(server)?.permissions ?? {};
  const ruleSets = new Set([...tables.tenants].filter(([name]) => (tenant === null ? isUnnamed(tables, name) : name === tenant)).map(([, { tools }]) => tools));
  const rules = raw.ruleSets.filter(([id]) => ruleSets.has(id)).flatMap(([, set]) => set.filter((rule) => rule.server === null || rule.server === server));
  return unique([...raw.auth.issuers.flatMap(({ scopes }) => scopes), list, call, ...rules.flatMap(({ needs }) => needs)]);
}

/** Whether a tenant can be recognised by something else than its path or host. Of the others a document that names no tenant says nothing. */
function isUnnamed({ raw: { matches } }: Tables, name: string): boolean {
  const others = [...matches.clients, ...matches.lookups].map(([, tenant]) => tenant).concat(matches.claims.map(({ tenant }) => tenant));
  return matches.implied === name || others.includes(name);
}
