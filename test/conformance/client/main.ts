/**
 * The client that the suite tests: `node main.js direct|gateway <url>`. With `gateway`, the server at that URL is put behind a generated gateway and the client
 * calls it through that gateway, so that the suite checks what the gateway sends to servers.
 */
import { startGatewayBefore } from '../gateway.js';
import { walkLegacy } from './legacy-walk.js';
import { walkModern, type ToolCall } from './modern-walk.js';
import { MODERN } from '../fixture/server-info.js';

// A signal must end this process by `exit`, because the gateway is killed when this process exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const { MCP_CONFORMANCE_PROTOCOL_VERSION: revision, MCP_CONFORMANCE_CONTEXT: context = '{}' } = process.env;
const [path, url = ''] = process.argv.slice(2);
const gateway = path === 'gateway' ? await startGatewayBefore({ url }) : null;
const server = gateway ? `http://localhost:${gateway.port}/mcp` : url;
try {
  if (revision === MODERN) await walkModern(server, (JSON.parse(context) as { toolCalls?: readonly ToolCall[] }).toolCalls ?? []);
  else await walkLegacy(server);
} finally {
  await gateway?.stop();
}
