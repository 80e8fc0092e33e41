/**
 * Access tokens as JSON Web Tokens (RFC 7519, RFC 8725, RFC 9068): read strictly, since whatever can be read in two ways is read in another way by somebody
 * else. What a token says about its own keys (`jku`, `jwk`, `x5u`, `x5c`) is never followed.
 */
import type { Bearer, ClaimValue } from '../decision/facts.js';
import type { IssuerTable } from '../tables/auth.js';
import { asObject } from '../wire/json-rpc.js';
import { spaceEnd, valueEnd } from '../wire/json-text.js';

/** Why a token is not accepted, for logs alone: whoever sent it learns only that. */
export type TokenFault =
  | 'token-malformed' | 'token-too-long' | 'token-type' | 'token-critical' | 'token-bound'
  | 'token-issuer' | 'token-algorithm' | 'token-key' | 'token-signature'
  | 'token-expired' | 'token-not-yet' | 'token-too-old' | 'token-audience' | 'token-subject';

/** What proves that whoever sends a token is the one it was given to (RFC 7800): the thumbprint of a key (RFC 9449), of a certificate (RFC 8705). */
export interface Confirmation {
  readonly jkt?: string;
  readonly 'x5t#S256'?: string;
}

/** Asked about a token that is bound to a key. Without such a check it is refused: without its key it is in the hands of a thief. */
export type Confirm = (confirmation: Confirmation) => boolean;

export interface ReadToken {
  readonly algorithm: string;
  readonly kid: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The text that is signed. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** Characters of a token. Those of people in many groups have some thousands. */
const MOST = 16_384;
/** Characters of a `kid`, of a subject (OpenID Connect Core §2) and of the name of a client. */
const MOST_NAME = 255;
const TEXT = /^[A-Za-z0-9_-]+$/;

/**
 * Types of access tokens. An ID-JAG, a logout token or a proof is signed by the same issuer and is none (RFC 8725 §3.11). Most issuers write `JWT` or
 * nothing; `at+jwt` is that of RFC 9068.
 */
const TYPES: ReadonlySet<unknown> = new Set([undefined, 'jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);
/** Claims by which ID tokens and refresh tokens say what they are: OpenID Connect, Cognito, Keycloak. */
function isOther({ nonce, c_hash: code, token_use: use, typ }: Readonly<Record<string, unknown>>): boolean {
  if (nonce !== undefined || code !== undefined || (use !== undefined && use !== 'access')) return true;
  return typeof typ === 'string' && /^(?:id|refresh|offline|logout)$/i.test(typ);
}

/** Takes a token apart; nothing of it is verified yet. */
export function readToken(text: string): ReadToken | TokenFault {
  if (text.length > MOST) return 'token-too-long';
  const parts = text.split('.', 4);
  const [head = '', body = '', end = ''] = parts;
  if (parts.length !== 3) return 'token-malformed';
  const [header, claims, signature] = [objectIn(head), objectIn(body), bytesOf(end)];
  if (!header || !claims || !signature) return 'token-malformed';
  const { alg, kid, typ, crit } = header;
  if (typeof alg !== 'string' || (kid !== undefined && (typeof kid !== 'string' || kid.length > MOST_NAME))) return 'token-malformed';
  // An extension that must be understood (RFC 7515 §4.1.11): none is.
  if (crit !== undefined) return 'token-critical';
  if (!TYPES.has(typeof typ === 'string' ? typ.toLowerCase() : typ) || isOther(claims)) return 'token-type';
  return { algorithm: alg, kid, claims, signed: text.slice(0, head.length + 1 + body.length), signature };
}

/** Null for what is not the one way to write these bytes: spare bits or padding would give one token many texts. */
function bytesOf(part: string): Buffer | null {
  const bytes = TEXT.test(part) ? Buffer.from(part, 'base64url') : null;
  return bytes?.toString('base64url') === part ? bytes : null;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function objectIn(part: string): Readonly<Record<string, unknown>> | null {
  const bytes = bytesOf(part);
  if (!bytes) return null;
  try {
    const text = UTF8.decode(bytes);
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) && hasOwnNames(text) ? asObject(value) : null;
  } catch {
    return null;
  }
}

/** Whether no two members of an object have one name: readers take the first, the last or none (RFC 7519 §4). The text is known to parse. */
function hasOwnNames(text: string): boolean {
  const names = new Set<unknown>();
  let at = spaceEnd(text, 0);
  for (let count = 1; text[at] !== '}'; count++) {
    at = spaceEnd(text, at + 1);
    if (text[at] === '}') break;
    const end = valueEnd(text, at);
    if (names.add(JSON.parse(text.slice(at, end))).size < count) return false;
    // Behind the name, its colon and its value stands a comma, or the end.
    at = spaceEnd(text, valueEnd(text, spaceEnd(text, spaceEnd(text, end) + 1)));
  }
  return true;
}

export interface Judging {
  readonly issuer: IssuerTable;
  /** The claims that are kept; others are forgotten here. Names are whole: a dot in one is a part of it. */
  readonly wanted: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly confirm?: Confirm | undefined;
}

/** Whom a token names, if its times allow it. For whom it is meant is asked by `isMeantFor`, and its signature by nobody yet. */
export function bearerOf(claims: ReadToken['claims'], { issuer: { issuer, leeway, maxAge }, wanted, now, confirm }: Judging): Bearer | TokenFault {
  const { sub, exp, nbf, iat, cnf, azp, client_id: clientId, appid, aud } = claims;
  if (typeof sub !== 'string' || !isName(sub)) return 'token-subject';
  const audiences = textsIn(aud);
  if (audiences.length === 0 || (Array.isArray(aud) && audiences.length !== aud.length)) return 'token-audience';
  const [until, from, issued] = [millisecondsOf(exp), millisecondsOf(nbf), millisecondsOf(iat)];
  if (until === null || (nbf !== undefined && from === null) || (iat !== undefined && issued === null)) return 'token-malformed';
  if ((from ?? 0) - leeway > now || (issued ?? 0) - leeway > now) return 'token-not-yet';
  if (maxAge !== null && (issued === null || now > issued + maxAge + leeway)) return 'token-too-old';
  const expiresAt = Math.min(until, maxAge === null ? Infinity : (issued ?? 0) + maxAge) + leeway;
  if (now >= expiresAt) return 'token-expired';
  if (cnf !== undefined && !confirm?.(asObject(cnf))) return 'token-bound';
  const client = [azp, clientId, appid].find((one) => typeof one === 'string' && isName(one)) as string | undefined;
  const permissions = permissionsIn(claims);
  return { kind: 'token', issuer, subject: sub, client: client ?? null, audiences, permissions, claims: kept(claims, wanted), expiresAt };
}

/**
 * Whether one of its audiences is one of those (RFC 7519 §4.1.3). Where the config names none it is the resource that was called (RFC 8707): clients take
 * that from the metadata or from what they dial, some with a slash behind it.
 */
export function isMeantFor({ audiences }: Bearer, wanted: readonly string[] | null, resource: () => string): boolean {
  if (wanted) return audiences.some((one) => wanted.includes(one));
  const own = resource();
  return audiences.some((one) => one === own || one === `${own}/`);
}

/** NumericDate (RFC 7519 §2): seconds, also parts of them. A date that no clock can show is none. */
function millisecondsOf(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= 8.64e12 ? value * 1000 : null;
}

/** No control characters, no halves of characters: names go into logs, and into keys in which a line break stands between two of them. */
const isName = (text: string): boolean => text !== '' && text.length <= MOST_NAME && !/\p{Cc}|\p{Cs}|[\u2028\u2029]/u.test(text);

function textsIn(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one): one is string => typeof one === 'string' && one !== '');
}

/** `scope` of RFC 9068 §2.2.3, `scp` of Entra and Okta, `permissions` of Auth0 and WorkOS, `roles` of applications at Entra: what it may, in one list. */
function permissionsIn({ scope, scp, permissions, roles }: ReadToken['claims']): readonly string[] {
  const spaced = [...textsIn(scope), ...textsIn(scp)].flatMap((text) => text.split(' '));
  return [...new Set([...spaced, ...textsIn(permissions), ...textsIn(roles)])].filter((one) => one !== '');
}

/** A claim of another shape than text, number, truth or a list of texts is as one that is not there. */
function kept(claims: ReadToken['claims'], wanted: readonly string[]): Readonly<Record<string, ClaimValue>> {
  const found = wanted.filter((name) => Object.hasOwn(claims, name) && isClaimValue(claims[name]));
  return Object.fromEntries(found.map((name) => [name, claims[name] as ClaimValue]));
}

function isClaimValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string');
  return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
