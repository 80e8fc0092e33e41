/** What authorization servers answer, read as strangers' words: a token that can be used, or why there is none. */
import { CodedError, type Blame } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import { asObject, parseJson } from '../wire/json-rpc.js';
import type { Told } from './ask.js';

/** Nobody could be asked, or answers now. */
export function unavailable(code: string, why: string, blame: Blame = 'issuer', retryAfter = 1): UpstreamFault {
  return new UpstreamFault('token-unavailable', new CodedError(code, why, blame), retryAfter);
}

/** There is an answer, and no token in it that could be used. */
export const withheld = (code: string, why: string, blame: Blame = 'issuer'): UpstreamFault =>
  new UpstreamFault('token-withheld', new CodedError(code, why, blame));

/** Whose fault each error of RFC 6749 §5.2, RFC 8693 §2.2.2 and RFC 8707 §2 is. What is none of them is not repeated. */
const ERRORS: ReadonlyMap<unknown, Blame> = new Map<unknown, Blame>([
  ['invalid_grant', 'client'], ['access_denied', 'client'], ['interaction_required', 'client'],
  ['invalid_request', 'config'], ['invalid_client', 'config'], ['unauthorized_client', 'config'],
  ['unsupported_grant_type', 'config'], ['invalid_scope', 'config'], ['invalid_target', 'config'],
]);

export interface TokenAnswer {
  readonly token: string;
  /** Milliseconds. */
  readonly life: number;
}

export interface Expected {
  /** In lower case. */
  readonly tokenType: string;
  /** Where the answer names what it is. */
  readonly issued: readonly string[];
}

/** Bytes of a token: it has to fit into a head. */
const MOST = 6000;
/** Milliseconds of a token that does not say how long it lives, and the longest that is believed. */
const UNSAID = 60_000;
const LONGEST = 86_400_000;
/** RFC 6750 §2.1. */
const TOKEN = /^[\w\-.~+/]+=*$/;

/** @throws {UpstreamFault} */
export function readTokenAnswer({ status, text, headers }: Told, { tokenType, issued }: Expected): TokenAnswer {
  const isBusy = status === 429 || status >= 500;
  if (isBusy) throw unavailable('EXCHANGE_FAILED', `the authorization server answers with ${status}`, 'issuer', waitOf(headers['retry-after']));
  const said = asObject(parseJson(text));
  if (status !== 200) {
    const blame = ERRORS.get(said['error']);
    throw withheld('EXCHANGE_REFUSED', `the authorization server answers with ${status}${blame ? ` and ${String(said['error'])}` : ''}`, blame ?? 'issuer');
  }
  const { access_token: token, token_type: type, issued_token_type: issuedType = issued[0], expires_in: seconds } = said;
  if (typeof token !== 'string' || token.length > MOST || !TOKEN.test(token)) throw malformed('has no access_token that could be used');
  if (typeof type !== 'string' || type.toLowerCase() !== tokenType) throw malformed(`has a token_type other than ${tokenType}`);
  if (!issued.includes(issuedType as string)) throw malformed('is a token of another issued_token_type than was asked for');
  if (seconds !== undefined && !(Number(seconds) > 0)) throw malformed('is a token that has expired already');
  return { token, life: seconds === undefined ? UNSAID : Math.min(Number(seconds) * 1000, LONGEST) };
}

export const malformed = (what: string): UpstreamFault => withheld('EXCHANGE_MALFORMED', `the answer of the authorization server ${what}`);

const waitOf = (header: string | undefined): number => Math.min(60, Math.max(1, Number(header) || 1));
