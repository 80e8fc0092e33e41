/** What single values cannot show: names, and references from one part of the config to another. Every reference that resolves nowhere is said. */
import type { ConfigPath, Diagnostic } from '../load/types.js';
import { didYouMean } from './closest.js';
import { RULE_SLUGS } from './language/rules.js';
import type { Model } from './model.js';
import { NAME } from './schema/scalars.js';

/** Names that generated services and files have already. */
const RESERVED_SERVERS = new Set(['gateway', 'gateway-admin', 'nginx']);
const RULE_NAMES: ReadonlySet<string> = new Set(Object.entries(RULE_SLUGS).flat());
/** A StatefulSet's name and eleven characters more must fit into a label of its pods, 63 characters. */
const LONGEST_RESOURCE = 52;
const BUILT_IN = ['round-robin', 'least-connections'];

export function checkReferences(model: Model): Diagnostic[] {
  return [...names(model), ...servers(model), ...tenants(model), ...gateway(model), ...ruleNames(model), ...expectations(model)];
}

function* names(model: Model): Iterable<Diagnostic> {
  const groups: readonly [string[], object][] = [
    [['servers'], model.servers],
    [['origins'], model.origins],
    [['tenants'], model.tenants],
    [['strategies'], model.strategies],
    [['auth', 'clients'], model.auth.clients],
  ];
  for (const [path, group] of groups) {
    for (const name of Object.keys(group)) {
      if (!NAME.test(name)) yield problem('name', [...path, name], `"${name}" cannot be a name: a lower case letter, then at most 30 lower case letters, digits and dashes, no dash at the end`, true);
    }
  }
  for (const name of Object.keys(model.servers)) {
    if (RESERVED_SERVERS.has(name)) yield problem('name', ['servers', name], `"${name}" is the name of a generated service; choose another`, true);
  }
  for (const name of model.targets.kubernetes || model.targets.fly ? Object.keys(model.servers) : []) {
    const resource = `${model.name}-${name}`;
    if (resource.length > LONGEST_RESOURCE) yield problem('name', ['servers', name], `"${resource}" would be the name of its resources, which may have ${LONGEST_RESOURCE} characters; it has ${resource.length}`, true);
  }
  for (const name of Object.keys(model.strategies)) {
    if (BUILT_IN.includes(name)) yield problem('name', ['strategies', name], `"${name}" is a built-in strategy; choose another name`, true);
  }
}

function* servers(model: Model): Iterable<Diagnostic> {
  for (const [name, server] of Object.entries(model.servers)) {
    const at = ['servers', name];
    yield* each(server.origins ?? [], [...at, 'origins'], 'origin', 'origins', model.origins);
    if (!BUILT_IN.includes(server.strategy)) yield* one(server.strategy, [...at, 'strategy'], 'strategy', 'strategies', model.strategies, BUILT_IN);
    if (server.kind === 'http') {
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
    } else {
      const given = (['npm', 'uv', 'image'] as const).filter((key) => server[key] !== undefined);
      if (given.length > 1) yield problem('server-source', at, `server "${name}" has ${given.join(' and ')}; at most one says what its container holds`, true);
    }
    yield* unique(server.volumes.map((volume) => volume.name), [...at, 'volumes'], 'volume');
    yield* unique(server.volumes.map((volume) => volume.path), [...at, 'volumes'], 'mount path');
    for (const [index, { path }] of server.volumes.entries()) {
      if (path === '/gateway' || path.startsWith('/gateway/')) yield problem('volume-path', [...at, 'volumes', index, 'path'], '/gateway is where the generated gateway is mounted; choose another path');
    }
  }
}

function* tenants(model: Model): Iterable<Diagnostic> {
  const clients = new Map<string, string>();
  const hosts = new Map<string, string>();
  for (const [name, tenant] of Object.entries(model.tenants)) {
    const at = ['tenants', name];
    if (tenant.servers !== '*') yield* each(tenant.servers, [...at, 'servers'], 'server', 'servers', model.servers);
    yield* each(tenant.origins ?? [], [...at, 'origins'], 'origin', 'origins', model.origins);
    for (const [index, match] of tenant.match.entries()) {
      const place = tenant.match.length === 1 ? [...at, 'match'] : [...at, 'match', index];
      if ('client' in match) {
        yield* one(match.client, [...place, 'client'], 'client', 'auth.clients', model.auth.clients);
        yield* taken(clients, match.client, name, [...place, 'client'], 'client');
      } else if ('host' in match) yield* taken(hosts, match.host, name, [...place, 'host'], 'host');
    }
  }
}

/** Two tenants that match the same thing would be refused for every request: better said now. */
function* taken(seen: Map<string, string>, key: string, tenant: string, path: ConfigPath, what: string): Iterable<Diagnostic> {
  const other = seen.get(key);
  if (other === undefined) seen.set(key, tenant);
  else if (other !== tenant) yield problem('tenant-match', path, `${what} "${key}" is already recognised as tenant "${other}"; a request is one tenant's`);
}

function* gateway({ gateway, auth, targets }: Model): Iterable<Diagnostic> {
  if (gateway.tls.at === 'nginx' && !targets.nginx) yield problem('tls', ['gateway', 'tls'], 'TLS at nginx needs targets.nginx', false);
  if (gateway.admin && gateway.admin.port === gateway.listen.port) yield problem('port', ['gateway', 'admin', 'port'], `port ${gateway.admin.port} is the gateway's own`);
  yield* unique(gateway.revisions, ['gateway', 'revisions'], 'revision');
  const keys = Object.entries(auth.clients).flatMap(([client, { keys }]) => keys.map((key, index) => ({ client, index, name: key.secret })));
  const owners = new Map<string, string>();
  for (const { client, index, name } of keys) {
    const other = owners.get(name);
    if (other === undefined) owners.set(name, client);
    else yield problem('client-key', ['auth', 'clients', client, 'keys', index], `secret ${name} is already a key of client "${other}"; a key says whose it is`);
  }
}

function* ruleNames({ policy }: Model): Iterable<Diagnostic> {
  for (const name of Object.keys(policy.rules)) {
    if (!RULE_NAMES.has(name)) yield problem('rule', ['policy', 'rules', name], `no rule is called "${name}"${didYouMean(name, RULE_NAMES)}`, true);
  }
}

function* expectations({ policy, servers, tenants, auth }: Model): Iterable<Diagnostic> {
  for (const [index, { request }] of policy.expect.entries()) {
    const at = ['policy', 'expect', index, 'request'];
    if (request.server !== undefined) yield* one(request.server, [...at, 'server'], 'server', 'servers', servers);
    if (request.as && 'client' in request.as) yield* one(request.as.client, [...at, 'as', 'client'], 'client', 'auth.clients', auth.clients);
    if (request.as && 'tenant' in request.as) yield* one(request.as.tenant, [...at, 'as', 'tenant'], 'tenant', 'tenants', tenants);
  }
}

function* each(names: readonly string[], path: ConfigPath, what: string, where: string, declared: object): Iterable<Diagnostic> {
  for (const [index, name] of names.entries()) yield* one(name, [...path, index], what, where, declared);
}

function* one(name: string, path: ConfigPath, what: string, where: string, declared: object, also: readonly string[] = []): Iterable<Diagnostic> {
  if (Object.hasOwn(declared, name)) return;
  const known = [...Object.keys(declared), ...also];
  const guess = didYouMean(name, known);
  const help = guess ? null : known.length === 0 ? `nothing is declared under ${where}` : `declared under ${where}: ${known.join(', ')}`;
  yield { code: 'reference', message: `no ${what} is named "${name}"${guess}`, help, place: { kind: 'path', path, key: false } };
}

function* unique(values: readonly string[], path: ConfigPath, what: string): Iterable<Diagnostic> {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) < index) yield problem('duplicate', [...path, index], `${what} "${value}" is already listed`);
  }
}

function problem(code: string, path: ConfigPath, message: string, key = false): Diagnostic {
  return { code, message, help: null, place: { kind: 'path', path, key } };
}
