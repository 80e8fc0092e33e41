/** The demo servers as real processes, and clients of the official SDK. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolResultSchema, McpError, type CallToolResult, type ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';

export const SERVERS = join(process.cwd(), 'examples', 'servers');
export const TOO_LONG = 'x'.repeat(4 * 1024 * 1024 + 1);
export const ACCEPT = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

/** Run whatever happened, so that no child outlives the tests: the newest first, since a client whose server goes before it opens its streams again. */
export const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const cleanup of cleanups.reverse()) await Promise.allSettled([cleanup()]);
});

export interface HttpServer {
  readonly url: string;
  readonly pid: number;
  /** What it has written to stderr. */
  readonly lines: readonly string[];
  /** Sends the signal; resolves to the exit code. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** Starts a server on a port of the system's choice and waits until it says which. */
export async function start(script: string, env: Record<string, string> = {}): Promise<HttpServer> {
  const child = run(script, [], { PORT: '0', ...env });
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve));
  cleanups.push(() => (child.kill('SIGKILL'), exited));
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stderr).on('line', line => {
      lines.push(line);
      const [, address] = / listening on (http:\S+)$/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
    void exited.then(code => reject(new Error(`${script} exited with ${code}: ${lines.join('\n')}`)));
  });
  return { url, pid: Number(child.pid), lines, stop: signal => (child.kill(signal), exited) };
}

/** Runs a server that is expected to give up. */
export async function failingStart(script: string, args: string[], env: Record<string, string> = {}) {
  const child = run(script, args, env);
  const [lines, [code]] = await Promise.all([child.stderr.toArray(), once(child, 'exit')]);
  return { code: code as number | null, message: lines.join('') };
}

export function run(script: string, args: string[], env: Record<string, string>) {
  return spawn(process.execPath, [join(SERVERS, script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
}

export function fileServer(folder: string) {
  return new StdioClientTransport({ command: process.execPath, args: [join(SERVERS, 'files.js'), folder], stderr: 'ignore' });
}

/**
 * A connected client; `streaming` resolves when its GET stream is open, before which notifications would be missed.
 * One that can be asked gets no such stream: the question has to come on the stream of the call it belongs to.
 */
export async function connect(server: HttpServer, capabilities?: ClientCapabilities) {
  let opened = () => {};
  const streaming = new Promise<void>(resolve => (opened = resolve));
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    fetch: async (url, init) => {
      if (init?.method === 'GET' && capabilities) return new Response(null, { status: 405 });
      const response = await fetch(url, init);
      if (init?.method === 'GET') opened();
      return response;
    },
  });
  return { client: await attach(transport, capabilities), transport, streaming };
}

export async function attach(transport: StreamableHTTPClientTransport | StdioClientTransport, capabilities: ClientCapabilities = {}) {
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities });
  cleanups.push(() => client.close());
  // The SDK's own classes do not satisfy its interface under exactOptionalPropertyTypes.
  await client.connect(transport as Transport);
  return client;
}

export async function call(client: Client, name: string, args: Record<string, unknown> = {}, options?: RequestOptions) {
  // callTool's type also admits the result of 2024-10-07, which had no content.
  const result = await client.callTool({ name, arguments: args }, CallToolResultSchema, options) as CallToolResult;
  assert.ok(!result.isError, `${name} failed: ${textOf(result)}`);
  return result;
}

export async function failing(client: Client, name: string, args: Record<string, unknown>) {
  // As above.
  const result = await client.callTool({ name, arguments: args }) as CallToolResult;
  assert.ok(result.isError, `${name} ${JSON.stringify(args)} was expected to fail: ${textOf(result)}`);
  return result;
}

export function textOf(result: CallToolResult) {
  return result.content.map(part => part.type === 'text' ? part.text : `(${part.type})`).join('\n');
}

export function post(server: HttpServer, message: Record<string, unknown>, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message });
  return fetch(server.url, { method: 'POST', headers: { ...ACCEPT, ...headers }, body });
}

export async function assertRefused(response: Response, status: number, code: number) {
  const body = await response.json() as { jsonrpc: string; id: null; error: { code: number; message: string } };
  assert.deepEqual([response.status, body.jsonrpc, body.id, body.error.code], [status, '2.0', null, code], body.error.message);
}

export function hasCode(code: number) {
  return (error: unknown) => error instanceof McpError && error.code === code;
}

/** Lets a test wait for what a handler receives. */
export function queue<T>() {
  const items: T[] = [];
  const waiting: ((item: T) => void)[] = [];
  return {
    push(item: T) {
      const resolve = waiting.shift();
      if (resolve) resolve(item);
      else items.push(item);
    },
    next: () => items.length > 0 ? Promise.resolve(items.shift() as T) : new Promise<T>(resolve => waiting.push(resolve)),
  };
}
