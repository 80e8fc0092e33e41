/** One of the processes that share a listener. It ends when the primary says so, when it is told by signal, and when the primary has gone. */
import type { Worker } from 'node:cluster';
import { Answers, type Baked, type WithAdmin } from './answers.js';
import { tellPrimary, WORKER, WORKERS_KEY, type ToWorker } from './messages.js';
import { shareOf } from './share.js';
import { ended } from '../../process/ended.js';
import type { Env } from '../../process/env.js';
import { withEnvironmentRate } from '../../process/environment-rate.js';
import type { Log } from '../../process/log.js';
import type { GatewayTables } from '../../tables/gateway.js';

export interface WorkerOptions<F extends WithAdmin> {
  readonly TABLES: GatewayTables;
  readonly FEATURES: F;
  readonly env: Env;
  readonly log: Log;
  readonly run: (share: (baked: Baked<F>) => Baked<F>) => Promise<() => Promise<void>>;
}

/** @returns what ends it in good order */
export async function runWorker<F extends WithAdmin>(self: Worker, options: WorkerOptions<F>): Promise<() => Promise<void>> {
  const { TABLES, env, log, run } = options;
  const { secrets } = options.FEATURES;
  const { workers } = TABLES;
  const worker = Number(env[WORKER]);
  const answers = new Answers(worker);
  // Tables of a reload may name another number, but as many workers as were started share them. What reads their key may be missing from a gateway without
  // workers, and is loaded already.
  const share = ({ TABLES, FEATURES }: Baked<F>): Baked<F> => ({
    // What the environment says is the rate of all workers together.
    TABLES: withKey(shareOf(withEnvironmentRate(TABLES, env), workers)),
    FEATURES: answers.inPlaceOfListener({ ...FEATURES, ...(secrets && { secrets }) }),
  });
  const started = learnEnded().then(() => run(share));
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= started.then((end) => end()));
  listenTo(self, { answers, stop, log });
  await started;
  const { streams, sessions, perAddress, perClient } = shareOf(withEnvironmentRate(TABLES, env), workers).limits;
  const limits = { streams, sessions, perAddress, ...(perClient.rate && { perClient: perClient.rate }) };
  log('info', 'worker-started', { worker, workers, pid: process.pid, limits });
  tellPrimary({ kind: 'ready' });
  return stop;
}

/** Session ids of one worker are opened by the others: where the config names no key, the primary has drawn one for all. */
function withKey(tables: GatewayTables): GatewayTables {
  const { sessions } = tables;
  return sessions.keys.length > 0 ? tables : { ...tables, sessions: { ...sessions, keys: [WORKERS_KEY] } };
}

/** Resolves when it knows the sessions that the others have ended: before that no id may be opened. */
function learnEnded(): Promise<void> {
  ended.onEnd = (session) => tellPrimary({ kind: 'ended', sessions: [session] });
  return new Promise((resolve) => {
    process.on('message', (message: ToWorker) => {
      if (message.kind !== 'ended') return;
      ended.learn(message.sessions);
      resolve();
    });
    tellPrimary({ kind: 'hears' });
  });
}

interface Told {
  readonly answers: Answers;
  readonly stop: () => Promise<void>;
  readonly log: Log;
}

function listenTo(self: Worker, { answers, stop, log }: Told): void {
  const end = (): void => void stop().then(() => process.exit(0), () => process.exit(1));
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'stop') return end();
    if (message.kind === 'ended') return;
    const { id, asked } = message;
    // Without an answer the primary leaves this worker out.
    answers.answer(asked).then(
      (answer) => tellPrimary({ kind: 'answered', id, answer }),
      (error: unknown) => log('error', 'admin-failed', { error: String(error) }),
    );
  });
  self.once('disconnect', () => {
    // Node would end the process at once, and with it what its clients wait for.
    self.exitedAfterDisconnect = true;
    end();
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // A terminal tells all processes, and the primary tells its workers as well: only the primary takes a second time for an order to end at once.
    process.removeAllListeners(signal);
    process.on(signal, end);
  }
}
