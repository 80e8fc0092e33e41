/** The configs of the gateways that are measured: one that says as little as it can, and one that uses every part of the policy. */
import type { Config } from '../support/gateway-tables.js';
import { secretTokenOf, seconds } from '../support/issuer.js';
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
const ISSUER = 'https://login.bench.example';
const JWT = { issuer: ISSUER, secret: secret(TOKEN_KEY), audience: 'bench', algorithms: ['HS256'] };

/** The least config, for callers with tokens of one issuer; the 1,000 clients have their keys. How a token is signed matters to its first request alone. */
export function tokensConfig(upstream: number, gateway: Config = {}): Config {
  const { auth } = fullConfig(upstream);
  return { ...leastConfig(upstream, gateway), auth: { ...(auth as Config), jwt: JWT } };
}

/** The full policy, with tenants that claims of a token name as well, and rules on what they call; the audit is on, as it is unless a config says otherwise. */
export function rulesConfig(upstream: number, gateway: Config = {}): Config {
  const { auth, tenants, ...full } = fullConfig(upstream, gateway);
  const tools = [{ allow: 'search.search', args: { query: { maxLength: 100 } } }, { deny: 'drop_*' }, { allow: '*', kind: 'resource' }, { allow: 'fetch' }];
  const named = Object.entries(tenants as Readonly<Record<string, { readonly match: readonly unknown[] }>>);
  return {
    ...full,
    auth: { ...(auth as Config), jwt: JWT },
    tenants: Object.fromEntries(named.map(([name, tenant]) => [name, { ...tenant, match: [...tenant.match, { claim: { org: name } }], tools }])),
  };
}

/** About 1,000 characters, as tokens of people have. */
const PAD = 'x'.repeat(500);
const CLAIMS = { iss: ISSUER, org: 'acme', aud: 'bench', sub: 'somebody', azp: 'app', scope: 'openid profile tools:read', exp: seconds(86_400), pad: PAD };
export const TOKEN_HEADERS: Readonly<Record<string, string>> = { authorization: `Bearer ${secretTokenOf(secretValue(TOKEN_KEY), CLAIMS)}` };

export const RULES_HEADERS: Readonly<Record<string, string>> = { ...FULL_HEADERS, ...TOKEN_HEADERS };

function server(upstream: number): Config {
  return { kind: 'http', instances: [{ url: `http://127.0.0.1:${upstream}/mcp` }] };
}

function secret(name: string): { readonly secret: string } {
  return { secret: name };
}
