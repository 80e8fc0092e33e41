/** What is compared, one row each. All stand in front of the same upstream and are asked the same. */
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bakeGateway } from '../support/bake.js';
import type { Config } from '../support/gateway-tables.js';
import { startNginx } from './nginx.js';
import { end, launch, launchServer, temporaryFolder } from './processes.js';

export interface Started {
  readonly about: string;
  readonly port: number;
  /** Of the process whose time and memory count; null when there is none beside the upstream. */
  readonly pid: number | null;
  /** What its requests carry beside the headers of all. */
  readonly headers: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

export interface Skipped {
  readonly skipped: string;
}

export interface Target {
  readonly name: string;
  readonly start: (upstream: number) => Promise<Started | Skipped>;
}

export const TARGETS: readonly Target[] = [
  { name: 'direct', start: async (port) => ({ about: 'the upstream itself', port, pid: null, headers: {}, end: async () => {} }) },
  { name: 'nginx', start: startNginx },
  { name: 'pipe', start: startPipe },
  { name: 'least', start: (upstream) => startGateway('gateway, least config', leastConfig(upstream)) },
  { name: 'full', start: (upstream) => startGateway('gateway, full policy', fullConfig(upstream), { authorization: `Bearer ${secretValue('ACME_KEY')}`, origin: 'https://app.bench.example' }) },
  { name: 'unlogged', start: (upstream) => startGateway('gateway, least config, no request log', leastConfig(upstream, { log: { requests: false } })) },
];

async function startPipe(upstream: number): Promise<Started> {
  const { child, port } = await launchServer('pipe', [String(upstream)]);
  return { about: 'http.request and pipe', port, pid: child.pid ?? null, headers: {}, end: () => end(child) };
}

/** High enough to be counted and never to bite. */
const RATE = '1000000000/s';

/** One address may ask twenty times a second unless told otherwise, and all load comes from one. */
function leastConfig(upstream: number, gateway: Config = {}): Config {
  return { name: 'bench', servers: { search: server(upstream) }, gateway: { limits: { perAddress: RATE }, ...gateway } };
}

function fullConfig(upstream: number): Config {
  const { gateway, ...rest } = leastConfig(upstream, { admin: { readToken: secret('READ_TOKEN') }, sessionKeys: [secret('SESSION_KEY')] });
  return {
    ...rest,
    gateway,
    origins: { app: 'https://app.bench.example', previews: 'https://*.preview.bench.example', local: 'http://localhost:*' },
    servers: { search: { ...server(upstream), origins: ['app', 'previews', 'local'] } },
    auth: { clients: { acme: { keys: [secret('ACME_KEY')], permissions: ['read'] }, globex: { keys: [secret('GLOBEX_KEY')], permissions: ['read'] } } },
    tenants: {
      acme: { match: { client: 'acme' }, servers: ['search'], origins: ['app'], rate: RATE, streams: 1000, sessions: 1000 },
      globex: { match: { client: 'globex' }, servers: '*', rate: RATE },
    },
  };
}

function server(upstream: number): Config {
  return { kind: 'http', instances: [{ url: `http://127.0.0.1:${upstream}/mcp` }] };
}

function secret(name: string): { readonly secret: string } {
  return { secret: name };
}

function secretValue(name: string): string {
  return `value-of-${name}-which-is-long-enough`;
}

/** Baked and run as it would be deployed. Its log is a pipe, read and thrown away: one that is full would stop it. */
async function startGateway(about: string, config: Config, headers: Readonly<Record<string, string>> = {}): Promise<Started> {
  const folder = temporaryFolder();
  const plan = bakeGateway(config, folder);
  const secrets = Object.fromEntries(plan.infra.secrets.map(({ name }) => [name, secretValue(name)]));
  const child = launch(process.execPath, [join(folder, 'gateway', 'main.js')], { env: { PORT: '0', MCPGEN_ADMIN_PORT: '0', ...secrets } });
  const { stdout, stderr, pid } = child;
  if (!stdout || !stderr || pid === undefined) throw new Error(`${about} did not start`);
  stderr.pipe(process.stderr, { end: false });
  const lines = createInterface(stdout);
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${about} ended before it listened`)));
  ended.catch(() => {});
  const port = await Promise.race([portIn(lines), ended]);
  lines.close();
  stdout.resume();
  return { about, port, pid, headers, end: () => end(child) };
}

async function portIn(lines: AsyncIterable<string>): Promise<number> {
  for await (const text of lines) {
    const line = JSON.parse(text) as { readonly event: string; readonly port: number };
    if (line.event === 'listening') return line.port;
  }
  throw new Error('the log ended before the gateway listened');
}
