/**
 * Signatures of tokens (RFC 7518, RFC 8037), and the keys that may have made them. For which algorithm a key is good is a property of the key, and never what
 * a token says.
 */
import { constants, createHmac, createPublicKey, timingSafeEqual, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from '../tables/auth.js';
import { asObject } from '../wire/json-rpc.js';

interface PublicAlgorithm {
  readonly kty: string;
  /** Null where the key's type alone decides. */
  readonly curves: readonly string[] | null;
  readonly hash: string | null;
  readonly padding?: number;
}

const rsa = (hash: string): PublicAlgorithm => ({ kty: 'RSA', curves: null, hash, padding: constants.RSA_PKCS1_PADDING });
const pss = (hash: string): PublicAlgorithm => ({ kty: 'RSA', curves: null, hash, padding: constants.RSA_PKCS1_PSS_PADDING });
const ecdsa = (hash: string, curve: string): PublicAlgorithm => ({ kty: 'EC', curves: [curve], hash });

const PUBLIC: Readonly<Record<Exclude<Algorithm, 'HS256'>, PublicAlgorithm>> = {
  RS256: rsa('sha256'), RS384: rsa('sha384'), RS512: rsa('sha512'),
  PS256: pss('sha256'), PS384: pss('sha384'), PS512: pss('sha512'),
  ES256: ecdsa('sha256', 'P-256'), ES384: ecdsa('sha384', 'P-384'), ES512: ecdsa('sha512', 'P-521'),
  EdDSA: { kty: 'OKP', curves: ['Ed25519', 'Ed448'], hash: null },
};
/** Bytes of a signature, where the curve decides it: r and s side by side (RFC 7518 §3.4), and not the DER that other protocols have. */
const LENGTH: Readonly<Record<string, number>> = { 'P-256': 64, 'P-384': 96, 'P-521': 132, Ed25519: 64, Ed448: 114 };

/** Bits of an RSA key: RFC 7518 §3.3 asks for the least, and beyond the most a signature takes so long to verify that a token is an attack. */
const RSA_LEAST = 2048;
const RSA_MOST = 8192;

/** A key of an issuer, as far as it is known. */
export interface VerifyingKey {
  readonly kid: string | undefined;
  /** Whether a token of this algorithm may be signed with it. */
  fits(algorithm: string): boolean;
  verifies(algorithm: string, signed: string, signature: Buffer): boolean;
}

/** A key of a set (RFC 7517 §4); null for what verifies no signature of ours: secrets, keys for encryption, weak keys, points that lie on no curve. */
export function keyOf(value: unknown): VerifyingKey | null {
  const { kty, kid, use, key_ops: operations, alg, crv, n, e, x, y } = asObject(value);
  if ((use !== undefined && use !== 'sig') || (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))) return null;
  if ((kid !== undefined && typeof kid !== 'string') || (alg !== undefined && typeof alg !== 'string')) return null;
  // Only the members of a public key: with a private one the key would be of another sort.
  const key = publicKey(kty === 'RSA' ? { kty, n, e } : kty === 'EC' ? { kty, crv, x, y } : { kty, crv, x });
  if (!key || !isStrong(key)) return null;
  const rowOf = (algorithm: string): PublicAlgorithm | null => {
    const row = Object.hasOwn(PUBLIC, algorithm) ? PUBLIC[algorithm as keyof typeof PUBLIC] : null;
    return row && row.kty === kty && (row.curves?.includes(String(crv)) ?? true) && (alg === undefined || alg === algorithm) ? row : null;
  };
  return {
    kid,
    fits: (algorithm) => rowOf(algorithm) !== null,
    verifies: (algorithm, signed, signature) => {
      const row = rowOf(algorithm);
      if (!row || (row.curves && signature.length !== LENGTH[String(crv)])) return false;
      const { hash, padding } = row;
      const how = padding === undefined ? { key, dsaEncoding: 'ieee-p1363' as const } : { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
      return verify(hash, Buffer.from(signed, 'latin1'), how, signature);
    },
  };
}

/** @param secret of at least 32 bytes, which its reader sees to (RFC 7518 §3.2) */
export function secretKey(secret: string): VerifyingKey {
  const fits = (algorithm: string): boolean => algorithm === 'HS256';
  return {
    kid: undefined,
    fits,
    verifies: (algorithm, signed, signature) => {
      const own = createHmac('sha256', secret).update(signed, 'latin1').digest();
      return fits(algorithm) && own.length === signature.length && timingSafeEqual(own, signature);
    },
  };
}

function publicKey(key: Readonly<Record<string, unknown>>): KeyObject | null {
  try {
    return createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
  } catch {
    return null;
  }
}

function isStrong({ asymmetricKeyDetails: { modulusLength, publicExponent } = {} }: KeyObject): boolean {
  if (modulusLength === undefined) return true;
  return modulusLength >= RSA_LEAST && modulusLength <= RSA_MOST && publicExponent !== undefined && publicExponent >= 3n;
}
