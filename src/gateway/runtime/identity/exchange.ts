/**
 * A caller's token turned into one for a server: by token exchange (RFC 8693), or by way of an identity assertion that the server's own authorization server
 * redeems (ID-JAG). Tokens are kept for whoever showed the caller's, and for nobody else: another token of the same subject may have fewer scopes.
 */
import { createMemory } from '../process/memory.js';
import { createPlaces, type Holder } from '../process/places.js';
import type { ExchangeTable } from '../tables/auth.js';
import { digest } from '../wire/digest.js';
import type { UpstreamFault } from '../wire/fault.js';
import { exchanger, type Issued } from './exchange-grants.js';
import { unavailable } from './exchange-answers.js';

/** A caller, with what it showed. */
export interface Subject {
  /** Tenant and principal. */
  readonly owner: string;
  /** Whose share of all that is asked at once it takes from. */
  readonly holder: Holder;
  readonly credential: string;
  /** When the credential itself expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Those of one server. */
export interface Exchange {
  /** A token that is still good; a promise of one where it has to be asked for. Throws or rejects with an `UpstreamFault`. */
  token(subject: Subject): string | Promise<string>;
  /** The server does not take this token. */
  drop(subject: Subject, token: string): void;
}

export interface ExchangeOptions {
  readonly table: ExchangeTable;
  /** Of the gateway at the authorization server; null for a public client. */
  readonly secret: string | null;
  /** The server's URL, for which a token is asked where the config names no audience (RFC 8707). */
  readonly resource: string | null;
  readonly now?: () => number;
  /** Questions under way at once. Default: 128. */
  readonly most?: number;
  /** Milliseconds for one token. Default: 8000. */
  readonly timeout?: number;
}

/** Bytes of all tokens that are kept for one server, and of what is kept beside each. */
const MOST_KEPT = 4 * 2 ** 20;
const BESIDE = 256;
const MOST_ASKED = 128;
const TIMEOUT = 8000;
/** A token is not used in its last seconds: it has to last until the server has looked at it. */
const MARGIN = 30_000;
/** Where it is short, so much of its life. */
const MARGIN_OF_LIFE = 0.2;
/** Milliseconds for which a failure counts for whoever met it: a client that asks in a loop asks nobody else. */
const FAILED_FOR = 1000;
const SWEEP_EVERY = 30_000;

type Kept = { readonly until: number } & ({ readonly token: string } | { readonly fault: UpstreamFault });

export function createExchange({ table, secret, resource, now = Date.now, most = MOST_ASKED, timeout = TIMEOUT }: ExchangeOptions): Exchange {
  const kept = createMemory<Kept>(MOST_KEPT);
  const places = createPlaces();
  const asking = new Map<string, Promise<string>>();
  const exchange = exchanger({ table, secret, resource, timeout, now });
  let swept = now();

  const keep = (owner: string, key: string, value: Kept, size: number): void => {
    // What has expired must not take the room of those who come now.
    if (now() - swept > SWEEP_EVERY) {
      swept = now();
      kept.prune(({ until }) => until <= swept);
    }
    if (value.until > now()) kept.set(owner, key, value, BESIDE + size);
  };

  const ask = async ({ owner, credential, expiresAt }: Subject, key: string): Promise<string> => {
    let issued: Issued;
    try {
      issued = await exchange(credential);
    } catch (error) {
      keep(owner, key, { fault: error as UpstreamFault, until: now() + FAILED_FOR }, 0);
      throw error;
    }
    const { token, at, life } = issued;
    keep(owner, key, { token, until: Math.min(at + life - Math.min(MARGIN, life * MARGIN_OF_LIFE), expiresAt) }, token.length);
    return token;
  };

  return {
    token(subject) {
      const { owner, holder, credential } = subject;
      const key = digest(credential);
      const known = kept.get(owner, key);
      if (known && known.until > now()) {
        if ('fault' in known) throw known.fault;
        return known.token;
      }
      const id = `${owner}\n${key}`;
      const under = asking.get(id);
      if (under) return under;
      const release = places.take(most, holder);
      if (!release) throw unavailable('EXCHANGE_FULL', 'its share of questions to the authorization server is under way', 'gateway');
      const asked = ask(subject, key).finally(() => {
        release();
        asking.delete(id);
      });
      asking.set(id, asked);
      return asked;
    },
    drop({ owner, credential }, token) {
      const key = digest(credential);
      const known = kept.get(owner, key);
      // Another may have been fetched meanwhile.
      if (known && 'token' in known && known.token === token) kept.delete(owner, key);
    },
  };
}
