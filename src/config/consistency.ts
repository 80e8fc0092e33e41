/** What is right in each part and wrong together. Where the config as a whole has not its shape, the parts that have theirs are still held to it. */
import type { z } from 'zod';
import type { ConfigPath, Diagnostic } from '../load/types.js';
import type { HttpServerModel, Model, ServerModel } from './model.js';
import { placesOf } from './places.js';
import { gateway as gatewaySchema } from './schema/gateway.js';
import { server as serverSchema } from './schema/servers.js';
import { targets as targetsSchema } from './schema/targets.js';
import { auth as authSchema, tenant as tenantSchema } from './schema/traffic.js';

/** A StatefulSet's name and eleven characters more must fit into a label of its pods, 63 characters. */
const LONGEST_RESOURCE = 52;
/** `<app>-<server>` is a label of a host name below `.internal`. */
const LONGEST_APP = 63;

/** The parts of a config that have their shape; null and missing are those that have not. */
interface Parts {
  readonly name: string | null;
  readonly gateway: Model['gateway'] | null;
  readonly targets: Model['targets'] | null;
  readonly clients: Model['auth']['clients'];
  readonly servers: Model['servers'];
  readonly tenants: Model['tenants'];
}

export function checkConsistency(config: unknown, model: Model | null): Diagnostic[] {
  const parts = model ? { ...model, clients: model.auth.clients } : soundParts(config);
  const servers = Object.entries(parts.servers).flatMap(([name, server]) => [...serverProblems(name, server)]);
  return [...resourceNames(parts), ...servers, ...tenants(parts.tenants, config), ...gateway(parts)];
}

type Json = Readonly<Record<string, unknown>>;

function soundParts(config: unknown): Parts {
  const root = typeof config === 'object' && config !== null ? (config as Json) : {};
  const gateway = gatewaySchema.safeParse(root['gateway'] ?? {});
  const targets = targetsSchema.safeParse(root['targets'] ?? {});
  const auth = authSchema.safeParse(root['auth'] ?? {});
  return {
    name: typeof root['name'] === 'string' ? root['name'] : null,
    gateway: gateway.success ? gateway.data : null,
    targets: targets.success ? targets.data : null,
    clients: auth.success ? auth.data.clients : {},
    servers: sound(config, 'servers.*', serverSchema),
    tenants: sound(config, 'tenants.*', tenantSchema),
  };
}

function sound<T>(config: unknown, place: string, schema: z.ZodType<T>): Record<string, T> {
  const entries: (readonly [string, T])[] = [];
  for (const [path, value] of placesOf(config, place)) {
    const parsed = schema.safeParse(value);
    if (parsed.success) entries.push([String(path.at(-1)), parsed.data]);
  }
  return Object.fromEntries(entries);
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
  return problem('name', ['servers', server], `"${name}" would be the name of its ${what}, which may have ${most} characters; it has ${name.length}`, true);
}

function* serverProblems(name: string, server: ServerModel): Iterable<Diagnostic> {
  const at = ['servers', name];
  if (server.kind === 'http') yield* httpProblems(name, server);
  else {
    const given = (['npm', 'uv', 'image'] as const).filter((key) => server[key] !== undefined);
    if (given.length > 1) yield problem('server-source', at, `server "${name}" has ${given.join(' and ')}; at most one says what its container holds`, true);
  }
  yield* unique(server.volumes.map((volume) => volume.name), [...at, 'volumes'], 'volume');
  yield* unique(server.volumes.map((volume) => volume.path), [...at, 'volumes'], 'mount path');
  for (const [index, { path }] of server.volumes.entries()) {
    if (path === '/gateway' || path.startsWith('/gateway/')) yield problem('volume-path', [...at, 'volumes', index, 'path'], '/gateway is where the generated gateway is mounted; choose another path');
  }
}

function* httpProblems(name: string, server: HttpServerModel): Iterable<Diagnostic> {
  const at = ['servers', name];
  const given = (['image', 'instances'] as const).filter((key) => server[key] !== undefined);
  if (given.length !== 1) {
    const message = given.length === 0 ? `server "${name}" needs an image to run or instances that exist` : `server "${name}" has both an image and instances; exactly one is meant`;
    yield problem('server-source', at, message, true);
  }
  for (const key of ['env', 'volumes'] as const) {
    if (server.instances && Object.keys(server[key]).length > 0) {
      yield problem('no-effect', [...at, key], `server "${name}" runs elsewhere, so nothing here can give it ${key === 'env' ? 'an environment' : 'volumes'}`, true);
    }
  }
  yield* unique(server.instances?.map((instance) => instance.id ?? new URL(instance.url).host) ?? [], [...at, 'instances'], 'instance');
  if (server.health?.path === server.path) {
    yield problem('health-path', [...at, 'health', 'path'], `a probe of the MCP endpoint ${server.path} opens streams or sessions; give the server a path of its own for health`);
  }
}

function* tenants(tenants: Model['tenants'], config: unknown): Iterable<Diagnostic> {
  const seen = new Map<string, string>();
  for (const key of ['client', 'host']) {
    for (const place of [`tenants.*.match.${key}`, `tenants.*.match.#.${key}`]) {
      for (const [path, value] of placesOf(config, place)) {
        const tenant = String(path[1]);
        if (Object.hasOwn(tenants, tenant)) yield* taken(seen, `${key} "${String(value)}"`, tenant, path);
      }
    }
  }
}

/** Two tenants that match the same thing would be refused for every request: better said now. */
function* taken(seen: Map<string, string>, what: string, tenant: string, path: ConfigPath): Iterable<Diagnostic> {
  const other = seen.get(what);
  if (other === undefined) seen.set(what, tenant);
  else if (other !== tenant) yield problem('tenant-match', path, `${what} is already recognised as tenant "${other}"; a request is one tenant's`);
}

function* gateway({ gateway, clients, targets }: Parts): Iterable<Diagnostic> {
  const owners = new Map<string, string>();
  for (const [client, { keys }] of Object.entries(clients)) {
    for (const [index, { secret }] of keys.entries()) {
      const other = owners.get(secret);
      if (other === undefined) owners.set(secret, client);
      else yield problem('client-key', ['auth', 'clients', client, 'keys', index], `secret ${secret} is already a key of client "${other}"; a key says whose it is`);
    }
  }
  if (!gateway) return;
  if (gateway.tls.at === 'nginx' && targets && !targets.nginx) yield problem('tls', ['gateway', 'tls'], 'TLS at nginx needs targets.nginx');
  if (gateway.admin && gateway.admin.port === gateway.listen.port) yield problem('port', ['gateway', 'admin', 'port'], `port ${gateway.admin.port} is the gateway's own`);
  yield* unique(gateway.revisions, ['gateway', 'revisions'], 'revision');
  const own: (readonly [string, ConfigPath])[] = gateway.sessionKeys.map(({ secret }, i) => [secret, ['gateway', 'sessionKeys', i]]);
  if (gateway.admin?.readToken) own.push([gateway.admin.readToken.secret, ['gateway', 'admin', 'readToken']]);
  for (const [secret, path] of own) {
    if (owners.has(secret)) yield problem('client-key', path, `secret ${secret} is a key of client "${owners.get(secret)}", who could then do what only the gateway may`);
  }
}

function* unique(values: readonly string[], path: ConfigPath, what: string): Iterable<Diagnostic> {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) < index) yield problem('duplicate', [...path, index], `${what} "${value}" is already listed`);
  }
}

function problem(code: string, path: ConfigPath, message: string, key = false): Diagnostic {
  return { code, message, help: null, place: { kind: 'path', path, key } };
}
