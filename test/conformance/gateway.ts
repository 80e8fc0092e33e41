/** A generated gateway as the suite wants it: one server, its names unprefixed, on `/mcp`, and no limit that a suite could meet. */
import { gatewayConfig } from '../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../support/gateway.js';
import type { Fixture } from './fixture/fixture.js';

export function startGatewayBefore({ url }: Pick<Fixture, 'url'>): Promise<RunningGateway> {
  const config = gatewayConfig({
    servers: { server: { kind: 'http', route: '/mcp', instances: [{ url: 'http://127.0.0.1:9/mcp' }] } },
    // The suite sends the Origin that a page on this machine would have.
    origins: { local: 'http://localhost:*' },
  });
  return startGateway({ config, pools: { server: [url] } });
}
