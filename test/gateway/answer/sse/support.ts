/** Clients and servers of the transport of 2024-11-05. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { as } from '../../../support/gateway.js';
import { ask, dial, requestBytes, within, type Dialled, type Head, type HttpAnswer } from '../../../support/http.js';
import { request } from '../../../support/gateway-messages.js';

export const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

const LONG = 1_000_000;

export interface OldStream {
  readonly head: Head;
  readonly endpoint: string;
  readonly connection: Dialled;
  /** The messages so far, as soon as there are `count`. */
  messages(count: number): Promise<Record<string, unknown>[]>;
  /** All of the stream so far, when it satisfies `enough` or has ended. */
  text(enough?: (text: string) => boolean): Promise<string>;
  post(message: unknown, options?: { readonly port?: number; readonly headers?: Readonly<Record<string, string>> }): Promise<HttpAnswer>;
  close(): void;
}

/** What curl would do. */
export async function openStream(port: number, path: string, who: string | null = 'acme', headers: Readonly<Record<string, string>> = {}): Promise<OldStream> {
  const own = { ...(who === null ? {} : as(who)), ...headers };
  const connection = await dial(port);
  connection.send(requestBytes({ path, headers: { accept: 'text/event-stream', ...own } }));
  const head = await connection.head();
  const text = async (enough?: (text: string) => boolean): Promise<string> => (await connection.body(enough)).text;
  assert.equal(head.status, 200, JSON.stringify(head) + (head.status === 200 ? '' : await text()));
  const [, endpoint = assert.fail('no endpoint')] = /^event: endpoint\r?\ndata: (.*?)\r?\n\r?\n/m.exec(
    await text((all) => /endpoint\r?\ndata: .*\r?\n\r?\n/.test(all)),
  ) ?? [];
  const parsed = (all: string) =>
    [...all.matchAll(/^event: message\ndata: ([^\n]*)\n\n/gm)].map(([, data = '']) => JSON.parse(data) as Record<string, unknown>);
  return {
    head,
    endpoint,
    connection,
    messages: async (count) => {
      // Of a long text not every piece is worth reading all of it again, only one that ends an event.
      const found = parsed(await text((all) => (all.length < LONG || all.endsWith('\n\n')) && parsed(all).length >= count));
      assert.ok(found.length >= count, `the stream ended after ${found.length}: ${JSON.stringify(found).slice(-500)}`);
      return found;
    },
    text,
    post: (message, options = {}) => ask(options.port ?? port, { path: endpoint, message, headers: { ...own, ...options.headers } }),
    close: () => connection.close(),
  };
}

export const initialize = request('initialize', { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } }, 'init');
export const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };

/** Opens the stream and the session on it. */
export async function openSession(port: number, path: string, who: string | null = 'acme'): Promise<OldStream> {
  const stream = await openStream(port, path, who);
  assert.equal((await stream.post(initialize)).status, 202);
  await stream.messages(1);
  assert.equal((await stream.post(initialized)).status, 202);
  return stream;
}

/** The official client of old; what it posts goes to `postPort`, as a load balancer may choose. */
export async function connectOld(t: Pick<TestContext, 'after'>, url: string, {
  who = null as string | null,
  postPort = 0,
  known = new Client({ name: 'old', version: '1.0.0' }),
} = {}): Promise<Client> {
  const headers: Record<string, string> = who === null ? {} : as(who);
  const elsewhere = (input: string | URL, init?: RequestInit): Promise<Response> => {
    const target = new URL(input);
    if (init?.method === 'POST' && postPort !== 0) target.port = String(postPort);
    return fetch(target, init);
  };
  const transport = new SSEClientTransport(new URL(url), { requestInit: { headers }, fetch: elsewhere });
  // The SDK's transport type is wider than its own interface under exactOptionalPropertyTypes.
  await within(known.connect(transport as Parameters<Client['connect']>[0]), `a session at ${url}`);
  t.after(() => known.close());
  return known;
}
