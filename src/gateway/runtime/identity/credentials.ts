/** Credentials: whose a request is. */
import { randomBytes } from 'node:crypto';
import type { Principal } from '../decision/facts.js';
import type { Tables } from '../decision/lookups.js';
import { SettingError } from '../process/env.js';
import { digest } from '../wire/digest.js';

/** Who a request's credentials say it is. */
export type Authenticate = (headers: Readonly<Record<string, string | undefined>>) => Principal;

/**
 * API keys, as `Authorization: Bearer` or `X-Api-Key`. Keys are compared by their digests behind a secret of this process, which nobody sees: how long a
 * comparison takes says nothing about how much of a guess was right.
 */
export function apiKeys(tables: Tables, secretOf: (name: string) => string): Authenticate {
  const keyOf = distinct(secretOf);
  const secret = randomBytes(32).toString('base64');
  const hidden = (key: string): string => digest(secret + key);
  const principals = new Map<string, Principal>();
  for (const [client, { keys, permissions }] of tables.clients) {
    for (const name of keys) principals.set(hidden(keyOf(name)), { kind: 'client', client, permissions });
  }
  return (headers) => {
    const bearer = /^Bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
    const key = bearer ?? headers['x-api-key'];
    // Two different credentials leave open whose request it is.
    if (bearer !== undefined && headers['x-api-key'] !== undefined && headers['x-api-key'] !== bearer) return { kind: 'invalid' };
    if (key === undefined) return { kind: headers['authorization'] === undefined ? 'missing' : 'invalid' };
    return principals.get(hidden(key)) ?? { kind: tables.raw.auth.lookup ? 'unknown' : 'invalid' };
  };
}

/** Two clients with one key would be one client with two names. */
function distinct(read: (name: string) => string): (name: string) => string {
  const names = new Map<string, string>();
  return (name) => {
    const value = read(name);
    const other = names.get(value);
    if (other !== undefined && other !== name) throw new SettingError(`secrets ${other} and ${name} have the same value; each key must be its client's own`);
    names.set(value, name);
    return value;
  };
}
