/**
 * A control group with a memory limit, as containers have one: what is started in it is killed by the kernel when it takes more.
 *
 *   const group = controlGroup(256 * 2 ** 20);
 *   if (typeof group === 'string') return context.skip(group);
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ControlGroup {
  /** What to put in front of a command so that it runs in the group. */
  readonly entering: readonly string[];
  /** The most bytes that were in use at once. */
  peak(): number;
  /** How often the kernel had to kill for want of memory; null where it does not say. */
  kills(): number | null;
  /** When nothing runs in it any more. */
  remove(): void;
}

interface Version {
  readonly root: string;
  readonly limit: string;
  readonly peak: string;
  readonly events: string;
}

const VERSIONS: readonly Version[] = [
  { root: '/sys/fs/cgroup', limit: 'memory.max', peak: 'memory.peak', events: 'memory.events' },
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', peak: 'memory.max_usage_in_bytes', events: 'memory.oom_control' },
];

/** @returns why there can be none */
export function controlGroup(bytes: number): ControlGroup | string {
  const reasons = VERSIONS.map((version) => make(version, bytes));
  return reasons.find((one) => typeof one !== 'string') ?? `no memory control group can be made here: ${reasons.join('; ')}`;
}

function make({ root, limit, peak, events }: Version, bytes: number): ControlGroup | string {
  const folder = join(root, `mcpgen-test-${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    mkdirSync(folder);
  } catch (error) {
    return `${root}: ${(error as Error).message}`;
  }
  if (!existsSync(join(folder, limit))) {
    rmdirSync(folder);
    return `${root} does not control memory`;
  }
  writeFileSync(join(folder, limit), String(bytes));
  const read = (name: string): string => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  return {
    entering: ['/bin/sh', '-c', 'echo $$ > "$0" && exec "$@"', join(folder, 'cgroup.procs')],
    peak: () => Number(read(peak)),
    kills: () => {
      const said = /^oom_kill (\d+)$/m.exec(read(events))?.[1];
      return said === undefined ? null : Number(said);
    },
    remove: () => rmdirSync(folder),
  };
}
