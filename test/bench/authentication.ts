/**
 * `node .test/bench/authentication.js`: what it costs to know a credential that has come before, in microseconds of processor time. The bench itself sees
 * little of it, since what follows from a head is kept with its connection for a second; this is what is left where every request has another head.
 */
import { authenticator } from '#src/gateway/runtime/identity/credentials.js';
import type { Authenticate } from '#src/gateway/runtime/identity/credentials.js';
import { createTokens } from '#src/gateway/runtime/identity/tokens.js';
import { askedOf, gatewayConfig, tablesOf } from '../support/gateway-tables.js';
import { issuerKey, seconds, tokenOf } from '../support/issuer.js';

const ISSUER = 'https://login.example.com';
const CALLS = 200_000;
const ROUNDS = 5;
/** As long as tokens of people usually are, about 1,000 characters. */
const GROUPS = ['staff', 'x'.repeat(200)];
const CLAIMS = { aud: 'gateway', azp: 'app', scope: 'openid profile tools:read tools:write', org: 'acme', email: 'somebody@example.com', groups: GROUPS };

const { auth, ...raw } = tablesOf(gatewayConfig({ auth: { clients: { a: { keys: [{ secret: 'A' }] } } } })).raw;
const issuer = { issuer: ISSUER, audiences: ['gateway'], algorithms: ['RS256'] as const, leeway: 30_000, maxAge: null, scopes: [] };
const issuers = [{ ...issuer, keys: { kind: 'jwks' as const, url: `${ISSUER}/keys` } }];
const base = tablesOf(gatewayConfig());
const tables = { ...base, clients: new Map([['a', { keys: ['A'], permissions: [] }]]), raw: { ...raw, auth: { ...auth, issuers, claims: ['org'] } } };

const key = issuerKey('RS256', 'one');
const fetch = () => Promise.resolve({ status: 200, headers: {}, text: JSON.stringify({ keys: [key.jwk] }) });
const tokens = createTokens(tables, () => '', null, { log: () => {}, fetch });
const authenticate = authenticator(tables, () => 'a-key-of-a-client-0123456789', {}, tokens);
/** A thousand people, as one after the other comes. */
const people = Array.from({ length: 1000 }, (_, at) => tokenOf(key, { iss: ISSUER, sub: `user-${at}`, exp: seconds(3600), ...CLAIMS }));
const askedWith = (credential: string) => askedOf(tables, { headers: { authorization: `Bearer ${credential}` } });

async function measure(name: string, by: Authenticate, credentials: readonly string[]): Promise<number> {
  const asked = credentials.map(askedWith);
  for (const one of asked) if (!/client|token/.test((await by(one)).kind)) throw new Error(`${name}: not accepted`);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let call = 0; call < CALLS; call++) void by(asked[call % asked.length] ?? askedWith(''));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / CALLS;
  });
  const median = rounds.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
  process.stdout.write(`${name}: ${median.toFixed(2)} µs\n`);
  return median;
}

const ofKey = await measure('the key of a client', authenticate, ['a-key-of-a-client-0123456789']);
const ofToken = await measure(`one token of ${people[0]?.length ?? 0} characters`, authenticate, people.slice(0, 1));
const ofMany = await measure('tokens of 1,000 people in turn', authenticate, people);
const verified = tokens.sources.get(ISSUER)?.keys.candidates('one', 'RS256')[0];
const [head = '', body = '', end = ''] = (people[0] ?? '').split('.');
const before = process.cpuUsage();
for (let call = 0; call < 2000; call++) verified?.verifies('RS256', `${head}.${body}`, Buffer.from(end, 'base64url'));
const { user, system } = process.cpuUsage(before);
process.stdout.write(`a signature (RS256): ${((user + system) / 2000).toFixed(1)} µs\n`);
process.stdout.write(`a token to a key: ${(ofToken / ofKey).toFixed(2)}; of many to one: ${(ofMany / ofToken).toFixed(2)}\n`);
tokens.close(null);
