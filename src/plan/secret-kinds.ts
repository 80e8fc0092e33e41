/** What a secret must look like, by what it is used for, and whether it can be drawn at random or only somebody else can give it. */
import type { SecretPlan, SecretPurpose } from './infra-types.js';

export interface SecretKind {
  /** Bytes that it must have at least: the gateway does not start with fewer. */
  readonly bytes: number;
  readonly format: string;
  /** `ours`: any random text will do, and whoever needs it is given it. `theirs`: somebody else has drawn it. `either`: the one or the other. */
  readonly drawnBy: 'ours' | 'theirs' | 'either';
}

export const SECRET_KINDS: Readonly<Record<SecretPurpose, SecretKind>> = {
  'client-key': { bytes: 16, format: 'text without blanks', drawnBy: 'ours' },
  'session-key': { bytes: 32, format: 'text', drawnBy: 'ours' },
  'admin-token': { bytes: 16, format: 'text without blanks', drawnBy: 'ours' },
  'token-secret': { bytes: 32, format: 'text, the same as at the issuer', drawnBy: 'ours' },
  'signing-key': { bytes: 32, format: 'text, the same as at the servers', drawnBy: 'ours' },
  'upstream-credential': { bytes: 1, format: 'as the server gave it', drawnBy: 'theirs' },
  'exchange-client': { bytes: 1, format: 'as the authorization server gave it', drawnBy: 'theirs' },
  'upstream-tls': { bytes: 1, format: 'PEM', drawnBy: 'theirs' },
  // A server may be handed what the gateway shares with it, or a key of somebody else.
  'environment': { bytes: 1, format: 'as the server reads it', drawnBy: 'either' },
};

/** What a secret must be for all who use it. */
export function kindOfSecret({ uses }: Pick<SecretPlan, 'uses'>): SecretKind {
  const kinds = uses.map(({ purpose }) => SECRET_KINDS[purpose]);
  const named = kinds.filter(({ drawnBy }) => drawnBy !== 'either');
  const isOurs = named.length > 0 && named.every(({ drawnBy }) => drawnBy === 'ours');
  const formats = [...new Set((named.length > 0 ? named : kinds).map(({ format }) => format))];
  return { bytes: Math.max(...kinds.map(({ bytes }) => bytes)), format: formats.join('; '), drawnBy: isOurs ? 'ours' : 'theirs' };
}
