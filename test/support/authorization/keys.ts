/** Keys that sign tokens, and the set in which an authorization server publishes them (RFC 7517). Benchmarks use this too, so it starts no test runner. */
import { constants, createPublicKey, generateKeyPairSync, randomUUID, sign, verify, type KeyObject } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

/** How `node:crypto` signs by each name of RFC 7518 §3.1 and RFC 8037 §3.1. */
const HASHES = {
  ...{ RS256: 'sha256', RS384: 'sha384', RS512: 'sha512', PS256: 'sha256', PS384: 'sha384', PS512: 'sha512' },
  ...{ ES256: 'sha256', ES384: 'sha384', ES512: 'sha512', EdDSA: null },
} as const;
export type SigningAlgorithm = keyof typeof HASHES;

const CURVES: Partial<Record<SigningAlgorithm, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

export interface SigningKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function newKey(algorithm: SigningAlgorithm = 'RS256', kid: string = randomUUID()): SigningKey {
  return { kid, algorithm, ...pair(algorithm) };
}

function pair(algorithm: SigningAlgorithm): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  const namedCurve = CURVES[algorithm];
  return namedCurve ? generateKeyPairSync('ec', { namedCurve }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** What the set of keys says of one. */
export function publicJwk({ kid, algorithm, publicKey }: SigningKey): Claims {
  return { ...createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** How a signature of this algorithm is padded and written: RSASSA-PSS with a salt as long as its hash, and ECDSA as two numbers (RFC 7518 §3.4, §3.5). */
function waysOf(key: KeyObject, algorithm: SigningAlgorithm) {
  if (algorithm.startsWith('PS')) return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return { key, dsaEncoding: 'ieee-p1363' as const };
}

/** A signed token. `header` overrides what its head says, also `alg` and `kid`, for tests of what must be refused. */
export function signToken(key: SigningKey, claims: Claims, header: Claims = {}): string {
  const text = `${encode({ alg: key.algorithm, typ: 'at+jwt', kid: key.kid, ...header })}.${encode(claims)}`;
  return `${text}.${sign(HASHES[key.algorithm], Buffer.from(text), waysOf(key.privateKey, key.algorithm)).toString('base64url')}`;
}

/** The head and the claims of a token; null where none of the keys has signed it. It says nothing about times. */
export function readToken(keys: readonly SigningKey[], token: string): { readonly header: Claims; readonly claims: Claims } | null {
  const [head = '', body = '', signature = ''] = token.split('.');
  const parse = (part: string): Claims => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Claims;
  try {
    const header = parse(head);
    const key = keys.find(({ kid }) => kid === header['kid']);
    if (!key) return null;
    const signed = Buffer.from(`${head}.${body}`);
    const isSigned = verify(HASHES[key.algorithm], signed, waysOf(key.publicKey, key.algorithm), Buffer.from(signature, 'base64url'));
    return isSigned ? { header, claims: parse(body) } : null;
  } catch {
    return null;
  }
}
