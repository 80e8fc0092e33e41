/** A gateway before servers that answer, and before one that does whatever a test wants of it. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { before, beforeEach } from 'node:test';
import { request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { as, startGateway, type RunningGateway } from '../../support/gateway.js';
import { until, type AskOptions } from '../../support/http.js';
import { answerAll, startRawUpstream, startUpstream, type FakeUpstream } from '../../support/upstreams.js';

export const APP = 'https://app.example.com';
export let gateway: RunningGateway;
export let upstream: FakeUpstream;
/** What the next connection to the server `raw` gets. */
export const raw = { spoil: (socket: Socket): void => void socket.destroy() };

before(async () => {
  upstream = await startUpstream();
  const { url } = await startRawUpstream((socket) => socket.once('data', () => raw.spoil(socket)));
  const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
  gateway = await startGateway({
    pools: { search: [`${upstream.url}?fixed=1`], raw: [url], both: [url, upstream.url] },
    config: gatewayConfig({
      auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } },
      tenants: { acme: { match: { client: 'acme' }, servers: '*' } },
      servers: { search: server, raw: server, both: server },
      origins: { app: APP },
      gateway: { admin: {}, limits: { perAddress: '10000/s' }, timeouts: { connect: '1s', firstByte: '500ms', response: '1500ms', idleStream: '600ms' } },
    }),
  });
});
beforeEach(async () => {
  upstream.behave = answerAll;
  left = await open();
});

export const post = (message: unknown, headers: AskOptions['headers'] = {}, path = '/mcp/search'): AskOptions => ({
  path,
  message,
  headers: { ...as('acme'), ...headers },
});
export const CALL = request('tools/call', { name: 'echo' });
export const reason = (text: string): string => (JSON.parse(text) as ErrorBody).error.data.reason;

/** Requests under way behind the gateway, and streams through it. */
async function open(): Promise<number> {
  const { pools } = JSON.parse((await gateway.admin('/config')).text) as { pools: { instances: { active: number }[] }[] };
  const active = pools.flatMap(({ instances }) => instances).reduce((sum, { active }) => sum + active, 0);
  return active + ((await gateway.metrics()).get('mcpgen_streams_open') ?? 0);
}
/** What a test before this one left open is that one's fault. */
let left = 0;

export async function assertNothingOpen(): Promise<void> {
  await until('everything being closed that was opened', async () => (await open()) <= left, 4000);
}

/** For the end of a suite: whatever happened behind it, the gateway itself has made no mistake. */
export function assertFaultless(): void {
  assert.equal(gateway.stderr(), '');
  assert.deepEqual(gateway.logs.filter(({ level }) => level === 'error'), []);
}
