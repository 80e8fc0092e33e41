import type { Plan } from '../../plan/types.js';
import { stopSeconds } from '../shared/stop.js';
import type { Container, PodSpec } from './manifests.js';
import { target } from './names.js';

/** A pod is told to stop while requests are still routed to it. Without these seconds of pause a rolling restart would lose requests (PLATFORMS §6). */
const PAUSE_SECONDS = 10;

/** The minor version of Kubernetes since which `preStop.sleep` is on by default. It needs no `sleep` command in the image. */
const SLEEP_SINCE_MINOR = 30;

export function lifecycle(plan: Plan): Pick<Container, 'lifecycle'> {
  return pause(plan) === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds: pause(plan) } } } };
}

/** The grace period. The kubelet counts the pause as a part of it. */
export function gracePeriod(plan: Plan): Pick<PodSpec, 'terminationGracePeriodSeconds'> {
  return { terminationGracePeriodSeconds: pause(plan) + stopSeconds(plan) };
}

function pause(plan: Plan): number {
  return target(plan).minor >= SLEEP_SINCE_MINOR ? PAUSE_SECONDS : 0;
}
