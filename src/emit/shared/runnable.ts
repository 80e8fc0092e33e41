import type { ServerWorkload, Workload, WorkloadImage } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';

/** A workload whose image is known, so that a container platform can run it. */
export interface Runnable extends Workload {
  readonly image: Exclude<WorkloadImage, { kind: 'none' }>;
}

export type RunnableServer = ServerWorkload & Runnable;

/** The workloads that every container platform deploys. */
export interface Deployed {
  readonly all: readonly Runnable[];
  readonly gateway: Runnable;
  readonly servers: readonly RunnableServer[];
}

export function deployed({ infra }: Plan): Deployed {
  const { gateway } = infra;
  const servers = infra.workloads.filter(isRunnable);
  return { all: [gateway, ...servers], gateway, servers };
}

function isRunnable<W extends Workload>(workload: W): workload is W & Runnable {
  return workload.image.kind !== 'none';
}

/** Whether the container runs the generated runtime (as the gateway, or as the host of a stdio server), and not a program of the user's image. */
export function runsOurCode({ kind }: Workload): boolean {
  return kind !== 'server';
}
