/** `mcpgen dev`: one run, from the first build to the last child reaped. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plan } from '../plan/types.js';
import type { SourceGraph } from '../source/source-graph.js';
import { clientConfig } from './client-config.js';
import { GatewayProcess } from './gateway-process.js';
import { DevSecrets } from './secrets.js';
import { DevServers } from './servers.js';
import type { Say } from './say.js';
import { FileWatch } from './watch.js';

export interface DevBuild {
  readonly plan: Plan;
  readonly sources: SourceGraph;
  /** Folder the gateway was written to. */
  readonly gateway: string;
}

export interface DevOptions {
  readonly first: DevBuild;
  /** Builds and writes again; null when the config is broken, which it has said by then. */
  readonly rebuild: () => Promise<DevBuild | null>;
  readonly port: number;
  readonly adminPort: number | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: Say;
  /** Resolves when the run is to end. */
  readonly until: Promise<void>;
}

export async function dev(options: DevOptions): Promise<void> {
  const { first, say, env, port } = options;
  const root = dirname(first.sources.configFile);
  const folder = await mkdtemp(join(tmpdir(), 'mcpgen-dev-'));
  const secrets = new DevSecrets(folder, env);
  const servers = new DevServers({ root, env, secrets, say: say.line });
  const pools = join(folder, 'pools.json');
  let gateway: GatewayProcess | null = null;
  let rebuilding = Promise.resolve();
  const watch = new FileWatch(() => {
    rebuilding = rebuilding
      .then(() => again(options, { secrets, servers, pools, gateway, watch }))
      .catch((error: unknown) => say.note(`${error instanceof Error ? error.message : String(error)}\nstill running what was built last`));
  });
  try {
    const invented = secrets.provide(first.plan);
    await writeFile(pools, JSON.stringify(await servers.reconcile(first.plan)));
    gateway = new GatewayProcess({
      folder: first.gateway,
      cwd: root,
      env: {
        ...env,
        MCPGEN_PLACEMENT: 'local',
        MCPGEN_POOLS: `@${pools}`,
        MCPGEN_SECRETS: folder,
        HOST: '127.0.0.1',
        PORT: String(port),
        ...(options.adminPort === null ? {} : { MCPGEN_ADMIN_PORT: String(options.adminPort) }),
      },
      onEvent: say.event,
      onText: (line) => say.line('gateway', line),
    });
    const started = await gateway.next(['listening', 'ended'], 15_000);
    if (started?.event !== 'listening') {
      say.note('the gateway did not start; what it said stands above');
      return;
    }
    welcome(first.plan, options, secrets, invented);
    watch.follow(first.sources.files.keys());
    await options.until;
  } finally {
    watch.close();
    await rebuilding;
    await gateway?.stop();
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
    say.note('stopped');
  }
}

interface Parts {
  readonly secrets: DevSecrets;
  readonly servers: DevServers;
  readonly pools: string;
  readonly gateway: GatewayProcess | null;
  readonly watch: FileWatch;
}

/** A change of the config: everything that did not change stays as it is, sessions and streams above all. */
async function again({ rebuild, say }: DevOptions, { secrets, servers, pools, gateway, watch }: Parts): Promise<void> {
  const built = await rebuild();
  if (!built) return say.note('still running what was built last');
  secrets.provide(built.plan);
  await writeFile(pools, JSON.stringify(await servers.reconcile(built.plan)));
  const event = await gateway?.reload();
  watch.follow(built.sources.files.keys());
  say.note(event?.event === 'reloaded' ? 'rebuilt; sessions and streams stay' : 'rebuilt, but the gateway could not take it and goes on with what it had');
}

function welcome(plan: Plan, { port, adminPort, say }: DevOptions, secrets: DevSecrets, invented: readonly string[]): void {
  const base = `http://127.0.0.1:${port}`;
  const width = Math.max(...plan.traffic.routes.map(({ server }) => server.length));
  say.note(`\n${plan.name} is running on ${base}\n`);
  for (const { server, kind, path } of plan.traffic.routes) if (kind === 'mcp' || kind === 'sse') say.note(`  ${server.padEnd(width)}  ${base}${path}`);
  say.note(`  ${'health'.padEnd(width)}  ${base}/health/servers`);
  if (adminPort !== null) say.note(`  ${'admin'.padEnd(width)}  http://127.0.0.1:${adminPort}/metrics`);
  if (invented.length > 0) say.note(`\nmade up for this run: ${invented.join(', ')}`);
  say.note(`\nFor an MCP client (.mcp.json):\n${JSON.stringify(clientConfig(plan, base, (name) => secrets.shown(name)), null, 2)}\n`);
  say.note('Rebuilds on change; Ctrl-C stops everything.\n');
}
