/** Configs, and the parts of the runtime that a gateway of each has. The audit is in all of them that do not turn it off. */
import { ALL_FEATURES } from '#src/gateway/runtime/features.js';
import { LEAST } from './support.js';

const HTTP = { kind: 'http', image: 'web' };
const STDIO = { kind: 'stdio', command: ['tool'] };

const LEGACY = ['2025-06-18'];
const MODERN = ['2026-07-28'];
/** A config whose clients speak these revisions, with one server that runs elsewhere. */
const eras = (revisions: readonly string[], revision: string, more: object = {}, server: object = {}) => ({
  name: 'acme', gateway: { revisions }, servers: { web: { ...LEAST.servers.web, revision, ...server } }, ...more,
});

/** A server whose instance is in a region, which a strategy may prefer. */
const NEAR = { instances: [{ url: 'https://web.acme.com/mcp', region: 'ord' }], strategy: 's' };

/** Nearly everything that a config may ask for: sizes have been compared by this one from the beginning. */
export const EVERYTHING = {
  name: 'acme',
  auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } },
  servers: {
    new: { ...HTTP, revision: 'modern', health: { path: '/health' } },
    web: { ...HTTP, revision: 'legacy', strategy: 'careful', health: { mcp: 'ping' }, transform: { request: { remove: ['X-A'] } } },
    tool: { ...STDIO, image: 'tool' },
  },
  strategies: { careful: { balance: 'weighted', breaker: {} } },
  gateway: { admin: {}, replicas: 2, revisions: ['2024-11-05', '2026-07-28'], traces: { otlp: 'http://otel:4318' } },
  targets: { compose: {} },
};

/** What only some ways to tell who calls need. */
const OF_IDENTITY = [
  'ask', 'denials', 'environmentRate', 'exchange', 'expiry', 'forward', 'lookup', 'mirror', 'oauth', 'resources', 'toServer', 'tokens', 'towards', 'vouching',
];
const NOT_IN_EVERYTHING = ['drawing', 'itemRules', 'items', 'redaction', 'ssePassed', 'stdioModern', 'workers', ...OF_IDENTITY];
const JWT = { issuer: 'https://id.acme.com', jwks: 'https://id.acme.com/jwks' };
/** A config for modern clients whose callers have tokens. */
const tokens = (more: object = {}, server: object = {}) => eras(MODERN, 'modern', { auth: { jwt: JWT }, ...more }, server);
const OF_TOKENS = ['ask', 'credentials', 'expiry', 'oauth', 'resources', 'revocation', 'tokens'];

export const NEEDS: Readonly<Record<string, { readonly config: unknown; readonly has: readonly string[] }>> = {
  // This config does not say which era its server speaks. The running gateway finds it out, so it must be ready for both.
  'instances that exist': { config: LEAST, has: ['bridge', 'renew', 'toModern'] },
  'an image': { config: { name: 'acme', servers: { web: HTTP } }, has: ['bridge', 'dns', 'renew', 'toModern'] },
  'nginx in front, in compose': { config: { ...LEAST, targets: { nginx: {}, compose: {} } }, has: ['bridge', 'dns', 'renew', 'toModern'] },
  'an admin listener': { config: { ...LEAST, gateway: { admin: {} } }, has: ['admin', 'bridge', 'gauges', 'metrics', 'renew', 'toModern'] },
  'an admin listener with a token': {
    config: eras(MODERN, 'modern', { gateway: { revisions: MODERN, admin: { writeToken: { secret: 'TOKEN' } } } }),
    has: ['admin', 'gauges', 'metrics', 'secrets'],
  },
  'session keys': { config: eras(LEGACY, 'legacy', { gateway: { revisions: LEGACY, sessionKeys: [{ secret: 'KEY' }] } }), has: ['renew', 'secrets'] },
  'a strategy': { config: eras(MODERN, 'modern', { strategies: { s: { balance: 'random' } } }, { strategy: 's' }), has: ['drawing', 'strategies'] },
  'a strategy that counts': {
    config: eras(MODERN, 'modern', { strategies: { s: { balance: 'least-connections' } } }, { strategy: 's' }),
    has: ['strategies'],
  },
  'instances of the own region first': {
    config: eras(MODERN, 'modern', { strategies: { s: { balance: 'round-robin', prefer: 'region' } } }, NEAR),
    has: ['strategies'],
  },
  'a stdio server that runs here alone': { config: { name: 'acme', servers: { tool: STDIO } }, has: ['secrets', 'stdio', 'stdioLegacy'] },
  'a stdio server that could be in a container': {
    config: { name: 'acme', servers: { tool: { ...STDIO, npm: 'a@1.0.0' } } },
    has: ['dns', 'httpProbes', 'secrets', 'stdio', 'stdioLegacy'],
  },
  'no audit': { config: eras(MODERN, 'modern', { gateway: { revisions: MODERN, log: { audit: false } } }), has: [] },
  'legacy clients of legacy servers': { config: eras(LEGACY, 'legacy'), has: ['renew'] },
  'modern clients of modern servers': { config: eras(MODERN, 'modern'), has: [] },
  'legacy clients of modern servers': { config: eras(LEGACY, 'modern'), has: ['bridge', 'toModern'] },
  'modern clients of legacy servers': { config: eras(MODERN, 'legacy'), has: ['bridge', 'toLegacy'] },
  'clients of both eras and modern servers': { config: eras([...LEGACY, ...MODERN], 'modern'), has: ['bridge', 'toModern'] },
  'clients of both eras and legacy servers': { config: eras([...LEGACY, ...MODERN], 'legacy'), has: ['bridge', 'renew', 'toLegacy'] },
  'legacy clients of a server of unknown era': { config: eras(LEGACY, 'auto'), has: ['bridge', 'renew', 'toModern'] },
  'servers whose sessions end with their instance': { config: eras(LEGACY, 'legacy', {}, { sessionLoss: '404' }), has: ['renew'] },
  'modern clients of a stdio server': {
    config: { name: 'acme', gateway: { revisions: MODERN }, servers: { tool: STDIO } },
    has: ['secrets', 'stdio', 'stdioLegacy'],
  },
  'modern clients of a server of unknown era': { config: eras(MODERN, 'auto'), has: ['bridge'] },
  '2024-11-05': { config: eras(['2024-11-05'], 'legacy'), has: ['renew', 'sse', 'sseHeld'] },
  '2024-11-05 of a server that speaks it itself': { config: eras(['2024-11-05'], 'legacy', {}, { sse: '/sse' }), has: ['renew', 'sse', 'ssePassed'] },
  '2024-11-05 at several replicas': {
    config: eras(['2024-11-05'], 'legacy', { gateway: { revisions: ['2024-11-05'], replicas: 2 } }),
    has: ['relay', 'renew', 'sse', 'sseHeld'],
  },
  'several workers, whose sessions one key seals': {
    config: eras(LEGACY, 'legacy', { gateway: { revisions: LEGACY, workers: 2 } }), has: ['environmentRate', 'renew', 'secrets', 'workers'],
  },
  'several workers and an admin listener': {
    config: eras(MODERN, 'modern', { gateway: { revisions: MODERN, workers: 2, admin: {} } }),
    has: ['admin', 'environmentRate', 'gauges', 'metrics', 'secrets', 'workers'],
  },
  'a rate of the environment': {
    config: eras(MODERN, 'modern', { gateway: { revisions: MODERN, limits: { perClient: { fromEnvironment: true } } } }), has: ['environmentRate'],
  },
  'several replicas': { config: eras(MODERN, 'modern', { gateway: { revisions: MODERN, replicas: 2 } }), has: [] },
  'callers with keys': {
    config: eras(MODERN, 'modern', { auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } } }),
    has: ['credentials', 'revocation', 'secrets'],
  },
  '2024-11-05 beside modern clients': { config: eras(['2024-11-05', ...MODERN], 'modern'), has: ['bridge', 'sse', 'sseHeld', 'toModern'] },
  'traces that are exported': { config: eras(MODERN, 'modern', { gateway: { revisions: MODERN, traces: { otlp: 'http://otel:4318' } } }), has: ['traces'] },
  'rules on tools': {
    config: eras(MODERN, 'modern', { tenants: { acme: { match: { path: true }, servers: '*', tools: [{ allow: 'web.read_*' }] } } }),
    has: ['denials', 'itemRules', 'items', 'revocation'],
  },
  'a permission that calls need': {
    config: eras(MODERN, 'modern', { auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } } }, { permissions: { call: 'web:call' } }),
    has: ['credentials', 'denials', 'itemRules', 'items', 'revocation', 'secrets'],
  },
  'callers with tokens': { config: tokens(), has: OF_TOKENS },
  'callers with tokens, also of 2025-03-26': {
    config: tokens({ gateway: { revisions: ['2025-03-26', ...MODERN] } }),
    has: ['bridge', 'mirror', 'toModern', ...OF_TOKENS],
  },
  'an API that says whose a request is': {
    config: eras(MODERN, 'modern', {
      auth: { lookup: { url: 'https://id.acme.com/tenant' } },
      tenants: { acme: { match: { lookup: 'acme' }, servers: '*' } },
    }),
    has: ['ask', 'credentials', 'expiry', 'lookup', 'revocation'],
  },
  'a header that a server wants': {
    config: eras(MODERN, 'modern', {}, { upstream: { headers: { 'X-Region': 'eu' } } }),
    has: ['toServer', 'towards'],
  },
  'tokens that are exchanged': {
    config: tokens({}, { upstream: { exchange: { url: 'https://id.acme.com/token', client: { id: 'gateway' }, grant: 'token-exchange' } } }),
    has: ['exchange', 'toServer', 'towards', 'vouching', ...OF_TOKENS],
  },
  'servers that are told the tenant': {
    config: eras(MODERN, 'modern', {
      tenants: { acme: { match: { path: true }, servers: '*', forward: { headers: { 'X-Tenant': { fact: 'tenant' } } } } },
    }),
    has: ['forward', 'revocation', 'towards', 'vouching'],
  },
  'headers that are changed': { config: eras(MODERN, 'modern', {}, { transform: { response: { remove: ['Server'] } } }), has: ['transform'] },
  'results that are redacted': { config: eras(MODERN, 'modern', {}, { transform: { response: { redact: ['content'] } } }), has: ['redaction', 'transform'] },
  'a credential of the gateway at a server': {
    config: eras(MODERN, 'modern', {}, { upstream: { auth: { bearer: { secret: 'TOKEN' } } } }), has: ['secrets', 'toServer', 'towards'],
  },
  'a transform that changes nothing': { config: eras(MODERN, 'modern', {}, { transform: { request: { set: {} } } }), has: [] },
  'a stdio server in a container': {
    config: { name: 'acme', servers: { tool: { ...STDIO, npm: 'a@1.0.0' } }, targets: { fly: { region: 'ord' } } },
    has: ['dns', 'host', 'httpProbes', 'secrets', 'stdio', 'stdioLegacy'],
  },
  'modern stdio servers beside others': {
    config: { name: 'acme', servers: { tool: STDIO, new: { ...STDIO, revision: 'modern' } } },
    has: ['bridge', 'secrets', 'stdio', 'stdioLegacy', 'stdioModern', 'toModern'],
  },
  'modern stdio servers alone': {
    config: { name: 'acme', gateway: { revisions: MODERN }, servers: { new: { ...STDIO, revision: 'modern' } } },
    has: ['secrets', 'stdio', 'stdioModern'],
  },
  'nearly everything': { config: EVERYTHING, has: Object.keys(ALL_FEATURES).filter((feature) => feature !== 'audit' && !NOT_IN_EVERYTHING.includes(feature)) },
  'everything': {
    config: {
      ...EVERYTHING,
      servers: {
        ...EVERYTHING.servers,
        told: { ...HTTP, upstream: { exchange: { url: 'https://id.acme.com/token', client: { id: 'gateway' }, grant: 'token-exchange' } } },
        own: { ...HTTP, strategy: 'lucky', sse: '/sse', transform: { response: { redact: ['content'] } } },
        modern: { ...STDIO, image: 'modern', revision: 'modern' },
      },
      gateway: { ...EVERYTHING.gateway, revisions: ['2024-11-05', '2025-03-26', '2026-07-28'] },
      auth: { ...EVERYTHING.auth, jwt: JWT, lookup: { url: 'https://id.acme.com/tenant' } },
      tenants: {
        acme: {
          match: [{ client: 'acme' }, { lookup: 'acme' }], servers: '*', tools: [{ allow: '*' }],
          forward: { headers: { 'X-Tenant': { fact: 'tenant' } } },
        },
      },
      strategies: { ...EVERYTHING.strategies, lucky: { balance: 'health-based' } },
    },
    // Streams of 2024-11-05 that the gateway holds live in one process, and only workers ask for a rate of the environment that no config names.
    has: Object.keys(ALL_FEATURES).filter((feature) => !['audit', 'environmentRate', 'workers'].includes(feature)),
  },
};
