/** The two ways to a token for a server, as questions to authorization servers that the config names. */
import type { ExchangeTable } from '../tables/auth.js';
import { asObject, parseJson } from '../wire/json-rpc.js';
import { ask, type Told } from './ask.js';
import { malformed, readTokenAnswer, unavailable, withheld, type Expected, type TokenAnswer } from './exchange-answers.js';

/** A token, when it was asked for, and for how many milliseconds it is good from then. */
export interface Issued extends TokenAnswer {
  readonly at: number;
}

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const TYPE = 'urn:ietf:params:oauth:token-type:';
const ACCESS_TOKEN = `${TYPE}access_token`;
const ID_JAG = `${TYPE}id-jag`;

/** What a server takes. */
const FOR_SERVER: Expected = { tokenType: 'bearer', issued: [ACCESS_TOKEN, `${TYPE}jwt`] };
/** An assertion is no token that anybody could use (RFC 8693 §2.2.1: `N_A`). */
const ASSERTION: Expected = { tokenType: 'n_a', issued: [ID_JAG] };

type Form = Readonly<Record<string, string | null | undefined>>;
type Exchanger = (credential: string) => Promise<Issued>;

export interface ExchangerOptions {
  readonly table: ExchangeTable;
  readonly secret: string | null;
  readonly resource: string | null;
  /** Milliseconds for all questions of one token. */
  readonly timeout: number;
  readonly now: () => number;
}

/** What it returns rejects with an `UpstreamFault`. */
export function exchanger({ table, secret, resource, timeout, now }: ExchangerOptions): Exchanger {
  const { url, client, audience, grant } = table;
  const scope = table.scopes.length > 0 ? table.scopes.join(' ') : null;
  const id = encodeURIComponent(client.id);
  // RFC 6749 §2.3.1: both are encoded as in forms before they are joined.
  const basic = secret === null ? null : `Basic ${Buffer.from(`${id}:${encodeURIComponent(secret)}`).toString('base64')}`;
  const endpointOf = metadataOf(now);

  const post = (to: string, form: Form, left: number): Promise<Told> => {
    const said = { ...form, ...(basic === null && { client_id: client.id }) };
    const body = new URLSearchParams(Object.entries(said).filter((entry): entry is [string, string] => typeof entry[1] === 'string')).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...(basic !== null && { authorization: basic }) };
    return reached(ask(to, { headers, body, timeout: left }));
  };
  const target: Form = audience === null ? { resource } : { audience };
  const subject = (credential: string): Form => ({ grant_type: TOKEN_EXCHANGE, subject_token: credential, subject_token_type: ACCESS_TOKEN, ...target, scope });

  return async (credential) => {
    const at = now();
    const left = (): number => Math.max(1, at + timeout - now());
    if (grant === 'token-exchange') {
      const answer = await post(url, { ...subject(credential), requested_token_type: ACCESS_TOKEN }, left());
      return { at, ...foreign(readTokenAnswer(answer, FOR_SERVER), credential) };
    }
    const asserted = await post(url, { ...subject(credential), requested_token_type: ID_JAG }, left());
    const { token: assertion } = foreign(readTokenAnswer(asserted, ASSERTION), credential);
    const endpoint = await endpointOf(audience ?? '', left);
    const redeemed = await post(endpoint, { grant_type: JWT_BEARER, assertion, scope }, left());
    const issued = foreign(readTokenAnswer(redeemed, FOR_SERVER), credential);
    if (issued.token === assertion) throw malformed('is what it was asked with');
    return { at, ...issued };
  };
}

/** A server that gives the caller's own token back would have it passed through (MCP, Authorization § Token Passthrough). */
function foreign(answer: TokenAnswer, credential: string): TokenAnswer {
  if (answer.token === credential) throw malformed('is what it was asked with');
  return answer;
}

/** Nothing of what it says is a secret: `ask` repeats nothing that anybody wrote. */
function reached<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw unavailable('EXCHANGE_UNREACHABLE', `no answer of the authorization server: ${error instanceof Error ? error.message : ''}`);
  });
}

/** Milliseconds for which the metadata of an authorization server counts. */
const KEPT_FOR = 600_000;

/** Finds the token endpoint of an issuer (RFC 8414 §3, then OpenID Connect Discovery 1.0 §4). Those who ask meanwhile wait for the same answer. */
function metadataOf(now: () => number): (issuer: string, left: () => number) => Promise<string> {
  let known: { readonly endpoint: Promise<string>; readonly until: number } | null = null;
  return (issuer, left) => {
    if (!known || known.until <= now()) {
      const endpoint = find(issuer, left);
      const mine = { endpoint, until: now() + KEPT_FOR };
      known = mine;
      endpoint.catch(() => known === mine && (known = null));
    }
    return known.endpoint;
  };
}

async function find(issuer: string, left: () => number): Promise<string> {
  if (!URL.canParse(issuer)) throw withheld('EXCHANGE_NO_ISSUER', 'audience is no URL of an authorization server, which id-jag needs', 'config');
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [`${origin}/.well-known/oauth-authorization-server${path}`, `${origin}${path}/.well-known/openid-configuration`];
  for (const place of places) {
    const { status, text } = await reached(ask(place, { timeout: left() }));
    if (status === 429 || status >= 500) throw unavailable('EXCHANGE_FAILED', `the metadata of the authorization server comes with ${status}`);
    if (status === 200) return endpointIn(asObject(parseJson(text)), issuer);
  }
  throw withheld('EXCHANGE_NO_METADATA', 'the authorization server that audience names has no metadata');
}

/** RFC 8414 §3.3: metadata of another issuer is that of somebody who would like to have the assertions of this one. */
function endpointIn({ issuer, token_endpoint: endpoint }: Readonly<Record<string, unknown>>, wanted: string): string {
  if (issuer !== wanted) throw withheld('EXCHANGE_MALFORMED', 'the metadata of the authorization server is that of another issuer');
  const isUrl = typeof endpoint === 'string' && URL.canParse(endpoint);
  // From afar nobody sends the client's secret to this machine.
  const isSafe = isUrl && (new URL(endpoint).protocol === 'https:' || new URL(endpoint).origin === new URL(wanted).origin);
  if (!isSafe) throw withheld('EXCHANGE_MALFORMED', 'the metadata of the authorization server has no token_endpoint with https');
  return endpoint;
}
