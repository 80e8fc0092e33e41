import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { TestContext } from 'node:test';

export interface Connected {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
}

/** The official client, connected to a server. It is closed when the test ends. */
export async function connect(
  t: Pick<TestContext, 'after'>,
  url: URL,
  key: string | null,
  client = new Client({ name: 'test', version: '1.0.0' }),
): Promise<Connected> {
  const transport = new StreamableHTTPClientTransport(url, key === null ? {} : { requestInit: { headers: { Authorization: `Bearer ${key}` } } });
  // Under exactOptionalPropertyTypes, TypeScript does not accept the SDK's own transport as a Transport.
  await client.connect(transport as Parameters<Client['connect']>[0]);
  t.after(() => client.close());
  return { client, transport };
}

/** The text of a tool's answer. */
export function textOf(result: Awaited<ReturnType<Client['callTool']>>): string {
  return (result.content as { type: string; text?: string }[]).map(({ text }) => text ?? '').join('');
}
