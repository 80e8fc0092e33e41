/** Plans and tables of configs that are object literals, for the tests of the gateway's pure modules. */
import { createItemRules } from '#src/gateway/runtime/decision/item-rules.js';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { readHead, type RequestHead, type GatewayRequest } from '#src/gateway/runtime/decision/head.js';
import { compileTables, type Tables } from '#src/gateway/runtime/decision/lookups.js';
import { createResources } from '#src/gateway/runtime/decision/well-known.js';
import type { Placement } from '#src/gateway/runtime/tables/placement.js';
import { planOf } from './planned.js';

export type Config = Readonly<Record<string, unknown>>;

/** The config of a local gateway with an admin listener and one server, `search`. A given key replaces the key of that name; those of `gateway` are merged. */
export function gatewayConfig({ gateway, ...rest }: Config & { readonly gateway?: Config } = {}): Config {
  return {
    name: 'test',
    servers: { search: { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] } },
    ...rest,
    // A test that sends many requests would meet the limits of one address.
    gateway: { admin: {}, limits: { perAddress: '100000/s' }, ...gateway },
  };
}

/** The tables of a config, as the gateway has them. */
export function tablesOf(config: Config, placement: Placement = 'local'): Tables {
  return compileTables(gatewayTables(planOf(config)), placement, { createItemRules, createResources });
}

export interface HeadOptions extends Partial<Omit<GatewayRequest, 'headers'>> {
  /** Headers beside `host: localhost` and a JSON content type. A header that is undefined is left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly trusted?: (address: string) => boolean;
}

/** The head of a POST to `/mcp/search`, with these changes. */
export function askedOf(tables: Tables, { headers = {}, trusted = () => false, ...rest }: HeadOptions = {}): RequestHead {
  const request = {
    method: 'POST',
    target: '/mcp/search',
    hosts: 1,
    peer: '127.0.0.1',
    headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
    ...rest,
  };
  return readHead(tables, request, trusted);
}
