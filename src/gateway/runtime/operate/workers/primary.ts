/** The process that starts the workers. It has the listener of the operators; that of the clients it shares out. */
import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import type { AdminListener } from '../admin.js';
import type { WithAdmin } from './answers.js';
import { Crew } from './crew.js';
import { ADMIN_PORT, WORKER, WORKERS_KEY, type Asked } from './messages.js';
import { onePage } from './pages.js';
import type { Client } from '../../front/client.js';
import { placementOf, type Env } from '../../process/env.js';
import type { Log } from '../../process/log.js';
import type { GatewayTables } from '../../tables/gateway.js';

export interface PrimaryOptions {
  readonly tables: GatewayTables;
  readonly loadAdmin: WithAdmin['admin'] | null;
  readonly env: Env;
  readonly log: Log;
}

/** Milliseconds beyond the drain in which workers end by themselves. */
const GRACE = 5000;
/** Bytes that an operator may send; a worker refuses more. */
const MOST_BODY = 4096;

/** @returns what ends it in good order */
export async function runPrimary({ tables, loadAdmin, env, log }: PrimaryOptions): Promise<() => Promise<void>> {
  const key = randomBytes(32).toString('base64');
  let isStopping = false;
  let port: number | null = null;
  const crew = new Crew({
    workers: tables.workers,
    log,
    fork: (id) => cluster.fork({ [WORKER]: id, [WORKERS_KEY]: key, ...(port === null ? {} : { [ADMIN_PORT]: port }) }),
    onFailedStart: (code) => process.exit(code),
  });
  // Before a worker can be told anything: a signal that nobody listens to ends a process.
  process.on('SIGHUP', () => crew.reload());
  // A primary that fails leaves workers that finish what they have begun.
  process.on('exit', () => void (isStopping && crew.kill()));
  const admin = await serveOperators({ tables, loadAdmin, env, log }, crew);
  port = admin?.port ?? null;
  crew.start();
  return async () => {
    isStopping = true;
    const timer = setTimeout(() => crew.kill(), tables.timeouts.drain + GRACE);
    await crew.stop();
    clearTimeout(timer);
    await admin?.close();
  };
}

async function serveOperators({ tables: { admin, workers, headers }, loadAdmin, env, log }: PrimaryOptions, crew: Crew): Promise<AdminListener | null> {
  const module = admin && (await loadAdmin?.());
  if (!admin || !module) return null;
  const answer = async (client: Client) => onePage(client.request, await crew.ask(await askedOf(client)), workers);
  return module.listenForOperators(admin.listen[placementOf(env)], env, { log, headers: () => headers, answer });
}

async function askedOf(client: Client): Promise<Asked> {
  const { request } = client;
  if (request.method !== 'POST') return { request, body: { text: '' } };
  const body = await client.body(MOST_BODY);
  if (typeof body !== 'string') return { request, body: { text: body.toString() } };
  client.closeAfterwards();
  return { request, body: { fault: body } };
}
