/** One run of `mcpgen dev`, from the first build until the last child process has ended. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plan } from '../plan/types.js';
import type { SourceGraph } from '../source/source-graph.js';
import { GatewayProcess } from './gateway-process.js';
import { DevSecrets } from './secrets.js';
import { DevServers } from './servers.js';
import type { RunLog } from './run-log.js';
import { FileWatch } from './watch.js';
import { madeUp, welcome } from './welcome.js';

export interface DevBuild {
  readonly plan: Plan;
  readonly sources: SourceGraph;
  /** Folder the gateway was written to. */
  readonly gateway: string;
}

export interface DevOptions {
  readonly first: DevBuild;
  /** Builds and writes again. Null when the config is broken; what is wrong has been printed then. */
  readonly rebuild: () => Promise<DevBuild | null>;
  readonly port: number;
  readonly adminPort: number | null;
  /** Ports that are others than the config says, and why, in whole sentences. */
  readonly moved: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: RunLog;
  /** Resolves when the run is to end. */
  readonly until: Promise<void>;
}

/** Milliseconds that the gateway may take until it listens. */
const START_WAIT = 15_000;

export async function dev(options: DevOptions): Promise<void> {
  const { first, log, env, port } = options;
  const root = dirname(first.sources.configFile);
  const folder = await mkdtemp(join(tmpdir(), 'mcpgen-dev-'));
  const secrets = new DevSecrets(folder, env);
  const servers = new DevServers({ root, env, secrets, print: log.line });
  const pools = join(folder, 'pools.json');
  let gateway: GatewayProcess | null = null;
  let rebuilding = Promise.resolve();
  const watch = new FileWatch(() => {
    rebuilding = rebuilding
      .then(() => applyChange(options, { secrets, servers, pools, gateway, watch }))
      .catch((error: unknown) => log.note(`${error instanceof Error ? error.message : String(error)}\nstill running what was built last`));
  });
  try {
    const invented = secrets.provide(first.plan);
    await writeFile(pools, JSON.stringify(await servers.reconcile(first.plan)));
    gateway = new GatewayProcess({
      folder: first.gateway,
      cwd: root,
      env: {
        ...env,
        // What children of the gateway write to stderr is a line of this level; requests are shown whatever the config says.
        MCP_LOG_LEVEL: env['MCP_LOG_LEVEL'] ?? 'debug',
        MCPGEN_PLACEMENT: 'local',
        MCPGEN_POOLS: `@${pools}`,
        MCPGEN_SECRETS: folder,
        HOST: '127.0.0.1',
        PORT: String(port),
        ...(options.adminPort === null ? {} : { MCPGEN_ADMIN_PORT: String(options.adminPort) }),
      },
      onEvent: log.event,
      onText: (line) => log.line('gateway', line),
    });
    const started = await gateway.next(['listening', 'ended'], START_WAIT);
    if (started?.event !== 'listening') {
      log.note('the gateway did not start; what it said stands above');
      return;
    }
    welcome(first.plan, options, secrets, invented).forEach(log.note);
    watch.follow(first.sources.files.keys());
    await options.until;
  } finally {
    watch.close();
    await rebuilding;
    await gateway?.stop();
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
    log.note('stopped');
  }
}

/** What is running, and must learn of a change. */
interface Running {
  readonly secrets: DevSecrets;
  readonly servers: DevServers;
  readonly pools: string;
  readonly gateway: GatewayProcess | null;
  readonly watch: FileWatch;
}

/** Takes a changed config into the running processes. What did not change keeps running, and sessions and streams stay. */
async function applyChange({ rebuild, log }: DevOptions, { secrets, servers, pools, gateway, watch }: Running): Promise<void> {
  const built = await rebuild();
  if (!built) return log.note('still running what was built last');
  madeUp(built.plan, secrets, secrets.provide(built.plan)).forEach(log.note);
  await writeFile(pools, JSON.stringify(await servers.reconcile(built.plan)));
  const event = await gateway?.reload();
  watch.follow(built.sources.files.keys());
  log.note(event?.event === 'reloaded' ? 'rebuilt; sessions and streams stay' : 'rebuilt, but the gateway could not take it and goes on with what it had');
}
