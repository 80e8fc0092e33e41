/** A child process, and whatever it starts, in a group that ends with the gateway. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Log } from '../process/log.js';
import type { ChildTable } from '../tables/pool.js';

export interface ProcessGroup {
  readonly leader: ChildProcessWithoutNullStreams;
  readonly pid: number;
  /** Whether the leader runs. */
  isAlive(): boolean;
  signal(name: NodeJS.Signals): void;
}

/** Variables of the gateway's own environment that a child has too. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
/** Bytes of a page of memory, in which Linux counts. */
const PAGE = 4096;

const living = new Set<number>();
process.on('exit', () => living.forEach((pid) => signalGroup(pid, 'SIGKILL')));

/** Null where the command cannot be started, which is logged. */
export function startGroup({ command: [command = '', ...args], cwd }: ChildTable, env: Readonly<Record<string, string>>, log: Log): ProcessGroup | null {
  const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]));
  const failed = ({ message }: Error): void => log('error', 'child-not-started', { command, cwd, error: message });
  let leader: ChildProcessWithoutNullStreams;
  try {
    leader = spawn(command, args, { cwd: cwd ?? undefined, env: { ...inherited, ...env }, detached: true }).on('error', failed);
  } catch (error) {
    failed(error as Error);
    return null;
  }
  const { pid } = leader;
  if (pid === undefined) return null;
  living.add(pid);
  preferWhenOutOfMemory(pid);
  log('info', 'child-started', { pid, command });
  leader.on('exit', () => {
    living.delete(pid);
    signalGroup(pid, 'SIGKILL');
  });
  return { leader, pid, isAlive: () => living.has(pid), signal: (name) => signalGroup(pid, name) };
}

/**
 * Where memory runs out, the kernel ends the largest process of the container, and what it adds to this one makes that a child: never the process that serves
 * all others (Linux, proc_pid_oom_score_adj(5)). Raising it takes no privilege; other systems have no such file.
 */
function preferWhenOutOfMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // It has gone already, or the system has no such thing.
  }
}

/** Bytes of memory that a process uses; 0 where that cannot be known. */
export async function memoryOf(pid: number): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  return Number(statm.split(' ')[1] ?? 0) * PAGE;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}
