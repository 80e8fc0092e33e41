import type { Plan } from '../../plan/types.js';
import { seconds } from '../shared/quantity.js';
import type { Container, PodSpec } from './manifests.js';
import { target } from './names.js';

/** Endpoints are removed while the pod is already told to stop; without this pause a rolling restart loses requests (PLATFORMS §6). */
const PAUSE = 10;

/** `preStop.sleep` is beta, and on, since 1.30; it needs no `sleep` in the image. */
const SLEEP_SINCE = 30;

export function lifecycle(plan: Plan): Pick<Container, 'lifecycle'> {
  return pause(plan) === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds: pause(plan) } } } };
}

/** The kubelet counts the pause into the grace period. */
export function gracePeriod(plan: Plan): Pick<PodSpec, 'terminationGracePeriodSeconds'> {
  return { terminationGracePeriodSeconds: pause(plan) + seconds(plan.traffic.timeouts.drain) + 5 };
}

function pause(plan: Plan): number {
  return target(plan).minor >= SLEEP_SINCE ? PAUSE : 0;
}
