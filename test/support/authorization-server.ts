/**
 * A small, real authorization server on loopback: metadata (RFC 8414, OpenID Connect Discovery), keys that rotate, authorization codes with PKCE, dynamic
 * registration, client id metadata documents, client credentials, refresh tokens, resource indicators (RFC 8707), token exchange (RFC 8693) and ID-JAG. It
 * consents to everything by itself. Each endpoint can be made to misbehave. All servers are closed when the test file ends.
 *
 *   const server = await startAuthorizationServer({ scopes: ['tools:read', 'tools:write'] });
 *   const config = { auth: { issuers: [{ issuer: server.issuer, jwks: server.jwksUrl }] }, … };
 *   const token = server.token({ sub: 'ann', aud: 'http://127.0.0.1:8080/mcp/search', scope: 'tools:read' });
 *   server.faults.set('jwks', 'slow');
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after } from 'node:test';
import { createClients, type Clients } from './authorization/clients.js';
import { ELSEWHERE, MISBEHAVE, type Fault } from './authorization/faults.js';
import { GRANTS, words, type Grant, type Granting, type Waiting } from './authorization/grants.js';
import { newKey, publicJwk, readToken, signToken, type Claims, type SigningAlgorithm, type SigningKey } from './authorization/keys.js';
import { OAuthError } from './authorization/oauth-error.js';

export type Endpoint = 'metadata' | 'jwks' | 'authorize' | 'token' | 'register';

export interface AuthorizationServerOptions {
  /** What tokens are signed with. Default: RS256. */
  readonly algorithm?: SigningAlgorithm;
  /** A path behind the origin that is part of the issuer, such as `/realms/one`. Default: none. */
  readonly path?: string;
  /** The scopes that it knows: others are not granted. Default: all are. */
  readonly scopes?: readonly string[];
  /** Seconds that tokens are valid. Default: 3600. */
  readonly expiresIn?: number;
  /** Whom tokens are for that were asked for without `resource`. Default: the client that asked. */
  readonly audience?: string;
  /** Authorization servers whose tokens and assertions it takes for a grant, beside its own. */
  readonly trusts?: readonly AuthorizationServer[];
}

export interface Asked {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The form of a request to the token endpoint, or the query of any other. */
  readonly form: URLSearchParams;
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly origin: string;
  readonly jwksUrl: string;
  readonly tokenUrl: string;
  readonly metadataUrl: string;
  readonly clients: Clients;
  /** What came, in order. */
  readonly asked: readonly Asked[];
  /** How an endpoint misbehaves; none that is not in here does. */
  readonly faults: Map<Endpoint, Fault>;
  /** Paths that it does not know. */
  readonly hidden: Set<string>;
  /** Members of the metadata that a test adds or replaces. A value that is undefined is left out. */
  readonly metadata: Record<string, unknown>;
  /** Seconds that tokens are valid from now on. */
  expiresIn: number;
  /** Who consents. Default: `ann`. */
  subject: string;
  /** The keys of the set, the one that signs first. */
  readonly keys: readonly SigningKey[];
  /** Signs with a new key from now on. The old ones stay published. */
  rotate(algorithm?: SigningAlgorithm): SigningKey;
  /** Takes all keys but the one that signs out of the set. */
  retire(): void;
  /** A token as it issues them: `iss`, `iat`, `exp`, `jti` and `sub` are there unless the claims say something else; one that is undefined is left out. */
  token(claims?: Claims, header?: Claims): string;
  /** The claims of a token that it has signed and that has not expired. */
  read(token: string): { readonly header: Claims; readonly claims: Claims } | null;
  /** Stops listening and cuts every connection. */
  kill(): Promise<void>;
  /** Listens again on the same port. */
  revive(): Promise<void>;
}

const closing = new Set<() => void>();
after(() => {
  for (const close of closing) close();
});

export async function startAuthorizationServer(options: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  const { algorithm = 'RS256', path = '', scopes, trusts = [], audience = null } = options;
  const sockets = new Set<Socket>();
  const asked: Asked[] = [];
  const keys: SigningKey[] = [newKey(algorithm)];
  const clients = createClients();
  const http = createServer((request, response) => void serve(request, response));
  http.on('connection', (socket) => void sockets.add(socket).size);
  http.on('connection', (socket) => socket.once('close', () => sockets.delete(socket)));

  const listen = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      http.once('error', reject);
      http.listen(port, '127.0.0.1', () => (http.off('error', reject), resolve((http.address() as AddressInfo).port)));
    });
  const kill = (): Promise<void> => {
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    return closed;
  };
  const port = await listen(0);
  closing.add(() => void kill());

  const origin = `http://127.0.0.1:${port}`;
  const issuer = `${origin}${path}`;
  const server: AuthorizationServer = {
    ...{ issuer, origin, clients, asked, keys, faults: new Map(), hidden: new Set(), metadata: {}, subject: 'ann', expiresIn: options.expiresIn ?? 3600 },
    jwksUrl: `${issuer}/jwks`,
    tokenUrl: `${issuer}/token`,
    metadataUrl: `${origin}/.well-known/oauth-authorization-server${path}`,
    rotate(next = algorithm) {
      keys.unshift(newKey(next));
      return keys[0] as SigningKey;
    },
    retire: () => void keys.splice(1),
    token(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, sub: server.subject, iat: now, exp: now + server.expiresIn, jti: randomUUID(), ...claims };
      return signToken(keys[0] as SigningKey, all, header);
    },
    read(token) {
      const read = readToken(keys, token);
      return read && read.claims['iss'] === issuer && Number(read.claims['exp']) * 1000 > Date.now() ? read : null;
    },
    kill,
    revive: async () => void (await listen(port)),
  };

  const granting: Granting & { readonly codes: Map<string, Waiting>; readonly refreshes: Map<string, Grant> } = {
    issuer,
    audience,
    codes: new Map(),
    refreshes: new Map(),
    issue: (claims, header) => server.token(claims, header),
    read: (token) => [server, ...trusts].map((one) => one.read(token)).find((read) => read !== null) ?? null,
    allowed: (wanted) => (scopes ? wanted.filter((scope) => scopes.includes(scope)) : wanted),
    expiresIn: () => server.expiresIn,
  };

  const metadata = (): Claims => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: server.tokenUrl,
    registration_endpoint: `${issuer}/register`,
    jwks_uri: server.jwksUrl,
    response_types_supported: ['code'],
    grant_types_supported: Object.keys(GRANTS),
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
    // What OpenID Connect Discovery 1.0 §3 requires beside.
    ...{ subject_types_supported: ['public'], id_token_signing_alg_values_supported: [algorithm], userinfo_endpoint: `${issuer}/userinfo` },
    ...(scopes && { scopes_supported: scopes }),
    ...server.metadata,
  });

  async function authorize(response: ServerResponse, query: URLSearchParams): Promise<void> {
    const client = await clients.find(query.get('client_id'));
    const redirectUri = query.get('redirect_uri') ?? '';
    // Nobody is sent to an address that its client did not register (RFC 6749 §3.1.2.4).
    if (!client.redirectUris.includes(redirectUri)) throw new OAuthError('invalid_request', 'this redirect_uri is not registered');
    if (query.get('response_type') !== 'code') throw new OAuthError('unsupported_response_type', 'only code is served');
    const challenge = query.get('code_challenge') ?? '';
    if (challenge === '' || query.get('code_challenge_method') !== 'S256') throw new OAuthError('invalid_request', 'PKCE with S256 is required');
    const code = randomUUID();
    const granted = granting.allowed(words(query.get('scope')));
    granting.codes.set(code, { client: client.id, subject: server.subject, audiences: query.getAll('resource'), scopes: granted, redirectUri, challenge });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('iss', issuer);
    if (query.has('state')) back.searchParams.set('state', query.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  }

  async function token(request: IncomingMessage, response: ServerResponse, form: URLSearchParams): Promise<void> {
    if (request.method !== 'POST') throw new OAuthError('invalid_request', 'POST it', 405);
    const client = await clients.authenticate(request, form);
    const give = GRANTS[form.get('grant_type') ?? ''];
    if (!give) throw new OAuthError('unsupported_grant_type', 'no such grant');
    json(response, 200, give(granting, client, form));
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', origin);
    const isElsewhere = url.pathname.startsWith(ELSEWHERE);
    const pathname = isElsewhere ? url.pathname.slice(ELSEWHERE.length) : url.pathname;
    const endpoint = endpointAt(pathname, path);
    if (!endpoint || server.hidden.has(pathname)) return void response.writeHead(404).end();
    const form = endpoint === 'token' ? new URLSearchParams(body) : url.searchParams;
    asked.push({ endpoint, method: request.method ?? '', path: pathname, headers: request.headers, form });
    const fault = server.faults.get(endpoint);
    if (fault && !isElsewhere) return MISBEHAVE[fault](response, url.pathname);
    try {
      if (endpoint === 'metadata') json(response, 200, metadata());
      else if (endpoint === 'jwks') json(response, 200, { keys: keys.map(publicJwk) });
      else if (endpoint === 'register') json(response, 201, clients.register(JSON.parse(body)));
      else if (endpoint === 'authorize') await authorize(response, form);
      else await token(request, response, form);
    } catch (error) {
      const { code, status, message } = error instanceof OAuthError ? error : new OAuthError('invalid_request', String(error));
      json(response, status, { error: code, error_description: message });
    }
  }
  return server;
}

/** RFC 8414 §3 puts its segment before the path of the issuer, OpenID Connect Discovery 1.0 §4 behind it. */
function endpointAt(pathname: string, path: string): Endpoint | null {
  const at: Readonly<Record<string, Endpoint>> = {
    [`/.well-known/oauth-authorization-server${path}`]: 'metadata',
    [`/.well-known/openid-configuration${path}`]: 'metadata',
    [`${path}/.well-known/openid-configuration`]: 'metadata',
    [`${path}/jwks`]: 'jwks',
    [`${path}/authorize`]: 'authorize',
    [`${path}/token`]: 'token',
    [`${path}/register`]: 'register',
  };
  return at[pathname] ?? null;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(value));
}
