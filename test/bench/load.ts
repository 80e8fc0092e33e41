/** The load, a process of its own: connections that are never idle. Jobs and results are messages of the parent. */
import { performance } from 'node:perf_hooks';
import { Connection, type Reporter } from './connection.js';
import { Histogram } from './histogram.js';
import { endWithParent } from './processes.js';
import type { Requests } from './requests.js';

export interface Job extends Requests {
  readonly port: number;
  readonly concurrency: number;
  readonly seconds: number;
}

export interface Load {
  /** Answers with status 200, whole. */
  readonly completed: number;
  /** Connections that got anything else, and stopped there. */
  readonly failed: number;
  /** What came instead, the first time. */
  readonly failure: string | null;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Milliseconds after the end of the time in which the last answers must come. */
const GRACE = 10_000;

async function run({ port, opening, requests, concurrency, seconds }: Job): Promise<Load> {
  const latencies = new Histogram();
  let [completed, failed, deadline] = [0, 0, Infinity];
  let failure: string | null = null;
  const report: Reporter = (outcome) => {
    if (typeof outcome === 'string') {
      failed++;
      failure ??= outcome;
      return false;
    }
    completed++;
    latencies.add(outcome);
    return performance.now() < deadline;
  };
  const [first, each] = [opening === null ? null : Buffer.from(opening), requests.map((request) => Buffer.from(request))];
  const begin = async (_: unknown, i: number): Promise<Connection[]> => {
    try {
      const connection = await Connection.open(port, report);
      // Each begins elsewhere, so that no two connections send the same at the same time.
      await connection.prepare(first, each, Math.floor((i * each.length) / concurrency));
      return [connection];
    } catch {
      // The connection itself has reported why it could not be opened.
      return [];
    }
  };
  const connections = (await Promise.all(Array.from({ length: concurrency }, begin))).flat();
  const startedAt = performance.now();
  deadline = startedAt + seconds * 1000;
  for (const connection of connections) connection.send();
  const watchdog = setTimeout(() => connections.forEach((connection) => connection.fail('no answer')), seconds * 1000 + GRACE);
  await Promise.all(connections.map(({ done }) => done));
  clearTimeout(watchdog);
  const took = (performance.now() - startedAt) / 1000;
  return { completed, failed, failure, seconds: took, p50: latencies.quantile(0.5), p99: latencies.quantile(0.99) };
}

endWithParent();
process.on('message', (job: Job) => {
  void run(job).then((load) => process.send?.(load));
});
