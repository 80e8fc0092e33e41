/** Credentials: whose a request is. */
import { randomBytes } from 'node:crypto';
import type { Principal } from '../decision/facts.js';
import type { Tables } from '../decision/lookups.js';
import { SettingError, type Env } from '../process/env.js';
import { digest } from '../wire/digest.js';
import type { Asked } from './asked.js';
import { environmentKeys } from './environment-keys.js';
import type { Tokens } from './tokens.js';

/** Who a request's credentials say it is. A promise only where somebody has to be asked: a credential that comes again is known at once. */
export type Authenticate = (asked: Asked) => Principal | Promise<Principal>;

const KEY_UNKNOWN: Principal = { kind: 'invalid', why: 'key-unknown' };
const UNKNOWN: Principal = { kind: 'unknown' };
/** What is no token, or one of an issuer that the config does not name: somebody else may know it. */
const NOBODYS: ReadonlySet<string> = new Set(['key-unknown', 'token-malformed', 'token-issuer']);

/** Keys of declared clients, then tokens of issuers. Where neither is known the credential is nobody's. */
export function authenticator(tables: Tables, secretOf: (name: string) => string, env: Env, tokens: Tokens | null): Authenticate {
  const secret = randomBytes(32).toString('base64');
  const hidden = (credential: string): string => digest(secret + credential);
  const hasLookup = tables.raw.auth.lookup !== null;
  const clients = clientsByKey(tables, secretOf, env, hidden);
  return (asked) => {
    const { authorization, 'x-api-key': apiKey } = asked.request.headers;
    const bearer = authorization === undefined ? undefined : bearerIn(authorization);
    // Two different credentials leave open whose request it is.
    if (bearer !== undefined && apiKey !== undefined && apiKey !== bearer) return { kind: 'invalid', why: 'credentials-differ' };
    const credential = bearer ?? apiKey;
    if (credential === undefined) return authorization === undefined ? { kind: 'missing' } : { kind: 'invalid', why: 'scheme-unknown' };
    const tag = hidden(credential);
    const client = clients.get(tag);
    if (client) return client;
    // A token is sent as a bearer and in no other way (RFC 6750 §2.1).
    const judged = tokens && bearer !== undefined ? tokens.judge(bearer, tag, asked) : KEY_UNKNOWN;
    // The authorization API is not asked about what an issuer's own keys or claims speak against.
    return hasLookup && !(judged instanceof Promise) && judged.kind === 'invalid' && NOBODYS.has(judged.why ?? '') ? UNKNOWN : judged;
  };
}

/** RFC 6750 §2.1. A pattern over a long token costs a fifth of all that is done with it here, and nearly all write it in one way. */
function bearerIn(authorization: string): string | undefined {
  const usual = authorization.startsWith('Bearer ') && !authorization.includes(' ', 7) && !authorization.includes('\t') && authorization.length > 7;
  return usual ? authorization.slice(7) : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

/**
 * API keys, as `Authorization: Bearer` or `X-Api-Key`. Keys are compared by their digests behind a secret of this process, which nobody sees: how long a
 * comparison takes says nothing about how much of a guess was right.
 */
function clientsByKey(tables: Tables, secretOf: (name: string) => string, env: Env, hidden: (key: string) => string): ReadonlyMap<string, Principal> {
  const principals = new Map<string, Principal>();
  const names = new Map<string, string>();
  const add = (name: string, key: string, client: string, permissions: readonly string[]): void => {
    const tag = hidden(key);
    const other = names.get(tag);
    // Two clients with one key would be one client with two names.
    if (other !== undefined && other !== name) throw new SettingError(`secrets ${other} and ${name} have the same value; each key must be its client's own`);
    names.set(tag, name);
    principals.set(tag, { kind: 'client', client, permissions });
  };
  for (const [client, { keys, permissions }] of tables.clients) for (const name of keys) add(name, secretOf(name), client, permissions);
  for (const { name, key, client, permissions } of tables.raw.auth.environmentKeys ? environmentKeys(tables, env) : []) add(name, key, client, permissions);
  return principals;
}
