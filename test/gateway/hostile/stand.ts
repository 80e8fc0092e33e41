/** The one gateway that hostile requests meet: clients, three issuers, tenants by key, claim, host and path, rules, allow lists, signed tenants. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { initialize, modern, modernHeaders, request } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { as, client, secretValue, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, type AskOptions } from '../../support/http.js';
import { issuerKey, secretTokenOf, seconds, startIssuer, tokenOf, type Issuer, type IssuerKey } from '../../support/issuer.js';
import type { Json } from '../../support/planned.js';
import { json, startUpstream, stream, type Behave, type FakeUpstream } from '../../support/upstreams.js';
import { openSession, type OldStream } from '../answer/sse/support.js';

export const HOST = 'mcp.example.com';
export const URL_OF = `https://${HOST}`;
export const APP = 'https://app.example.com';
/** The only address that is believed about others. */
export const HOP = '127.0.0.9';
export const NOTES = '/mcp/notes';
/** Tools of the modern server, which needs no session. */
export const FRESH = '/mcp/fresh';
/** Not granted to `acme`. */
export const VAULT = '/mcp/vault';
/** Allowed from networks that nobody here is in. */
export const OFFICE = '/mcp/office';
/** Wants a permission. */
export const SCOPED = '/mcp/scoped';
/** What the issuer `partner` writes into `aud`. */
export const PARTNER_AUDIENCE = 'the-gateway';
/** The issuer that shares a secret with the gateway. */
export const SHARED = 'https://shared.example.com';
const SERVERS = ['notes', 'fresh', 'vault', 'office', 'scoped'] as const;
const TOOLS = ['read_a', 'write', 'send', 'run', 'export', 'delete_all', 'purge', 'open'];

const server = (more: object = {}) => ({
  kind: 'http',
  instances: [{ url: 'http://127.0.0.1:9/mcp' }],
  origins: ['app', 'previews', 'laptop'],
  revision: 'legacy',
  ...more,
});

/** What callers of `acme` may use. */
const RULES = [
  { deny: '*.delete_*' },
  { deny: 'notes.run', args: { shell: { present: true } } },
  { deny: 'notes.open', args: { mode: { equals: 'write' } } },
  { deny: 'notes.open', args: { path: { under: '/etc' } } },
  { allow: '*.read_*' },
  { allow: 'notes.run' },
  { allow: 'notes.open' },
  { allow: 'notes.write', args: { path: { under: '/srv' } } },
  { allow: 'notes.send', args: { amount: { min: 0, max: 100 }, 'to.host': { in: ['mail.example.com'] }, subject: { maxLength: 10 } } },
  { allow: 'notes.export', needs: 'notes:export' },
  { allow: 'notes.file:///srv/*', kind: 'resource' },
  { allow: 'scoped.*' },
];

export const configOf = (people: Pick<Issuer, 'url' | 'jwks'>, partner: Pick<Issuer, 'url' | 'jwks'>, more: Config = {}): Config =>
  gatewayConfig({
    auth: {
      clients: { acme: client('acme'), globex: client('globex'), walled: client('walled'), stray: client('stray') },
      jwt: [
        { issuer: people.url, jwks: people.jwks, leeway: '5s' },
        { issuer: partner.url, jwks: partner.jwks, audience: PARTNER_AUDIENCE, algorithms: ['EdDSA', 'PS256'], maxAge: '10m' },
        { issuer: SHARED, secret: { secret: 'JWT_SECRET' }, audience: PARTNER_AUDIENCE },
      ],
    },
    origins: { app: APP, previews: 'https://*.preview.example.com', laptop: 'http://localhost:*', other: 'https://other.example.com' },
    servers: {
      notes: server(),
      fresh: server({ revision: 'modern' }),
      vault: server({ origins: ['app', 'other'] }),
      office: server({ allow: { cidrs: ['10.20.0.0/16', '2001:db8:1::/48', '192.0.2.7'] } }),
      scoped: server({ permissions: { call: 'scoped:call' } }),
    },
    tenants: {
      acme: {
        match: [{ client: 'acme' }, { claim: { iss: people.url, org: 'acme' } }, { host: 'acme.example.com' }, { path: true }],
        servers: ['notes', 'fresh', 'office', 'scoped'],
        origins: ['app', 'laptop'],
        tools: RULES,
        forward: { signed: { prefix: 'X-TB-', secret: { secret: 'SIGNING_SECRET' } } },
      },
      globex: {
        match: [
          { client: 'globex' },
          { claim: { iss: partner.url, org: 'globex' } },
          { claim: { iss: SHARED, org: 'globex' } },
          { host: 'globex.example.com' },
          { path: true },
        ],
        servers: '*',
      },
      walled: { match: { client: 'walled' }, servers: ['notes'], allow: { cidrs: ['10.30.0.0/16'] } },
    },
    ...more,
    gateway: {
      url: URL_OF,
      trustedProxies: [`${HOP}/32`],
      revisions: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'],
      sessionKeys: [{ secret: 'SESSION_KEY' }],
      limits: { perAddress: '100000/s', body: '64kb', headers: '32kb', depth: 32 },
      admin: { readToken: { secret: 'READ_TOKEN' }, writeToken: { secret: 'WRITE_TOKEN' }, allow: { cidrs: ['127.0.0.1', '10.40.0.0/16'] } },
      ...(more['gateway'] as object | undefined),
    },
  });

/** How the servers begin the ids of their own sessions, which no client ever sees. */
export const UPSTREAM_SESSION = 'session-of-the-server-itself';

type Said = { readonly id?: unknown; readonly method?: string; readonly params?: Json };
const RESULTS: Readonly<Record<string, (params: Json) => object>> = {
  'initialize': ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'all', version: '1' } }),
  'server/discover': () => ({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }),
  'tools/list': () => ({ tools: TOOLS.map((name) => ({ name, inputSchema: { type: 'object' } })), ttlMs: 0, cacheScope: 'private' }),
};

/** A server that has every tool and runs whatever reaches it. */
function serverOfAll(): Behave {
  let opened = 0;
  return ({ body, method, response }) => {
    if (method === 'GET') return void stream(response).write(': open\n\n');
    if (method === 'DELETE') return void response.writeHead(200).end();
    const said = JSON.parse(`${body}`) as Said | readonly Said[];
    const replies = ([said].flat() as readonly Said[]).flatMap(({ id, method = '', params = {} }) => {
      const result = RESULTS[method]?.(params) ?? { content: [{ type: 'text', text: 'ran' }] };
      return id === undefined ? [] : [{ jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } }];
    });
    if (replies.length === 0) return void response.writeHead(202).end();
    const opens = !Array.isArray(said) && (said as Said).method === 'initialize';
    json(response, Array.isArray(said) ? replies : replies[0], opens ? { 'mcp-session-id': `${UPSTREAM_SESSION}-${++opened}` } : {});
  };
}

export interface Stand {
  readonly gateway: RunningGateway;
  readonly people: Issuer;
  readonly partner: Issuer;
  /** Keys of `people`, which publishes one of each. */
  readonly keys: { readonly rs: IssuerKey; readonly es: IssuerKey };
  /** A key that nobody publishes. */
  readonly stranger: IssuerKey;
  readonly sessions: Sessions;
  /** How many requests have come to any server. */
  reached(): number;
  /** Names of the methods that came, for messages of tests. */
  methods(): readonly string[];
}

/** Ids of sessions that are well, each its owner's. */
export interface Sessions {
  readonly acme: string;
  /** The same tenant's, of another principal. */
  readonly ann: string;
  readonly globex: string;
  /** Of `globex` at another server. */
  readonly vault: string;
  /** Its owner has ended it. */
  readonly ended: string;
  /** Of `acme` in the transport of 2024-11-05. */
  readonly old: string;
  readonly endpoint: string;
}

/** For `acme` by its key, to the server of notes. */
export function post(message: unknown, headers: AskOptions['headers'] = {}, path = NOTES): AskOptions {
  return { path, message, headers: { host: HOST, ...as('acme'), ...headers } };
}
export const LIST = request('tools/list');
export const call = (name: string, args: unknown = {}) => request('tools/call', { name, arguments: args });
/** The same text in place of a message. */
export function posted(body: string | Buffer, headers: AskOptions['headers'] = {}, path = NOTES): AskOptions {
  return { path, body, headers: { host: HOST, ...as('acme'), ...headers } };
}
export const bearing = (token: string) => ({ authorization: `Bearer ${token}` });

/** A token of Ann, of `acme`, for the server of notes. */
export const annClaims = (people: Pick<Issuer, 'url'>, more: Json = {}): Json =>
  ({ iss: people.url, aud: `${URL_OF}${NOTES}`, sub: 'ann', org: 'acme', iat: seconds(), exp: seconds(3600), ...more });
export const partnerClaims = (partner: Pick<Issuer, 'url'>, more: Json = {}): Json =>
  ({ iss: partner.url, aud: PARTNER_AUDIENCE, sub: 'pat', org: 'globex', iat: seconds(), exp: seconds(3600), ...more });
export const sharedToken = (claims: Json = {}, header: Json = {}, secret = secretValue('JWT_SECRET')): string =>
  secretTokenOf(secret, { iss: SHARED, aud: PARTNER_AUDIENCE, sub: 'sam', org: 'globex', iat: seconds(), exp: seconds(3600), ...claims }, header);

const closing: (() => void | Promise<void>)[] = [];
after(async () => {
  for (const close of closing) await close();
});

export interface Options {
  readonly change?: Config;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startStand({ change = {}, env = {} }: Options = {}): Promise<Stand> {
  const keys = { rs: issuerKey('RS256', 'rs-1'), es: issuerKey('ES256', 'es-1') };
  const eddsa = issuerKey('EdDSA', 'ed-1');
  const [people, partner, upstreams] = await Promise.all([
    startIssuer([keys.rs, keys.es], `${URL_OF}${NOTES}`),
    startIssuer([eddsa], PARTNER_AUDIENCE),
    Promise.all(SERVERS.map(() => startUpstream(serverOfAll()))),
  ]);
  closing.push(people.close, partner.close);
  const pools = Object.fromEntries(SERVERS.map((name, index) => [name, [(upstreams[index] as FakeUpstream).url]]));
  const gateway = await startGateway({ config: configOf(people, partner, change), pools, env });
  const all = () => upstreams.flatMap(({ received }) => received);
  return {
    gateway,
    people,
    partner,
    keys,
    stranger: issuerKey('RS256', 'rs-1'),
    sessions: await openAll(gateway, people),
    reached: () => all().length,
    methods: () => all().map(({ method, message }) => message?.method ?? method),
  };
}

async function openAll({ port }: RunningGateway, people: Issuer): Promise<Sessions> {
  const open = async (headers: Readonly<Record<string, string>>, path = NOTES): Promise<string> => {
    const { status, text, headers: said } = await ask(port, { path, message: initialize, headers: { host: HOST, ...headers } });
    assert.equal(status, 200, text);
    return said['mcp-session-id'] ?? assert.fail('no session');
  };
  const ended = await open(as('acme'));
  const gone = await ask(port, { method: 'DELETE', path: NOTES, headers: { host: HOST, ...as('acme'), 'mcp-session-id': ended } });
  assert.equal(gone.status, 200, gone.text);
  const old: OldStream = await openSession(port, `${NOTES}/sse`, 'acme');
  closing.push(() => old.close());
  const ann = bearing(people.token('ann', { org: 'acme' }));
  return {
    acme: await open(as('acme')),
    ann: await open(ann),
    globex: await open(as('globex')),
    vault: await open(as('globex'), VAULT),
    ended,
    old: /sessionId=([^&]+)/.exec(old.endpoint)?.[1] ?? assert.fail(old.endpoint),
    endpoint: old.endpoint.split('?')[0] ?? '',
  };
}

/** Requests of callers who mean no harm, each of which reaches a server. */
export function honest({ people, partner, sessions }: Stand): readonly AskOptions[] {
  const read = { name: 'read_a', arguments: {} };
  return [
    post(LIST),
    post(LIST, { 'mcp-session-id': sessions.acme }),
    post(call('read_a'), { 'mcp-session-id': sessions.acme, origin: APP }),
    post(call('write', { path: '/srv/notes/a' })),
    post(call('send', { amount: 100, to: { host: 'mail.example.com' }, subject: 'hello' })),
    post(call('run', {})),
    post(call('open', { mode: 'read', path: '/srv/x' })),
    post(request('resources/read', { uri: 'file:///srv/a' })),
    post([request('ping', {}, 1), call('read_a')]),
    post(LIST, {}, '/t/acme/mcp/notes'),
    post(LIST, { host: 'acme.example.com' }),
    post(LIST, { host: 'localhost' }),
    post(LIST, { authorization: null, 'x-api-key': as('acme').authorization.slice(7) }),
    post(modern('tools/call', read), modernHeaders('tools/call', 'read_a'), FRESH),
    post(LIST, bearing(people.token('ann', { org: 'acme' }))),
    post(LIST, { ...bearing(people.token('ann', { org: 'acme' })), 'mcp-session-id': sessions.ann }),
    post(LIST, bearing(tokenOf(partner.keys[0] as IssuerKey, partnerClaims(partner))), VAULT),
    post(LIST, bearing(sharedToken()), VAULT),
    post(LIST, as('globex'), VAULT),
    post(LIST, { ...as('globex'), 'mcp-session-id': sessions.vault }, VAULT),
    { ...post(LIST, { ...as('globex'), 'x-forwarded-for': '10.20.0.1' }, OFFICE), from: HOP },
    { ...post(LIST, { ...as('walled'), 'x-forwarded-for': '10.30.0.1' }), from: HOP },
    { ...post(LIST, { 'x-forwarded-host': HOST }), from: HOP },
  ];
}
