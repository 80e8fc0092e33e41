import type { Plan, TenantPlan } from '../plan/types.js';

interface Entry {
  readonly type: 'http';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What to paste into an MCP client (`.mcp.json`): every route, as the first tenant that may use it and that such a file can name.
 *
 * @param keyOf the value of a client's key
 */
export function clientConfig({ traffic }: Plan, base: string, keyOf: (secret: string) => string): { readonly mcpServers: Readonly<Record<string, Entry>> } {
  const granted = new Map(traffic.serverSets.map(({ id, servers }) => [id, new Set(servers)]));
  const entries = traffic.routes.flatMap(({ path, server }) => {
    const tenant = traffic.tenants.find((one) => granted.get(one.servers)?.has(server) && (one.implied || one.match.path || one.match.clients.length > 0));
    return tenant ? [[server, entry(tenant, path)] as const] : [];
  });
  return { mcpServers: Object.fromEntries(entries) };

  function entry({ name, match }: TenantPlan, path: string): Entry {
    const url = `${base}${match.path ? `/t/${name}` : ''}${path}`;
    const client = traffic.clients.find((one) => match.clients.includes(one.name)) ?? (match.clients.length === 0 ? traffic.clients[0] : undefined);
    const key = client?.keys[0];
    return key === undefined ? { type: 'http', url } : { type: 'http', url, headers: { Authorization: `Bearer ${keyOf(key)}` } };
  }
}
