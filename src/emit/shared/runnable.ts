import type { Workload, WorkloadImage } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';

/** A workload with something to run. */
export interface Runnable extends Workload {
  readonly image: Exclude<WorkloadImage, { kind: 'none' }>;
}

/** What every container platform deploys. */
export interface Deployed {
  readonly all: readonly Runnable[];
  readonly gateway: Runnable;
  readonly servers: readonly Runnable[];
}

export function deployed({ infra }: Plan): Deployed {
  const { gateway } = infra;
  const servers = infra.workloads.filter(isRunnable);
  return { all: [gateway, ...servers], gateway, servers };
}

function isRunnable<W extends Workload>(workload: W): workload is W & Runnable {
  return workload.image.kind !== 'none';
}

/** True where the generated runtime is the process, and not a program of the user's. */
export function runsOurCode({ kind }: Workload): boolean {
  return kind !== 'server';
}
