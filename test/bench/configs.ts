/** The configs of the gateways that are measured: one that says as little as it can, and one that uses every part of the policy. */
import type { Config } from '../support/gateway-tables.js';
import { secretTokenOf, seconds } from '../support/issuer.js';
import { planOf, type Overrides } from '../support/planned.js';
import { CALLERS, secretValue } from './callers.js';

/** High enough to be counted and never to bite. */
const RATE = '1000000000/s';
const MANY = 1_000_000;

/** An address may ask twenty times a second unless told otherwise, and all load comes from one. */
export function leastConfig(upstream: number, gateway: Config = {}): Config {
  return { name: 'bench', servers: { search: server(upstream) }, gateway: { limits: { perAddress: RATE }, ...gateway } };
}

/** 1,000 clients with keys, in two tenants with limits of each kind; origins, sessions that are sealed, and metrics. */
export function fullConfig(upstream: number, gateway: Config = {}): Config {
  const more = { admin: { readToken: secret('READ_TOKEN') }, sessionKeys: [secret('SESSION_KEY')], trustedProxies: ['127.0.0.0/8'], ...gateway };
  const clients = CALLERS.map(({ client, secret: name }) => [client, { keys: [secret(name)], permissions: ['read'] }] as const);
  const matches = CALLERS.map(({ client }) => ({ client }));
  const half = CALLERS.length / 2;
  return {
    ...leastConfig(upstream, more),
    origins: { app: 'https://app.bench.example', previews: 'https://*.preview.bench.example', local: 'http://localhost:*' },
    servers: { search: { ...server(upstream), origins: ['app', 'previews', 'local'] } },
    auth: { clients: Object.fromEntries(clients) },
    tenants: {
      acme: { match: matches.slice(0, half), servers: ['search'], origins: ['app'], rate: RATE, streams: 1000, sessions: MANY },
      globex: { match: matches.slice(half), servers: '*', rate: RATE, sessions: MANY },
    },
  };
}

/** What the full policy wants of every request. */
export const FULL_HEADERS: Readonly<Record<string, string>> = {
  origin: 'https://app.bench.example',
  authorization: CALLERS[0]?.headers['authorization'] ?? '',
};

/** Secret of the issuer below. */
const TOKEN_KEY = 'TOKEN_KEY';
const ISSUER = { issuer: 'https://login.bench.example', audiences: ['bench'], algorithms: ['HS256'] as const, leeway: 30_000, maxAge: null, scopes: [] };

/** The least config, for callers with tokens of one issuer; the 1,000 clients have their keys. How a token is signed matters to its first request alone. */
export function tokensConfig(upstream: number, gateway: Config = {}): Config {
  const { auth } = fullConfig(upstream);
  return { ...leastConfig(upstream, gateway), auth };
}

export function tokensOverrides(config: Config): Overrides {
  const { auth } = planOf(config).traffic;
  return { traffic: { auth: { ...auth, wanted: true, issuers: [{ ...ISSUER, keys: { kind: 'secret', secret: TOKEN_KEY }, from: 'auth.jwt' }] } } };
}
export const TOKENS_ENV: Readonly<Record<string, string>> = { [TOKEN_KEY]: secretValue(TOKEN_KEY) };

/** About 1,000 characters, as tokens of people have. */
const PAD = 'x'.repeat(500);
const CLAIMS = { iss: ISSUER.issuer, aud: 'bench', sub: 'somebody', azp: 'app', scope: 'openid profile tools:read', exp: seconds(86_400), pad: PAD };
export const TOKEN_HEADERS: Readonly<Record<string, string>> = { authorization: `Bearer ${secretTokenOf(secretValue(TOKEN_KEY), CLAIMS)}` };

function server(upstream: number): Config {
  return { kind: 'http', instances: [{ url: `http://127.0.0.1:${upstream}/mcp` }] };
}

function secret(name: string): { readonly secret: string } {
  return { secret: name };
}
