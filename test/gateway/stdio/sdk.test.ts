import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema, LoggingMessageNotificationSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { startHost } from '#src/gateway/runtime/operate/host.js';
import { until } from '../../support/http.js';
import { isAlive, start, type Started } from './support.js';

async function serve(started: Started): Promise<URL> {
  const host = await startHost({ upstream: started.upstream, host: '127.0.0.1', port: 0, path: '/mcp', bodyLimit: 4e6, log() {} });
  after(() => host.close(0));
  return new URL(`http://127.0.0.1:${host.port}/mcp`);
}

async function connect(url: URL, name = 'client'): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> {
  const client = new Client({ name, version: '1.0.0' }, { capabilities: { sampling: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => {
    const [first] = params.messages;
    const { content } = first ?? {};
    const asked = content && !Array.isArray(content) && content.type === 'text' ? content.text : '';
    return { model: 'none', role: 'assistant', content: { type: 'text', text: `${name} heard ${asked}` } };
  });
  const transport = new StreamableHTTPClientTransport(url);
  // The SDK's own declaration of Transport does not fit exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client['connect']>[0]);
  after(() => client.close());
  return { client, transport };
}

async function tool(client: Client, name: string, args = {}, options = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: args }, undefined, options);
  const [first] = content as { text: string }[];
  return first?.text ?? '';
}

for (const sharing of ['session', 'shared'] as const) {
  describe(`the official client, sharing: ${sharing}`, () => {
    const started = start({ script: 'sdk.mjs', child: { sharing } });

    test('a session, from initialize to DELETE', async () => {
      const { client, transport } = await connect(await serve(started));
      assert.equal(client.getServerVersion()?.name, 'fixture');
      assert.ok((await client.listTools()).tools.some(({ name }) => name === 'echo'));
      assert.equal(await tool(client, 'echo', { value: 'zwölf €' }), 'zwölf €');
      const seen: number[] = [];
      assert.equal(await tool(client, 'count', { to: 5 }, { onprogress: ({ progress }: { progress: number }) => seen.push(progress) }), '5');
      assert.deepEqual(seen, [1, 2, 3, 4, 5]);
      assert.equal(await tool(client, 'sample', { prompt: 'hello' }), 'client heard hello');
      const changed = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve));
      const logged = new Promise((resolve) => client.setNotificationHandler(LoggingMessageNotificationSchema, resolve));
      await tool(client, 'change');
      await tool(client, 'log');
      await Promise.all([changed, logged]);
      const pid = Number(await tool(client, 'pid'));
      await transport.terminateSession();
      await assert.rejects(client.listTools());
      if (sharing === 'session') await until('the child has ended', () => !isAlive(pid));
    });

    test('two clients at once', async () => {
      const url = await serve(started);
      const [a, b] = await Promise.all([connect(url, 'a'), connect(url, 'b')]);
      const pids = await Promise.all([a, b].map(({ client }) => tool(client, 'pid')));
      assert.equal(new Set(pids).size, sharing === 'shared' ? 1 : 2);
      const answers = await Promise.all(
        [a, b].flatMap(({ client }, who) =>
          Array.from({ length: 20 }, async (_, n) => {
            const seen: number[] = [];
            const to = await tool(client, 'count', { to: n + 1 }, { onprogress: ({ progress }: { progress: number }) => seen.push(progress) });
            assert.equal(seen.length, n + 1);
            return (await tool(client, 'echo', { value: `${who}-${to}` })) === `${who}-${n + 1}`;
          }),
        ),
      );
      assert.ok(answers.every(Boolean));
      assert.equal(await tool(a.client, 'sample', { prompt: 'x' }), 'a heard x');
      assert.equal(await tool(b.client, 'sample', { prompt: 'y' }), 'b heard y');
    });
  });
}

const files = path.resolve('examples/servers/files.js');

test('a real server', { skip: !existsSync(files) && 'examples/servers/files.js is not there' }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcpgen-stdio-'));
  after(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'hello.txt'), 'hello');
  const started = start({ child: { command: [process.execPath, files, folder] } });
  const { client } = await connect(await serve(started));
  assert.equal(await tool(client, 'read_file', { path: 'hello.txt' }), 'hello');
});
