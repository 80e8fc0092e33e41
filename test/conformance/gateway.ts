/** A generated gateway as the suite needs it: it has one server on `/mcp`, leaves names unprefixed, and has no limit that the suite could reach. */
import { gatewayConfig } from '../support/gateway-tables.js';
import { startGateway, type RunningGateway } from '../support/gateway.js';
import type { Fixture } from './fixture/fixture.js';

export function startGatewayBefore({ url }: Pick<Fixture, 'url'>): Promise<RunningGateway> {
  const config = gatewayConfig({
    servers: { server: { kind: 'http', route: '/mcp', instances: [{ url: 'http://127.0.0.1:9/mcp' }] } },
    // The suite sends the Origin of a web page on this machine.
    origins: { local: 'http://localhost:*' },
  });
  return startGateway({ config, pools: { server: [url] } });
}
