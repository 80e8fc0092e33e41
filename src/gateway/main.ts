/**
 * `node main.js` runs the gateway; `node main.js host <server>` runs one stdio server behind HTTP. SIGHUP re-reads `tables.js` and secrets in files;
 * SIGTERM and SIGINT drain and end, a second one ends at once. With `gateway.workers` this process is the primary or one of its workers.
 */
import { SettingError } from './runtime/process/env.js';
import { createLog, gathered } from './runtime/process/log.js';
import { serve } from './runtime/serve.js';
import { FEATURES, TABLES } from './tables.js';

// Whoever reads the log may end before we do.
process.stdout.on('error', () => {});
// Where several processes write to one pipe, workers put another printer here.
const output = { print: (text: string): void => void process.stdout.write(text) };
const { write, flush } = gathered((text) => output.print(text));
process.on('exit', flush);
let reloads = 0;

type Baked = Pick<typeof import('./tables.js'), 'TABLES' | 'FEATURES'>;
const BAKED: Baked = { TABLES, FEATURES };

/** @param share what is made of tables and features where several processes share them */
async function gateway(share = (baked: Baked) => baked): Promise<() => Promise<void>> {
  const own = share(BAKED);
  const running = await serve(own.TABLES, own.FEATURES, process.env, write);
  process.on('SIGHUP', () => {
    // A module is loaded once per URL: a new query is a new module.
    const fresh = import(`./tables.js?reload=${++reloads}`) as Promise<typeof import('./tables.js')>;
    fresh
      .then(share)
      .then(({ TABLES, FEATURES }) => running.reload(TABLES, FEATURES))
      .catch((error: unknown) => createLog(TABLES.name, 'info', write)('error', 'reload-failed', { error: String(error), kept: 'the tables of before' }));
  });
  return () => running.stop();
}

async function start([command, name]: readonly string[]): Promise<() => Promise<void>> {
  const workers = await FEATURES.workers?.();
  // It would run beside the others unheard: with all of the limits, and deaf to a reload.
  if (!workers && process.env['MCPGEN_WORKER']) throw new SettingError('the config has no workers any more: restart the gateway');
  if (command === undefined) return workers?.startWorkers({ ...BAKED, write, output, run: gateway }) ?? gateway();
  const isHost = command === 'host' && name !== undefined;
  const host = isHost ? await FEATURES.host?.() : undefined;
  if (!host) throw new SettingError('usage: node main.js, or with a stdio server of this config: node main.js host <server>');
  return host.runHost(name ?? '', TABLES, FEATURES, process.env, write);
}

/** Resolves with what ends it in good order. */
const starting = (async () => start(process.argv.slice(2)))();
let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    void starting.then((stop) => stop()).then(() => process.exit(0), () => process.exit(1));
  });
}

try {
  await starting;
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  process.stderr.write(error.message.replace(/^/gm, 'mcpgen gateway: ') + '\n');
  // Part of it may be listening already.
  process.exit(2);
}
