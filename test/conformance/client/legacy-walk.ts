/** The official client, which speaks the legacy era. It calls every tool of a server. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { sampleOf } from './sample.js';

export async function walkLegacy(url: string): Promise<void> {
  const client = new Client({ name: 'mcpgen-conformance-client', version: '1.0.0' }, { capabilities: { elicitation: { form: { applyDefaults: true } } } });
  // The form is sent empty, and the client fills in the defaults.
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: {} }));
  // Under exactOptionalPropertyTypes, TypeScript does not accept the SDK's own transport as a Transport.
  await client.connect(new StreamableHTTPClientTransport(new URL(url)) as Parameters<Client['connect']>[0]);
  const { tools } = await client.listTools();
  for (const { name, inputSchema } of tools) await client.callTool({ name, arguments: { ...sampleOf(inputSchema) } });
  await client.close();
}
