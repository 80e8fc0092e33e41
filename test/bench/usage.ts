/** What processes have used, as Linux counts it; elsewhere nobody says. */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

export interface Usage {
  /** Seconds of processor. */
  readonly seconds: number;
  /** Bytes resident. */
  readonly rss: number;
}

/** The kernel counts for programs in hundredths of a second, on every architecture. */
const TICKS = 100;

/** Of the process and those that it started: workers count as one target. Null where there is no /proc. */
export function usageOf(pid: number): Usage | null {
  if (read(pid, 'stat') === null) return null;
  const family = familyOf(pid);
  return { seconds: sum(family.map(secondsOf)), rss: sum(family.map(residentOf)) };
}

/** Seconds of all processors since the machine started: those in which they worked, and all. */
export function machineUsage(): { readonly busy: number; readonly all: number } {
  const times = cpus().map(({ times: { user, nice, sys, irq, idle } }) => ({ busy: user + nice + sys + irq, idle }));
  const busy = sum(times.map((time) => time.busy)) / 1000;
  return { busy, all: busy + sum(times.map(({ idle }) => idle)) / 1000 };
}

function familyOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = Number(/^\d+$/.test(name) ? fieldsOf(Number(name))[1] : NaN);
    if (!Number.isNaN(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const family = [pid];
  // The list grows while it is walked, until nobody has children that are not in it.
  for (const member of family) family.push(...(children.get(member) ?? []));
  return family;
}

/** Fields of `stat` from the third on (state, parent, …): the second is a name that may hold spaces. */
function fieldsOf(pid: number): readonly string[] {
  const stat = read(pid, 'stat') ?? '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** utime and stime, fields 14 and 15. */
function secondsOf(pid: number): number {
  const fields = fieldsOf(pid);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

function residentOf(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(read(pid, 'status') ?? '')?.[1] ?? 0) * 1024;
}

function read(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
