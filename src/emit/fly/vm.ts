import type { Workload } from '../../plan/infra-types.js';
import type { FlyPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { target } from './app.js';

/** Fly sells memory in steps of 256 MB. */
const STEP_MB = 256;
const MEBIBYTE = 2 ** 20;

/** Families of machines: their sizes by number of processors, and the least and the most MB for each processor (Fly documentation, Machine sizing). */
const FAMILIES = {
  'shared-cpu': { processors: [1, 2, 4, 8], least: 256, most: 2048 },
  'performance': { processors: [1, 2, 4, 8, 16], least: 2048, most: 8192 },
} as const;

/** The machine of an app. A server whose memory limit is above the memory of the config's machine gets a machine with as much memory as the limit. */
export function machine(plan: Plan, server: Workload | null): { readonly size: string; readonly memory: string } {
  const { size, memory } = target(plan).vm;
  const megabytes = inSteps(Math.max(memory, server?.resources.limits.memory ?? 0));
  return { size: server === null ? size : sizeWith(size, megabytes), memory: `${megabytes}mb` };
}

/** The sizes and amounts of memory that Fly refuses together, or null where it takes them. */
export function refusedMemory({ vm: { size, memory } }: FlyPlan): { readonly least: number; readonly most: number } | null {
  const { family, processors } = partsOf(size);
  const [least, most] = [family.least * processors, family.most * processors];
  const megabytes = inSteps(memory);
  return megabytes < least || megabytes > most ? { least, most } : null;
}

/** The size with the fewest processors that may have this memory: the config's own, or a larger one of its family. Beyond the largest, Fly will say so. */
function sizeWith(size: string, megabytes: number): string {
  const { name, family, processors } = partsOf(size);
  const enough = family.processors.find((count) => count >= processors && count * family.most >= megabytes) ?? family.processors.at(-1);
  return `${name}-${enough}x`;
}

function partsOf(size: string) {
  const [, name = '', count = '1'] = /^(.*)-(\d+)x$/.exec(size) ?? [];
  const family = name === 'performance' ? FAMILIES.performance : FAMILIES['shared-cpu'];
  return { name, family, processors: Number(count) };
}

const inSteps = (bytes: number): number => Math.ceil(bytes / MEBIBYTE / STEP_MB) * STEP_MB;
