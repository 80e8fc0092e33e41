/** What servers are shown of the gateway, and told of callers: made from one version of the tables, as a part of its state. */
import type { State, Towards } from './front/state.js';
import type { createExchange } from './identity/exchange.js';
import type { createForwarding } from './identity/forward.js';
import { SettingError, surroundingsOf } from './process/env.js';
import type { readShown } from './upstream/read-shown.js';
import { SHOWS_NOTHING } from './upstream/shown.js';
import { digest } from './wire/digest.js';
import { NO_HEADERS } from './wire/own-headers.js';

/** Modules that only some configs need. */
export interface TowardsModules {
  readonly readShown?: typeof readShown;
  readonly createForwarding?: typeof createForwarding;
  readonly createExchange?: typeof createExchange;
}

/** Stands in place of a module that is not there. Tables that need it cannot be served. */
function lacking(): never {
  throw new SettingError('this gateway was baked without what its tables tell servers');
}

/** @throws {SettingError} */
export function towardsServers(
  tables: State['tables'],
  secretOf: (name: string) => string,
  modules: TowardsModules,
  previous: State | null,
): Towards {
  const pools = [...tables.pools];
  const tenants = [...tables.tenants.values()];
  const forwarding = tenants.some(({ forward }) => forward !== null) ? (modules.createForwarding ?? lacking)(tables, secretOf) : null;
  const passesTokens = tenants.some(({ forward }) => (forward?.bearer ?? null) !== null);
  const shown = new Map(
    pools.flatMap(([server, { toServer }]) => {
      const wantsToken = passesTokens || (toServer?.exchange ?? null) !== null;
      if (!toServer) return wantsToken ? [[server, { ...SHOWS_NOTHING, wantsToken }] as const] : [];
      return [[server, { ...(modules.readShown ?? lacking)(server, toServer, secretOf), wantsToken }] as const];
    }),
  );
  const make = modules.createExchange ?? lacking;
  const exchanges = new Map(
    pools.flatMap(([server, { toServer }]) => {
      const table = toServer?.exchange;
      if (!table) return [];
      const secret = table.client.secret === null ? null : secretOf(table.client.secret);
      const resource = urlOf(tables, server);
      const made = digest(JSON.stringify([table, secret, resource]));
      const known = previous?.exchanges.get(server);
      // Tokens that were given by the same word stay good.
      return [[server, known?.digest === made ? known : { exchange: make({ table, secret, resource }), digest: made }] as const];
    }),
  );
  const keptBack = new Map(
    pools.flatMap(([server]) => {
      const { names } = shown.get(server)?.own ?? NO_HEADERS;
      return forwarding !== null || names.size > 0 ? [[server, (name: string) => names.has(name) || (forwarding?.isKept(name) ?? false)] as const] : [];
    }),
  );
  return { shown, forwarding, exchanges, keptBack };
}

/** Where a server is in this placement; null where that has no URL. Its replicas are one resource. */
function urlOf({ pools, placement }: State['tables'], server: string): string | null {
  const source = pools.get(server)?.sources[surroundingsOf(placement)];
  if (source?.kind === 'urls') return source.instances[0]?.url ?? null;
  return source?.kind === 'dns' ? `http://${source.name}:${source.port}${source.path}` : null;
}
