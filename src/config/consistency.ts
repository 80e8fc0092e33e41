/**
 * Checks between keys that are each right alone. Where some part of a config has the wrong shape, the other parts are checked all the same, so that one
 * mistake does not hide another.
 */
import type { z } from 'zod';
import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import { duplicates } from './duplicates.js';
import { has, identityProblems, type Auth } from './identity-consistency.js';
import type { Model } from './model.js';
import { isObject, placesOf } from './places.js';
import { problem } from './problem.js';
import { resourceProblems } from './resource-consistency.js';
import { ruleProblems } from './rule-consistency.js';
import { gateway as gatewaySchema } from './schema/gateway.js';
import { server as serverSchema } from './schema/servers.js';
import { targets as targetsSchema } from './schema/targets.js';
import { auth as authSchema, client as clientSchema, strategy as strategySchema, tenant as tenantSchema } from './schema/traffic.js';
import { secretProblems } from './secret-consistency.js';
import { serverProblems } from './server-consistency.js';
import { strategyProblems } from './strategy-consistency.js';
import { towardsProblems } from './towards-consistency.js';

/** A StatefulSet's name and eleven characters more must fit into a label of its pods, 63 characters. */
const LONGEST_RESOURCE = 52;
/** `<app>-<server>` is a label of a host name below `.internal`. */
const LONGEST_APP = 63;

/** The parts of a config that have the right shape; the others are null, or missing. */
interface Parts {
  readonly name: string | null;
  readonly gateway: Partial<Model['gateway']>;
  readonly targets: Model['targets'] | null;
  readonly auth: Auth;
  readonly servers: Model['servers'];
  readonly tenants: Model['tenants'];
  readonly strategies: Model['strategies'];
}

export function checkConsistency(config: unknown, model: Model | null): Diagnostic[] {
  const parts = model ?? soundParts(config);
  const servers = Object.entries(parts.servers).flatMap(([name, server]) => [...serverProblems(name, server)]);
  const isWhole = [...placesOf(config, 'servers.*')].length === Object.keys(parts.servers).length;
  const strategies = strategyProblems(parts.strategies, parts.servers, isWhole);
  const others = [...oldTransport(parts), ...tenants(parts.tenants, config), ...secretProblems(parts, config), ...gateway(parts), ...nginxPort(parts)];
  return [...resourceNames(parts), ...servers, ...strategies, ...others, ...identity(parts, config)];
}

/** Who calls, what they may, and what servers are told of them. */
function identity(parts: Parts, config: unknown): Diagnostic[] {
  const declared = isObject(config) && isObject(config['servers']) ? Object.keys(config['servers']) : [];
  const hasTokens = has(config, 'jwt');
  const isAuthenticated = hasTokens || has(config, 'lookup') || [...placesOf(config, 'auth.clients.*')].length > 0;
  return [
    ...identityProblems(parts.auth, parts.tenants, config),
    ...ruleProblems(parts, declared, isAuthenticated),
    ...towardsProblems(parts, hasTokens),
  ];
}

function soundParts(config: unknown): Parts {
  const { name, gateway = {}, auth = {}, targets = {} } = isObject(config) ? config : {};
  return {
    name: typeof name === 'string' ? name : null,
    gateway: isObject(gateway) ? soundKeys(gatewaySchema.shape, gateway) : {},
    targets: targetsSchema.safeParse(targets).data ?? null,
    auth: { ...(isObject(auth) ? soundKeys(authSchema.shape, auth) : {}), clients: soundEntries(config, 'auth.clients.*', clientSchema) },
    servers: soundEntries(config, 'servers.*', serverSchema),
    tenants: soundEntries(config, 'tenants.*', tenantSchema),
    strategies: soundEntries(config, 'strategies.*', strategySchema),
  };
}

type Outputs<S extends z.core.$ZodShape> = { -readonly [K in keyof S]?: z.output<S[K]> };

function soundKeys<S extends Readonly<Record<string, z.ZodType>>>(shape: S, object: Readonly<Record<string, unknown>>): Outputs<S> {
  const parsed = Object.entries(shape).map(([key, schema]) => [key, schema.safeParse(object[key])] as const);
  return Object.fromEntries(parsed.flatMap(([key, { success, data }]) => (success ? [[key, data]] : []))) as Outputs<S>;
}

function soundEntries<T>(config: unknown, place: string, schema: z.ZodType<T>): Record<string, T> {
  const parsed = [...placesOf(config, place)].map(([path, value]) => [String(path.at(-1)), schema.safeParse(value)] as const);
  return Object.fromEntries(parsed.flatMap(([name, { data }]) => (data === undefined ? [] : [[name, data]])));
}

function* resourceNames({ name, servers, targets }: Parts): Iterable<Diagnostic> {
  if (name === null || (!targets?.kubernetes && !targets?.fly)) return;
  for (const server of Object.keys(servers)) {
    const resource = `${name}-${server}`;
    const app = targets.fly ? `${targets.fly.app ?? name}-${server}` : '';
    if (resource.length > LONGEST_RESOURCE) yield tooLong(server, 'resources', resource, LONGEST_RESOURCE);
    else if (app.length > LONGEST_APP) yield tooLong(server, 'app', app, LONGEST_APP);
  }
}

function tooLong(server: string, what: string, name: string, most: number): Diagnostic {
  const message = `"${name}" would be the name of its ${what}, which may have ${most} characters; it has ${name.length}`;
  return problem('name', ['servers', server], message, { key: true });
}

/** The server's endpoint `sse` is only used for clients of 2024-11-05, which come only where `gateway.revisions` offers them that revision. */
function* oldTransport({ servers, gateway: { revisions } }: Parts): Iterable<Diagnostic> {
  if (!revisions || revisions.includes('2024-11-05')) return;
  for (const [name, server] of Object.entries(servers)) {
    if (server.kind !== 'http' || server.sse === undefined) continue;
    const help = "add '2024-11-05' to gateway.revisions, or leave sse out";
    yield problem('no-effect', ['servers', name, 'sse'], 'gateway.revisions does not list 2024-11-05, the revision of this endpoint', { key: true, help });
  }
}

function* tenants(tenants: Model['tenants'], config: unknown): Iterable<Diagnostic> {
  const seen = new Map<string, string>();
  for (const key of ['client', 'host', 'lookup']) {
    for (const place of [`tenants.*.match.${key}`, `tenants.*.match.#.${key}`]) {
      for (const [path, value] of placesOf(config, place)) {
        const tenant = String(path[1]);
        if (Object.hasOwn(tenants, tenant)) yield* taken(seen, `${key} "${String(value)}"`, tenant, path);
      }
    }
  }
}

/** A request that two tenants match is refused, so two tenants that match the same thing could never be used. */
function* taken(seen: Map<string, string>, what: string, tenant: string, path: ConfigPath): Iterable<Diagnostic> {
  const other = seen.get(what);
  if (other === undefined) seen.set(what, tenant);
  else if (other !== tenant) yield problem('tenant-match', path, `${what} is already recognised as tenant "${other}"; a request is one tenant's`);
}

function* gateway({ gateway: { url, headers, tls, admin, listen, resources, revisions = [] }, targets }: Parts): Iterable<Diagnostic> {
  if (resources) yield* resourceProblems(resources, ['gateway', 'resources']);
  if (tls?.at === 'nginx' && targets && !targets.nginx) yield problem('tls', ['gateway', 'tls'], 'TLS at nginx needs targets.nginx');
  if (admin && admin.port === listen?.port) yield problem('port', ['gateway', 'admin', 'port'], `port ${admin.port} is the gateway's own`);
  const { readToken, writeToken } = admin ?? {};
  if (readToken && readToken.secret === writeToken?.secret) {
    yield problem('admin-token', ['gateway', 'admin', 'writeToken'], `secret ${readToken.secret} is the readToken already; whoever may read could then change`);
  }
  const { publish, expose } = targets?.compose ?? {};
  if (publish?.port !== undefined && expose !== undefined && publish.port !== expose) {
    yield problem('no-effect', ['targets', 'compose', 'expose'], `publish says port ${publish.port} already; one of the two is meant`, { key: true });
  }
  if (headers?.hsts && url?.startsWith('https:') !== true) {
    // RFC 6797 §7.2.
    yield problem('no-effect', ['gateway', 'headers', 'hsts'], 'gateway.url is not https, and over http this header must not be sent', { key: true });
  }
  yield* duplicates(revisions, ['gateway', 'revisions'], 'revision');
}

/** The generated nginx runs beside the gateway on one machine, where two processes cannot listen on one port. */
function* nginxPort({ gateway: { tls, admin, listen }, targets }: Parts): Iterable<Diagnostic> {
  if (!targets?.nginx) return;
  const port = targets.nginx.listen ?? (tls?.at === 'nginx' ? 443 : 8088);
  const at = targets.nginx.listen === undefined ? ['targets', 'nginx'] : ['targets', 'nginx', 'listen'];
  const help = 'nginx and the gateway run on one machine; give one of them another port';
  if (port === listen?.port) yield problem('port', at, `nginx would listen on port ${port}, which is the gateway's own (gateway.listen.port)`, { help });
  if (port === admin?.port) yield problem('port', at, `nginx would listen on port ${port}, which is the admin listener's (gateway.admin.port)`, { help });
}
