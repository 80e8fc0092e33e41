/** The gateway that stands behind nginx in these tests, and is also asked without nginx. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Features } from '#src/gateway/runtime/features.js';
import { serve } from '#src/gateway/runtime/serve.js';
import type { GatewayTables } from '#src/gateway/runtime/tables/gateway.js';
import { FEATURES as ALL } from '#src/gateway/tables.js';

/** Something that can be started with tables. */
export interface Backend {
  readonly start: (tables: GatewayTables) => Promise<{ readonly port: number; readonly close: () => Promise<void> }>;
}

/** Streams of 2024-11-05 end at once here, because these tests are about decisions and not about what a stream carries. */
const FEATURES: Features = {
  ...ALL,
  sse: async () => ({
    createSse: () => ({
      configure: () => {},
      answer: async () => ({ instance: null, response: { status: 200, headers: { 'content-type': 'text/event-stream' }, body: Buffer.from(': nothing\n\n') } }),
      say: () => Promise.reject(new Error('nothing is said here')),
      vouched: () => null,
      isVouchedFor: () => false,
      close: async () => {},
    }),
  }),
};

/** The gateway itself, in this process. Behind all its routes is one server, which answers every request. */
export const GATEWAY: Backend = {
  async start(tables) {
    const server = createServer((incoming, outgoing) => {
      incoming.resume();
      const stream = incoming.method === 'GET';
      outgoing.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
      outgoing.end(stream ? ': nothing\n\n' : '{"jsonrpc":"2.0","id":1,"result":{}}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    const pools = Object.fromEntries(tables.pools.map(([name]) => [name, [url]]));
    const gateway = await serve(tables, FEATURES, { PORT: '0', SESSION_KEY: 'k'.repeat(48), MCPGEN_POOLS: JSON.stringify(pools) }, () => {});
    return {
      port: gateway.port,
      close: async () => {
        await gateway.stop();
        server.closeAllConnections();
        server.close();
      },
    };
  },
};
