/** Checks of what servers are told: no header has two owners, and nothing is said that nobody would hear. */
import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import type { HttpServerModel, Model, ServerModel, TenantModel } from './model.js';
import { problem } from './problem.js';

type Upstream = NonNullable<HttpServerModel['upstream']>;

export function* towardsProblems({ servers, tenants }: Pick<Model, 'tenants' | 'servers'>, hasTokens: boolean): Iterable<Diagnostic> {
  for (const [name, server] of Object.entries(servers)) {
    if (server.kind === 'http' && server.upstream) yield* upstreamProblems(name, server, server.upstream, hasTokens);
  }
  for (const [name, tenant] of Object.entries(tenants)) yield* forwardProblems(name, tenant, servers, hasTokens);
}

function* upstreamProblems(name: string, server: HttpServerModel, upstream: Upstream, hasTokens: boolean): Iterable<Diagnostic> {
  const at = ['servers', name, 'upstream'];
  const { headers, auth, tls, exchange } = upstream;
  const credential = authHeader(auth);
  yield* twice(Object.keys(headers), [...at, 'headers']);
  for (const header of Object.keys(headers)) {
    const lower = header.toLowerCase();
    if (lower === credential) yield problem('duplicate', [...at, 'headers', header], `"${header}" is the header of upstream.auth`, { key: true });
    const { set, remove, pass } = server.transform.request;
    const isChanged = [...Object.keys(set), ...remove, ...pass].some((one) => one.toLowerCase() === lower);
    const message = `header "${header}" is set, removed or passed by transform.request as well; one of the two is meant`;
    if (isChanged) yield problem('duplicate', [...at, 'headers', header], message, { key: true });
  }
  if (tls) yield* tlsProblems(server, tls, [...at, 'tls']);
  if (!exchange) return;
  if (!hasTokens) yield problem('exchange', [...at, 'exchange'], "no caller has a token that could be exchanged: there is no auth.jwt", { key: true });
  if (credential !== 'authorization') return;
  const message = 'the exchanged token and upstream.auth would both be its Authorization; one of the two is meant';
  yield problem('exchange', [...at, 'exchange'], message, { key: true });
}

const authHeader = (auth: Upstream['auth']): string | null => (auth ? ('bearer' in auth ? 'authorization' : auth.header.toLowerCase()) : null);

function* tlsProblems({ instances }: HttpServerModel, { ca, cert, key }: NonNullable<Upstream['tls']>, at: ConfigPath): Iterable<Diagnostic> {
  if (cert !== undefined && key === undefined) yield problem('upstream-tls', [...at, 'cert'], 'a certificate needs its private key: key', { key: true });
  if (key !== undefined && cert === undefined) yield problem('upstream-tls', [...at, 'key'], 'a private key needs its certificate: cert', { key: true });
  // A server that a target runs is spoken to by https as soon as its certificates are named.
  if ((ca ?? cert ?? key) === undefined || !instances || instances.some(({ url }) => url.startsWith('https:'))) return;
  yield problem('no-effect', at, 'no instance of this server has an https URL, so nothing here speaks TLS to it', { key: true });
}

function* forwardProblems(name: string, tenant: TenantModel, servers: Model['servers'], hasTokens: boolean): Iterable<Diagnostic> {
  const { forward } = tenant;
  if (!forward) return;
  const at = ['tenants', name, 'forward'];
  if (forward.bearer && !hasTokens) {
    yield problem('forward', [...at, 'bearer'], 'no caller has a token that could be forwarded: there is no auth.jwt', { key: true });
  }
  yield* twice(Object.keys(forward.headers), [...at, 'headers']);
  const { prefix } = forward.signed ?? {};
  const signed = prefix === undefined ? [] : ['tenant-id', 'timestamp', 'signature'].map((word) => prefix.toLowerCase() + word);
  for (const [header, source] of Object.entries(forward.headers)) {
    const path = [...at, 'headers', header];
    const lower = header.toLowerCase();
    if (signed.includes(lower)) yield problem('duplicate', path, `"${header}" is one of the signed headers`, { key: true });
    if (typeof source === 'object' && 'claim' in source && !hasTokens) {
      yield problem('forward', path, `no caller has a token that could have the claim "${source.claim}": there is no auth.jwt`);
    }
    for (const server of tenant.servers === '*' ? Object.keys(servers) : tenant.servers) {
      const other = servers[server];
      if (!other || !ownHeaders(other).includes(lower)) continue;
      const message = `server "${server}" has a "${header}" of its own (upstream or transform.request); one of the two is meant`;
      yield problem('duplicate', path, message, { key: true });
    }
  }
}

function ownHeaders(server: ServerModel): readonly string[] {
  const { request } = server.transform;
  const upstream = server.kind === 'http' ? server.upstream : undefined;
  const own = [...Object.keys(upstream?.headers ?? {}), authHeader(upstream?.auth) ?? '', ...Object.keys(request.set), ...request.remove];
  return own.map((header) => header.toLowerCase());
}

/** Names of headers are compared without case (RFC 9110 §5.1). */
function* twice(headers: readonly string[], at: ConfigPath): Iterable<Diagnostic> {
  const names = headers.map((header) => header.toLowerCase());
  for (const [index, header] of headers.entries()) {
    if (names.indexOf(names[index] ?? '') < index) yield problem('duplicate', [...at, header], `header "${header}" is already set`, { key: true });
  }
}
