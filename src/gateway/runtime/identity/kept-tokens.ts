/** Tokens that have been judged, by a digest of each: the next request with the same is judged without its signature. */
import type { Bearer } from '../decision/facts.js';
import type { TokenFault } from './jwt.js';

export interface KeptTokens {
  get(tag: string, now: number): Bearer | TokenFault | null;
  /** @param size characters of the token, which tell how much is kept of it */
  accept(tag: string, bearer: Bearer, size: number): void;
  refuse(tag: string, fault: TokenFault, now: number): void;
}

/** Characters of all tokens that are kept, divided among the issuers: none pushes out the tokens of another. */
const MOST = 8 * 2 ** 20;
/** What an entry takes beside its token. */
const ENTRY = 512;
/** Bad tokens that are remembered, and milliseconds for which they are: a key may be published a moment after the first token that it has signed. */
const MOST_REFUSED = 5000;
const REFUSED_FOR = 10_000;

/** @param versionOf of the keys of an issuer: a token that was accepted by others than those of now is judged anew */
export function createKept(issuers: readonly string[], versionOf: (issuer: string) => number): KeptTokens {
  const accepted = new Map<string, { readonly bearer: Bearer; readonly size: number; readonly version: number }>();
  /** Tags by issuer, the one that was used longest ago first. */
  const shares = new Map(issuers.map((issuer) => [issuer, { tags: new Set<string>(), size: 0 }]));
  const refused = new Map<string, { readonly fault: TokenFault; readonly until: number }>();
  const forget = (tag: string): void => {
    const entry = accepted.get(tag);
    const share = entry && shares.get(entry.bearer.issuer);
    if (!share) return;
    share.size -= entry.size;
    share.tags.delete(tag);
    accepted.delete(tag);
  };
  return {
    get(tag, now) {
      const entry = accepted.get(tag);
      if (entry && now < entry.bearer.expiresAt) {
        if (entry.version !== versionOf(entry.bearer.issuer)) return forget(tag), null;
        const tags = shares.get(entry.bearer.issuer)?.tags;
        tags?.delete(tag);
        tags?.add(tag);
        return entry.bearer;
      }
      if (entry) {
        forget(tag);
        return 'token-expired';
      }
      const bad = refused.get(tag);
      return bad && now < bad.until ? bad.fault : null;
    },
    accept(tag, bearer, length) {
      const share = shares.get(bearer.issuer);
      if (!share) return;
      forget(tag);
      const size = length + ENTRY;
      accepted.set(tag, { bearer, size, version: versionOf(bearer.issuer) });
      share.tags.add(tag);
      share.size += size;
      for (const oldest of share.tags) {
        if (share.size <= MOST / issuers.length) break;
        forget(oldest);
      }
    },
    refuse(tag, fault, now) {
      refused.delete(tag);
      refused.set(tag, { fault, until: now + REFUSED_FOR });
      if (refused.size > MOST_REFUSED) refused.delete(refused.keys().next().value as string);
    },
  };
}
