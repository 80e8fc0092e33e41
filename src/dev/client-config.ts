import type { TenantPlan } from '../plan/traffic-types.js';
import type { Plan } from '../plan/types.js';

interface Entry {
  readonly type: 'http';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What to paste into an MCP client (`.mcp.json`): every route that some tenant may use. A tenant is only taken when a file like this can name
 * it, that is by path or by a client's key, and tenants that may use many servers are taken first.
 *
 * @param valueOf the value of a secret, or what to show instead of it
 */
export function clientConfig({ traffic }: Plan, base: string, valueOf: (secret: string) => string): { readonly mcpServers: Readonly<Record<string, Entry>> } {
  const granted = new Map(traffic.serverSets.map(({ id, servers }) => [id, new Set(servers)]));
  const size = ({ servers }: TenantPlan): number => granted.get(servers)?.size ?? 0;
  const tenants = traffic.tenants.filter(({ implied, match }) => implied || match.path || match.clients.length > 0).sort((a, b) => size(b) - size(a));
  const entries = traffic.routes.filter(({ kind }) => kind === 'mcp').flatMap(({ path, server }) => {
    const tenant = tenants.find(({ servers }) => granted.get(servers)?.has(server));
    return tenant ? [[server, entry(tenant, path)] as const] : [];
  });
  return { mcpServers: Object.fromEntries(entries) };

  function entry({ name, match }: TenantPlan, path: string): Entry {
    const url = `${base}${match.path ? `/t/${name}` : ''}${path}`;
    const client = traffic.clients.find((one) => match.clients.includes(one.name)) ?? (match.clients.length === 0 ? traffic.clients[0] : undefined);
    const key = client?.keys[0];
    return key === undefined ? { type: 'http', url } : { type: 'http', url, headers: { Authorization: `Bearer ${valueOf(key)}` } };
  }
}
