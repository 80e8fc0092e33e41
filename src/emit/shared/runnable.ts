import type { Plan, Workload, WorkloadImage } from '../../plan/types.js';

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
  const all = infra.workloads.filter(isRunnable);
  const gateway = all.find(({ kind }) => kind === 'gateway');
  if (gateway === undefined) throw new TypeError('a plan has a gateway, and the gateway has an image');
  return { all, gateway, servers: all.filter((workload) => workload !== gateway) };
}

function isRunnable(workload: Workload): workload is Runnable {
  return workload.image.kind !== 'none';
}

/** True where the generated runtime is the process, and not a program of the user's. */
export function runsOurCode({ kind }: Workload): boolean {
  return kind !== 'server';
}
