/** Tokens of the issuers that the config names: whose they are, and which have been verified already. */
import { callerKey } from '../decision/address.js';
import type { Bearer, Principal } from '../decision/facts.js';
import type { Tables } from '../decision/lookups.js';
import { resourceUrl } from '../decision/resource-url.js';
import type { Log } from '../process/log.js';
import type { IssuerTable } from '../tables/auth.js';
import type { Asked } from './asked.js';
import { createJwks, fixedKey, type JwksOptions, type KeySource } from './jwks.js';
import { bearerOf, isMeantFor, readToken, type Confirm, type TokenFault } from './jwt.js';
import { createKept } from './kept-tokens.js';
import { secretKey } from './signature.js';

export interface Tokens {
  /** @param tag stands for the credential where something is kept of it */
  judge(credential: string, tag: string, asked: Asked): Principal | Promise<Principal>;
  /** Whether a token that was accepted when its issuer's keys came from that source would be accepted now, its times apart. */
  recognises(bearer: Bearer, asked: Asked, source: Source | undefined): boolean;
  /** Has the issuers asked for their keys before somebody needs them. */
  warm(): void;
  /** Lets go of what the next ones have not taken over. */
  close(next: Tokens | null): void;
  readonly sources: ReadonlyMap<string, Source>;
}

/** Where the keys of an issuer come from; it is taken over by a reload that leaves it as it is. */
export interface Source {
  readonly of: string;
  readonly keys: KeySource;
}

export interface TokensOptions extends Pick<JwksOptions, 'log' | 'fetch' | 'clock'> {
  readonly log: Log;
  /** Milliseconds since the epoch. Default: the clock of this machine. */
  readonly now?: () => number;
  /** Asked about tokens that are bound to a key. Default: they are refused. */
  readonly confirm?: Confirm;
}


export function createTokens(tables: Tables, secretOf: (name: string) => string, before: Tokens | null, options: TokensOptions): Tokens {
  const { auth } = tables.raw;
  const { now = Date.now, confirm } = options;
  const issuers = new Map(auth.issuers.map((issuer) => [issuer.issuer, issuer]));
  const sources = new Map(auth.issuers.map((issuer) => [issuer.issuer, sourceOf(issuer, secretOf, before, options)]));
  const kept = createKept([...issuers.keys()], (issuer) => (sources.get(issuer) as Source).keys.version());
  const resourceOf = (asked: Asked) => (): string => resourceUrl(tables, asked);

  const accepted = (bearer: Bearer, asked: Asked): Principal => {
    const { audiences } = issuers.get(bearer.issuer) as IssuerTable;
    return isMeantFor(bearer, audiences, resourceOf(asked)) ? bearer : invalid('token-audience');
  };
  const judge = (text: string, tag: string, asked: Asked): Principal | Promise<Principal> => {
    const at = now();
    const known = kept.get(tag, at);
    if (known) return typeof known === 'string' ? invalid(known) : accepted(known, asked);
    const token = readToken(text);
    if (typeof token === 'string') return invalid(token);
    const { algorithm, kid, claims, signed, signature } = token;
    const issuer = typeof claims['iss'] === 'string' ? issuers.get(claims['iss']) : undefined;
    if (!issuer) return invalid('token-issuer');
    if (!issuer.algorithms.some((one) => one === algorithm)) return invalid('token-algorithm');
    const bearer = bearerOf(claims, { issuer, wanted: auth.claims, now: at, confirm });
    if (typeof bearer === 'string') return invalid(bearer);
    const principal = accepted(bearer, asked);
    if (principal.kind === 'invalid') return principal;
    const { keys } = sources.get(issuer.issuer) as Source;
    const candidates = () => keys.candidates(kid, algorithm);
    const isSigned = (): boolean => candidates().some((key) => key.verifies(algorithm, signed, signature));
    const settle = (isGood: boolean): Principal => {
      if (isGood) kept.accept(tag, bearer, text.length);
      else kept.refuse(tag, candidates().length > 0 ? 'token-signature' : 'token-key', now());
      return isGood ? principal : invalid(candidates().length > 0 ? 'token-signature' : 'token-key');
    };
    if (isSigned()) return settle(true);
    // The key that it names is known, and has not signed it.
    if (issuer.keys.kind === 'secret' || (kid !== undefined && candidates().length > 0)) return settle(false);
    return keys.renew(callerKey(asked.address), isSigned).then((unavailable) => unavailable ?? settle(isSigned()));
  };
  return {
    sources,
    judge,
    recognises: (bearer, asked, source) => source !== undefined && sources.get(bearer.issuer) === source && accepted(bearer, asked).kind === 'token',
    warm() {
      for (const { keys } of sources.values()) keys.warm();
    },
    close(next) {
      for (const [issuer, source] of sources) if (next?.sources.get(issuer) !== source) source.keys.close();
    },
  };
}

const invalid = (why: TokenFault): Principal => ({ kind: 'invalid', why });

function sourceOf({ issuer, keys }: IssuerTable, secretOf: (name: string) => string, before: Tokens | null, options: TokensOptions): Source {
  const of = keys.kind === 'jwks' ? keys.url : secretOf(keys.secret);
  const known = before?.sources.get(issuer);
  if (known?.of === of) return known;
  return { of, keys: keys.kind === 'jwks' ? createJwks({ ...options, issuer, url: keys.url }) : fixedKey(secretKey(of)) };
}
