import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { target } from './app.js';

const STEP = 256;
const MI = 2 ** 20;

/** The machine of an app. A server that may use more memory than the plan's machine has gets a larger one, in Fly's steps of 256 MB. */
export function machine(plan: Plan, server: Workload | null): { readonly size: string; readonly memory: string } {
  const { size, memory } = target(plan).vm;
  const wanted = Math.max(memory, server?.resources.limits.memory ?? 0);
  return { size, memory: `${Math.ceil(wanted / MI / STEP) * STEP}mb` };
}
