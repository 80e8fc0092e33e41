/**
 * What it costs to know a credential that has come before, in microseconds of processor time. Requests through a gateway show little of it, since what follows
 * from a head is kept with its connection for a second; this is what is left where every request has another head.
 */
import { authenticator, type Authenticate } from '#src/gateway/runtime/identity/credentials.js';
import { createTokens } from '#src/gateway/runtime/identity/tokens.js';
import { askedOf, gatewayConfig, tablesOf } from '../support/gateway-tables.js';
import { issuerKey, seconds, tokenOf } from '../support/issuer.js';

/** Microseconds for one request. */
export interface Authentication {
  readonly key: number;
  /** One token, again and again. */
  readonly token: number;
  /** Those of a thousand people in turn. */
  readonly many: number;
  /** What a token costs that has not come before: to verify its signature alone (RS256). */
  readonly signature: number;
  /** Characters of a token. */
  readonly length: number;
}

const ISSUER = 'https://login.example.com';
const ROUNDS = 5;
const KEY = 'a-key-of-a-client-0123456789';
/** As long as tokens of people usually are, about 1,000 characters. */
const GROUPS = ['staff', 'x'.repeat(200)];
const CLAIMS = { aud: 'gateway', azp: 'app', scope: 'openid profile tools:read tools:write', org: 'acme', email: 'somebody@example.com', groups: GROUPS };
const JWT = { issuer: ISSUER, jwks: `${ISSUER}/keys`, audience: 'gateway', algorithms: ['RS256'] };

/** @param calls of each round */
export async function measureAuthentication(calls: number): Promise<Authentication> {
  const auth = { clients: { a: { keys: [{ secret: 'A' }] } }, jwt: JWT };
  const tables = tablesOf(gatewayConfig({ auth }));
  const key = issuerKey('RS256', 'one');
  const fetch = () => Promise.resolve({ status: 200, headers: {}, text: JSON.stringify({ keys: [key.jwk] }) });
  const tokens = createTokens(tables, () => '', null, { log: () => {}, fetch });
  const authenticate = authenticator(tables, () => KEY, {}, tokens);
  const people = Array.from({ length: 1000 }, (_, at) => tokenOf(key, { iss: ISSUER, sub: `user-${at}`, exp: seconds(3600), ...CLAIMS }));
  const asked = (credentials: readonly string[]) => credentials.map((one) => askedOf(tables, { headers: { authorization: `Bearer ${one}` } }));
  const [first = ''] = people;
  const ofKey = await costOf(authenticate, asked([KEY]), calls);
  const ofToken = await costOf(authenticate, asked([first]), calls);
  const many = await costOf(authenticate, asked(people), calls);
  const verified = tokens.sources.get(ISSUER)?.keys.candidates('one', 'RS256')[0];
  const [head = '', body = '', end = ''] = first.split('.');
  const signature = spent(Math.ceil(calls / 100), () => void verified?.verifies('RS256', `${head}.${body}`, Buffer.from(end, 'base64url')));
  tokens.close(null);
  return { key: ofKey, token: ofToken, many, signature, length: first.length };
}

async function costOf(by: Authenticate, asked: readonly ReturnType<typeof askedOf>[], calls: number): Promise<number> {
  for (const one of asked) if (!/client|token/.test((await by(one)).kind)) throw new Error('a credential of the bench is not accepted');
  let at = 0;
  const next = (): void => {
    const one = asked[at++ % asked.length];
    if (one) void by(one);
  };
  const rounds = Array.from({ length: ROUNDS }, () => spent(calls, next));
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
}

function spent(times: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

export function authenticationLines({ key, token, many, signature, length }: Authentication): readonly string[] {
  return [
    `a key ${key.toFixed(2)} µs; a token of ${length} characters ${token.toFixed(2)} µs, ${(token / key).toFixed(2)} of a key`,
    `tokens of 1,000 people in turn ${many.toFixed(2)} µs, ${(many / token).toFixed(2)} of one; to verify one for the first time ${signature.toFixed(1)} µs`,
  ];
}
