/**
 * A gateway of several processes, its workers, which share the listener and nothing else (`node:cluster`). The primary starts them, replaces those that end,
 * hands on what it is told by signal, and answers operators for all of them.
 */
import cluster from 'node:cluster';
import type { Baked, WithAdmin } from './answers.js';
import { inPieces } from './pieces.js';
import { runPrimary } from './primary.js';
import { runWorker } from './worker.js';
import { logLevelOf, placementOf, poolOverrides, surroundingsOf, type Env } from '../../process/env.js';
import { createLog } from '../../process/log.js';
import type { GatewayTables } from '../../tables/gateway.js';

export interface WorkersOptions<F extends WithAdmin> extends Baked<F> {
  readonly write: (line: string) => void;
  /** Where the log goes; it is told to go there in pieces that no other process can tear. */
  readonly output: { print: (text: string) => void };
  /** Runs the gateway in this process, with what is made of its tables and features now and at every reload. @returns what ends it in good order */
  readonly run: (share: (baked: Baked<F>) => Baked<F>) => Promise<() => Promise<void>>;
}

/** Starts what this process is: the primary, or a worker of it. @returns what ends it in good order */
export async function startWorkers<F extends WithAdmin>(options: WorkersOptions<F>): Promise<() => Promise<void>> {
  const { TABLES, FEATURES, write, output, run } = options;
  const { env } = process;
  const log = createLog(TABLES.name, logLevelOf(env, TABLES), write);
  const here = childrenHere(TABLES, env);
  if (here.length === 0) {
    output.print = inPieces(process.stdout);
    if (cluster.worker) return runWorker(cluster.worker, { TABLES, FEATURES, env, log, run });
    return runPrimary({ tables: TABLES, loadAdmin: FEATURES.admin ?? null, env, log });
  }
  // The config has a target that runs containers, where these servers are workloads of their own; on this machine it is one process that works.
  log('warn', 'one-worker', { workers: TABLES.workers, servers: here, why: 'sessions of stdio servers that run here live in one process' });
  return run((baked) => baked);
}

/** Stdio servers that would be children of this process. */
function childrenHere({ pools }: GatewayTables, env: Env): readonly string[] {
  const placement = surroundingsOf(placementOf(env));
  const elsewhere = poolOverrides(env);
  return pools.flatMap(([server, { sources }]) => (sources[placement].kind === 'spawn' && !elsewhere.has(server) ? [server] : []));
}
