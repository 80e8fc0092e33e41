/** Two gateways that share their keys, one that waits for nothing long, and servers without the old transport behind them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { ROOT } from '../../../support/folder.js';
import type { ErrorBody } from '../../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../../support/gateway-tables.js';
import { client, startGateway, type RunningGateway } from '../../../support/gateway.js';
import type { HttpAnswer } from '../../../support/http.js';
import { startUpstream, withSessions, type Behave, type FakeUpstream } from '../../../support/upstreams.js';
import { startExample } from '../../../support/examples.js';
import { REVISIONS } from './support.js';

export const folder = mkdtempSync(join(tmpdir(), 'mcpgen-sse-'));
writeFileSync(join(folder, 'hello.txt'), 'hello');
after(() => rmSync(folder, { recursive: true, force: true }));

export const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
export const FILES = { kind: 'stdio', command: [process.execPath, join(ROOT, 'examples/servers/files.js'), folder] };
export const CONFIG: Config = gatewayConfig({
  auth: { clients: { acme: client('acme'), twin: client('twin'), few: client('few') } },
  servers: { notes: server, fake: server, other: server, files: FILES, shared: { ...FILES, sharing: 'shared' }, single: server },
  tenants: {
    acme: { match: [{ client: 'acme' }, { client: 'twin' }, { path: true }], servers: '*' },
    few: { match: { client: 'few' }, servers: '*', sessions: 1, rate: '20/min' },
  },
  gateway: {
    replicas: 2,
    admin: {},
    revisions: REVISIONS,
    sessionKeys: [{ secret: 'SESSION_KEY' }],
    limits: { perAddress: '10000/s' },
    timeouts: { keepAlive: '1s', firstByte: '5s', idleStream: '3s' },
  },
});

export let one: RunningGateway;
export let two: RunningGateway;
/** Waits for nothing long. */
export let brief: RunningGateway;
export let fake: FakeUpstream;
export let pools: Record<string, string[]>;
before(async () => {
  const [notes, upstream] = await Promise.all([startExample('notes.js'), startUpstream()]);
  fake = upstream;
  pools = { notes: [notes.url], fake: [fake.url], other: [fake.url], single: [`${fake.url}?single`] };
  const hasty = { ...CONFIG, gateway: { ...(CONFIG['gateway'] as object), timeouts: { keepAlive: '1s', firstByte: '5s', response: '4s', idleStream: '4s' } } };
  [one, two, brief] = await Promise.all([
    startGateway({ config: CONFIG, pools }),
    startGateway({ config: CONFIG, pools }),
    startGateway({ config: hasty, pools }),
  ]);
});

export const url = (path: string, gateway = one): string => `http://127.0.0.1:${gateway.port}${path}`;
export const reason = ({ text }: HttpAnswer): string => (JSON.parse(text) as ErrorBody).error.data.reason;
export const metric = async (name: string, gateway = one): Promise<number> => (await gateway.metrics()).get(name) ?? 0;
/** Its server, and notifications are taken as they should be. */
export const sessions = (prefix?: string): Behave => {
  const open = withSessions(prefix);
  return (one) => (one.message && one.message.id === undefined ? void one.response.writeHead(202).end() : open(one));
};
/** The upstream's view, from here on. */
export const since = () => {
  const from = fake.received.length;
  return (which = (_: (typeof fake.received)[number]): boolean => true) => fake.received.slice(from).filter(which);
};
