/** The whole way as it is deployed: nginx as it is generated, the gateway of the same plan behind it, and a server behind that. */
import { after } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { serve } from '#src/gateway/runtime/serve.js';
import { FEATURES } from '#src/gateway/tables.js';
import type { Nginx } from '../nginx/binaries.js';
import { widePlan } from '../nginx/plans.js';
import { stand, type Stand } from '../nginx/stand.js';
import type { Changes } from '../support/example.js';
import { secretValue } from '../support/gateway.js';
import { startUpstream, type FakeUpstream } from '../support/upstreams.js';

export interface Edge {
  readonly edge: Stand;
  /** The gateway, asked past nginx. */
  readonly port: number;
  readonly server: FakeUpstream;
  readonly close: () => Promise<void>;
}

const closing = new Set<() => Promise<void>>();
after(() => Promise.all([...closing].map((close) => close())));

export async function startEdge(nginx: Nginx, changes: Changes = {}): Promise<Edge> {
  const server = await startUpstream();
  const plan = widePlan(changes);
  const tables = gatewayTables(plan);
  const pools = JSON.stringify(Object.fromEntries(tables.pools.map(([name]) => [name, [server.url]])));
  const secrets = Object.fromEntries(plan.infra.secrets.map(({ name }) => [name, secretValue(name)]));
  const gateway = await serve(tables, FEATURES, { PORT: '0', MCPGEN_ADMIN_PORT: '0', MCPGEN_POOLS: pools, ...secrets }, () => {});
  const edge = await stand(nginx, gateway.port, changes).catch(async (error: unknown) => {
    await gateway.stop();
    throw error;
  });
  const close = async (): Promise<void> => {
    closing.delete(close);
    await edge.close();
    await gateway.stop();
  };
  closing.add(close);
  return { edge, port: gateway.port, server, close };
}
