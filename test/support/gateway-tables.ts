/** Configs as object literals → plans and tables: what tests of the gateway's pure modules start from. */
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { readHead, type RequestHead, type GatewayRequest } from '#src/gateway/runtime/decision/head.js';
import { compileTables, type Tables } from '#src/gateway/runtime/decision/lookups.js';
import type { Placement } from '#src/gateway/runtime/tables/placement.js';
import { planOf } from './planned.js';

export type Config = Readonly<Record<string, unknown>>;

/** A local gateway with an admin listener and one server, `search`; each key given replaces that of the same name, and those of `gateway` are merged. */
export function gatewayConfig({ gateway, ...rest }: Config & { readonly gateway?: Config } = {}): Config {
  return {
    name: 'test',
    servers: { search: { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] } },
    ...rest,
    // The limits of one address would stop a test that asks often.
    gateway: { admin: {}, limits: { perAddress: '100000/s' }, ...gateway },
  };
}

/** The tables as a gateway has them, for tests of its pure modules. */
export function tablesOf(config: Config, placement: Placement = 'local'): Tables {
  return compileTables(gatewayTables(planOf(config)), placement);
}

export interface HeadOptions extends Partial<Omit<GatewayRequest, 'headers'>> {
  /** Beside `host: localhost` and a JSON content type; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly trusted?: (address: string) => boolean;
}

/** What the head of a POST to `/mcp/search` says, but for what is given. */
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
