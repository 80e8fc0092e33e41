/** The secrets of a gateway, read when it starts and when it is told to reload. */
import type { Tables } from '../decision/lookups.js';
import { SettingError, surroundingsOf, type Env } from '../process/env.js';
import { longSecret } from '../process/secrets.js';
import type { TextOrSecret, ToServerTable } from '../tables/auth.js';

/** Reads all, and says of all that are missing or too short at once: whoever starts it would learn of one at a time. @returns the value of a name */
export function readSecrets(tables: Tables, env: Env): (name: string) => string {
  const values = new Map<string, string>();
  const faults = new Set<string>();
  for (const [name, bytes] of wantedSecrets(tables)) {
    try {
      values.set(name, longSecret(env, name, bytes));
    } catch (error) {
      faults.add((error as Error).message);
    }
  }
  if (faults.size > 0) throw new SettingError([...faults].join('\n'));
  return (name) => values.get(name) as string;
}

/** Every secret this process will read, and how many bytes it must have. */
function wantedSecrets({ raw, clients, pools, placement, tenants }: Tables): (readonly [string, number])[] {
  const found = [...pools.values()].map(({ sources }) => sources[surroundingsOf(placement)]);
  const children = found.flatMap((source) => (source.kind === 'spawn' ? source.child.env : []));
  return [
    ...raw.sessions.keys.map((name) => [name, 32] as const),
    // A shorter key of HMAC could be guessed from one token (RFC 7518 §3.2).
    ...raw.auth.issuers.flatMap(({ keys }) => (keys.kind === 'secret' ? [[keys.secret, 32] as const] : [])),
    ...[...clients.values()].flatMap(({ keys }) => keys.map((name) => [name, 16] as const)),
    ...[raw.admin?.readToken, raw.admin?.writeToken].flatMap((name) => (name ? [[name, 16] as const] : [])),
    ...children.flatMap(([, value]) => ('secret' in value ? [[value.secret, 1] as const] : [])),
    ...[...pools.values()].flatMap(({ toServer }) => (toServer ? shownTo(toServer).map((name) => [name, 1] as const) : [])),
    // A signature that could be guessed says nothing (RFC 2104 §3: as long as the hash).
    ...[...tenants.values()].flatMap(({ forward }) => (forward?.signed ? [[forward.signed.secret, 32] as const] : [])),
  ];
}

/** The secrets by which the gateway shows itself to one server, or to whoever gives it tokens for that. */
function shownTo({ headers, auth, tls, exchange }: ToServerTable): string[] {
  const named = (from: TextOrSecret | null | undefined): string[] => (from && 'secret' in from ? [from.secret] : []);
  const plain = [auth?.secret, exchange?.client.secret].flatMap((name) => (name ? [name] : []));
  return [...headers.flatMap(([, value]) => named(value)), ...[tls?.ca, tls?.cert, tls?.key].flatMap(named), ...plain];
}
