/**
 * A secret is known to whoever it is for: a key to its client, a credential to the server that it is sent to. What only the gateway may know, because it seals
 * sessions, opens the admin listener or verifies tokens, is none of those.
 */
import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import type { Auth } from './identity-consistency.js';
import type { Model, ServerModel } from './model.js';
import { placesOf } from './places.js';
import { problem } from './problem.js';

interface Parts extends Pick<Model, 'servers' | 'tenants'> {
  readonly gateway: Partial<Model['gateway']>;
  readonly auth: Auth;
}

interface Held {
  readonly secret: string;
  readonly path: ConfigPath;
}

export function* secretProblems({ auth, gateway, servers, tenants }: Parts, config: unknown): Iterable<Diagnostic> {
  const holders = new Map<string, string>();
  for (const [client, { keys }] of Object.entries(auth.clients ?? {})) {
    for (const [index, { secret }] of keys.entries()) {
      const path = ['auth', 'clients', client, 'keys', index];
      const other = holders.get(secret);
      if (other === undefined) holders.set(secret, `client "${client}"`);
      else yield problem('client-key', path, `secret ${secret} is already a key of ${other}; a key says whose it is`);
    }
  }
  const clients = new Map(holders);
  for (const [name, server] of Object.entries(servers)) {
    for (const secret of sentTo(server)) if (!holders.has(secret)) holders.set(secret, `server "${name}"`);
  }
  for (const [tenant, { forward }] of Object.entries(tenants)) {
    const signing = forward?.signed?.secret.secret;
    if (signing === undefined) continue;
    const client = clients.get(signing);
    const path = ['tenants', tenant, 'forward', 'signed', 'secret'];
    if (client !== undefined) yield problem('client-key', path, `secret ${signing} is a key of ${client}, who could then sign as the gateway`);
    if (!holders.has(signing)) holders.set(signing, `the servers of tenant "${tenant}"`);
  }
  for (const { secret, path } of [...gatewaysOwn(gateway), ...tokenSecrets(config)]) {
    const holder = holders.get(secret);
    if (holder === undefined) continue;
    const known = clients.has(secret) ? `a key of ${holder}` : `known to ${holder}`;
    yield problem('client-key', path, `secret ${secret} is ${known}, who could then do what only the gateway may`);
  }
}

function gatewaysOwn(gateway: Partial<Model['gateway']>): readonly Held[] {
  const sealing = (gateway.sessionKeys ?? []).map(({ secret }, i) => ({ secret, path: ['gateway', 'sessionKeys', i] }));
  const tokens = (['readToken', 'writeToken'] as const).flatMap((key) => {
    const token = gateway.admin?.[key];
    return token ? [{ secret: token.secret, path: ['gateway', 'admin', key] }] : [];
  });
  return [...sealing, ...tokens];
}

/** Whoever knows the secret of HS256 can make tokens. */
function tokenSecrets(config: unknown): readonly Held[] {
  const places = ['auth.jwt.secret.secret', 'auth.jwt.#.secret.secret'].flatMap((place) => [...placesOf(config, place)]);
  return places.flatMap(([path, secret]) => (typeof secret === 'string' ? [{ secret, path: path.slice(0, -1) }] : []));
}

function sentTo(server: ServerModel): readonly string[] {
  if (server.kind !== 'http' || !server.upstream) return [];
  const { headers, auth } = server.upstream;
  const sent = Object.values(headers).flatMap((value) => (typeof value === 'string' ? [] : [value.secret]));
  return [...sent, ...(auth ? ['bearer' in auth ? auth.bearer.secret : auth.secret.secret] : [])];
}
