import type { Gateway } from './gateway.js';
import type { Policy } from './policy.js';
import type { Server } from './servers.js';
import type { Images, Targets } from './targets.js';
import type { Auth, Origin, Strategy, Tenant } from './traffic.js';

/**
 * What a user may write. `S O T L C E` are the declared names of servers, origins, tenants, strategies, clients and environments;
 * a reference to any of them is checked by the compiler where it stands. Names are `[a-z][a-z0-9-]{0,30}`.
 */
export interface Config<
  S extends string,
  O extends string,
  T extends string,
  L extends string,
  C extends string,
  E extends string,
> extends Deployment<S, O, T, L, C> {
  /** Prefixes every generated resource; a DNS label. */
  name: string;
  /** Whole deployments of their own under `generated/<environment>/`. With any declared there is no base output. */
  environments?: { readonly [name in E]: Overlay<Deployment<NoInfer<S>, NoInfer<O>, NoInfer<T>, NoInfer<L>, NoInfer<C>>> };
}

/** Everything about one deployment that an environment may change. */
export interface Deployment<S extends string, O extends string, T extends string, L extends string, C extends string> {
  /** How strict the rules are. Default: `local` until `gateway.url` is public, then `production`. */
  profile?: 'production' | 'local';
  description?: string;
  owner?: string;
  labels?: Readonly<Record<string, string>>;
  gateway?: Gateway;
  /** Default: no credentials. */
  auth?: Auth<C>;
  servers: { readonly [name in S]: Server<NoInfer<O>, NoInfer<L>> };
  /** Origins that browsers may call from. Default: none. */
  origins?: { readonly [name in O]: Origin };
  /** Default: one tenant `default` with every server. */
  tenants?: { readonly [name in T]: Tenant<NoInfer<S>, NoInfer<O>, NoInfer<C>> };
  strategies?: { readonly [name in L]: Strategy };
  targets?: Targets;
  images?: Images;
  policy?: Policy<NoInfer<S>, NoInfer<O>, NoInfer<T>, NoInfer<L>, NoInfer<C>>;
}

/**
 * What an environment changes: objects merge key by key, arrays and scalars replace, `null` removes an optional key or an entry. A member of a union
 * (a server, `tls`, an exposure) replaces whole when it carries its tag (`kind`, `at`), and is merged without it; `health` replaces when it asks
 * another question (`path`, `mcp`, `command`) than the base; origins and matches always replace.
 * Entries it names must exist in the base.
 */
export type Overlay<D> = D extends readonly unknown[] ? D : D extends object ? { [K in keyof D]?: Overlay<D[K]> | null } : D;
