/** One target under load for a while, and what that cost the process that is meant. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Job, Load } from './load.js';
import { messageOf } from './processes.js';
import { HEADERS, PATH, requestBytes, type Scenario } from './scenarios.js';
import type { Started } from './targets.js';

export interface Window extends Load {
  /** Requests per second. */
  readonly throughput: number;
  /** Seconds of processor per 1,000 requests; null where there is no process, or no /proc. */
  readonly cpu: number | null;
  /** Bytes resident at the end. */
  readonly rss: number | null;
}

export interface Amount {
  readonly concurrency: number;
  readonly seconds: number;
}

export async function measure(load: ChildProcess, { port, pid, headers }: Started, scenario: Scenario, amount: Amount): Promise<Window> {
  const before = pid === null ? null : cpuSeconds(pid);
  load.send({ port, request: requestBytes(scenario, headers), ...amount } satisfies Job);
  const result = (await messageOf(load)) as Load;
  const after = pid === null ? null : cpuSeconds(pid);
  return {
    ...result,
    throughput: result.completed / result.seconds,
    cpu: before === null || after === null || result.completed === 0 ? null : ((after - before) * 1000) / result.completed,
    rss: pid === null ? null : residentBytes(pid),
  };
}

/** Asks once and looks at all of the answer: the load looks at its status alone. */
export async function verify({ about, port, headers }: Started, { body, text }: Scenario): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}${PATH}`, { method: 'POST', body, headers: { ...HEADERS, ...headers } });
  const answer = await response.text();
  if (response.status !== 200 || answer !== text) throw new Error(`${about} answers ${response.status}: ${answer.slice(0, 500)}`);
}

/** The kernel counts for programs in hundredths of a second, on every architecture. */
const TICKS = 100;

function cpuSeconds(pid: number): number | null {
  const stat = proc(pid, 'stat');
  // Fields 14 and 15, utime and stime, of which the first two may hold spaces.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields ? (Number(fields[11]) + Number(fields[12])) / TICKS : null;
}

function residentBytes(pid: number): number | null {
  const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(proc(pid, 'status') ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

function proc(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null;
  }
}
