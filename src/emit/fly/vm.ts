import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { target } from './app.js';

/** Fly sells memory in steps of 256 MB. */
const STEP_MB = 256;
const MEBIBYTE = 2 ** 20;

/** The machine of an app. A server whose memory limit is above the memory of the config's machine gets a machine with as much memory as the limit. */
export function machine(plan: Plan, server: Workload | null): { readonly size: string; readonly memory: string } {
  const { size, memory } = target(plan).vm;
  const wanted = Math.max(memory, server?.resources.limits.memory ?? 0);
  return { size, memory: `${Math.ceil(wanted / MEBIBYTE / STEP_MB) * STEP_MB}mb` };
}
