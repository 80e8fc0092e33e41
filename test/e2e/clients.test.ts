/** Clients that people have, against an HTTP server, a stdio server, and the endpoint of the old transport: the official SDK, and plain curl. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { before, describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { startExample } from '../support/examples.js';
import { initialize, request } from '../support/gateway-messages.js';
import { gatewayConfig } from '../support/gateway-tables.js';
import { as, startGateway, type RunningGateway } from '../support/gateway.js';
import { within } from '../support/http.js';
import { textOf } from '../support/client.js';

const NO_CURL = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not installed';
if (NO_CURL !== false && process.env['CI'] === 'true') throw new Error(NO_CURL);
const { authorization } = as('acme');

let gateway: RunningGateway;
before(async () => {
  const { url: notes } = await startExample('notes.js');
  gateway = await startGateway({
    pools: { notes: [notes] },
    config: gatewayConfig({
      auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } },
      tenants: { acme: { match: { client: 'acme' }, servers: '*' } },
      servers: {
        notes: { kind: 'http', stateful: true, instances: [{ url: 'http://127.0.0.1:9/mcp' }] },
        files: { kind: 'stdio', command: [process.execPath, 'examples/servers/files.js', 'examples/servers/files'], cwd: process.cwd() },
      },
      gateway: { admin: {}, limits: { perAddress: '100000/s' }, revisions: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] },
    }),
  });
});

const url = (path: string): URL => new URL(`http://127.0.0.1:${gateway.port}${path}`);

describe('the SDK', () => {
  type Make = (path: string) => SSEClientTransport | StreamableHTTPClientTransport;
  const headers = { Authorization: authorization };
  const STREAMABLE: Make = (path) => new StreamableHTTPClientTransport(url(path), { requestInit: { headers } });
  const OLD: Make = (path) => new SSEClientTransport(url(`${path}/sse`), { requestInit: { headers }, fetch });

  async function connected(t: TestContext, make: Make, path: string): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' }, { capabilities: { sampling: {}, elicitation: {} } });
    t.after(() => client.close());
    await client.connect(make(path) as Parameters<Client['connect']>[0]);
    return client;
  }

  for (const [transport, make] of Object.entries({ 'Streamable HTTP': STREAMABLE, 'HTTP+SSE': OLD })) {
    test(`${transport}, an HTTP server: a call that asks the person and the model while it runs`, async (t) => {
      const client = await connected(t, make, '/mcp/notes');
      client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept' as const, content: { answer: 'forty-two' } }));
      const content = { type: 'text' as const, text: 'a thought' };
      client.setRequestHandler(CreateMessageRequestSchema, async () => ({ role: 'assistant' as const, model: 'none', content }));
      const tools = (await client.listTools()).tools;
      for (const name of ['ask', 'think']) assert.ok(tools.some((tool) => tool.name === name), name);
      const asked = await client.callTool({ name: 'ask', arguments: { question: 'what?' } });
      assert.match(textOf(asked), /forty-two/);
      assert.match(textOf(await client.callTool({ name: 'think', arguments: { question: 'about it?' } })), /a thought/);
    });

    test(`${transport}, a stdio server`, async (t) => {
      const client = await connected(t, make, '/mcp/files');
      assert.ok((await client.listTools()).tools.some(({ name }) => name === 'list_files'));
      assert.ok(textOf(await client.callTool({ name: 'list_files', arguments: {} })).length > 0);
    });
  }
});

describe('curl', { skip: NO_CURL }, () => {
  const HEADERS = ['-H', `Authorization: ${authorization}`, '-H', 'Content-Type: application/json', '-H', 'Accept: application/json, text/event-stream'];
  const curl = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)('curl', ['-sS', '--max-time', '20', ...HEADERS, ...args])).stdout;

  for (const server of ['notes', 'files']) {
    test(`a session at ${server}`, async () => {
      const at = url(`/mcp/${server}`).href;
      const opened = await curl('-i', '-d', JSON.stringify(initialize), at);
      const [, session = assert.fail(opened)] = /^mcp-session-id: (\S+)/im.exec(opened) ?? [];
      assert.match(opened, /^HTTP\/1\.1 200 /);
      assert.match(opened, /"serverInfo"/);
      const inSession = ['-H', `Mcp-Session-Id: ${session}`, '-H', 'MCP-Protocol-Version: 2025-11-25'];
      const code = ['-o', '/dev/null', '-w', '%{http_code}'];
      assert.equal(await curl(...inSession, ...code, '-d', JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }), at), '202');
      assert.match(await curl(...inSession, '-d', JSON.stringify(request('tools/list', {}, 2)), at), /"id":2[,}]|"tools":/);
      assert.equal(await curl(...inSession, ...code, '-X', 'DELETE', at), '200');
      assert.equal(await curl(...inSession, ...code, '-d', JSON.stringify(request('tools/list', {}, 3)), at), '404');
    });

    test(`the old transport at ${server}`, async (t) => {
      const stream = spawn('curl', ['-sSN', '--max-time', '20', ...HEADERS, url(`/mcp/${server}/sse`).href], { stdio: ['ignore', 'pipe', 'inherit'] });
      t.after(() => stream.kill());
      let text = '';
      const wake = new Set<() => void>();
      stream.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        for (const look of wake) look();
      });
      const seen = (what: RegExp): Promise<RegExpExecArray> =>
        within(
          new Promise((resolve) => {
            const look = (): void => {
              const found = what.exec(text);
              if (found) resolve(found);
            };
            wake.add(look);
            look();
          }),
          () => `${what} in ${JSON.stringify(text)}`,
        );
      const [, endpoint = ''] = await seen(/event: endpoint\ndata: (\S+)\n\n/);
      const post = (message: unknown): Promise<string> => curl('-o', '/dev/null', '-w', '%{http_code}', '-d', JSON.stringify(message), url(endpoint).href);
      assert.equal(await post(initialize), '202');
      await seen(/"serverInfo"/);
      assert.equal(await post({ jsonrpc: '2.0', method: 'notifications/initialized' }), '202');
      assert.equal(await post(request('tools/list', {}, 'list')), '202');
      await seen(/"id":"list"|"tools":/);
    });
  }
});
