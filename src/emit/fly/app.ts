import type { Workload } from '../../plan/infra-types.js';
import type { FlyPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { containerEnv } from '../shared/container-env.js';
import { seconds } from '../shared/quantity.js';
import { stopSeconds } from '../shared/stop.js';
import type { FlyConfig } from './types.js';

/** Fly kills a machine after five minutes at the latest, even if the gateway drains for longer (fly.toml, kill_timeout). */
const LONGEST_KILL_TIMEOUT_S = 300;
/** Fly shortens the interval and the timeout of a check to a minute, if they are longer. */
const LONGEST_CHECK_S = 60;

export function target({ infra }: Plan): FlyPlan {
  if (infra.targets.fly === null) throw new TypeError('the plan has no Fly target');
  return infra.targets.fly;
}

/** Name of a workload's app. The pools of the plan find a server by that name, at `<app>-<server>.internal`. */
export function appName(plan: Plan, { id, kind }: Pick<Workload, 'id' | 'kind'>): string {
  const { app } = target(plan);
  return kind === 'gateway' ? app : `${app}-${id}`;
}

/** The keys that every fly.toml begins with. By default Fly would send SIGINT and wait for five seconds. */
export function commonKeys(plan: Plan, workload: Workload): Pick<FlyConfig, 'app' | 'primary_region' | 'kill_signal' | 'kill_timeout'> {
  return {
    app: appName(plan, workload),
    primary_region: target(plan).region,
    kill_signal: 'SIGTERM',
    kill_timeout: `${Math.min(LONGEST_KILL_TIMEOUT_S, stopSeconds(plan))}s`,
  };
}

/** flyctl looks for both files beside fly.toml, whatever the build context is (flyctl, resolveDockerfilePath). */
export const BUILD = { dockerfile: 'Dockerfile', ignorefile: 'Dockerfile.dockerignore' } as const;

/** The environment variables that are texts. Secrets become environment variables too, but through `fly secrets`. */
export function environment(plan: Plan, workload: Workload): Pick<FlyConfig, 'env'> {
  const texts = containerEnv(plan, workload, 'fly').flatMap(({ name, value }) =>
    value.kind === 'text' ? [[name, value.text] as const] : [],
  );
  return texts.length === 0 ? {} : { env: Object.fromEntries(texts) };
}

/** A duration as fly.toml writes it. */
export function flySeconds(milliseconds: number): string {
  return `${seconds(milliseconds)}s`;
}

/** An interval or timeout of a check, shortened to the longest that Fly takes. */
export function checkSeconds(milliseconds: number): string {
  return `${Math.min(LONGEST_CHECK_S, seconds(milliseconds))}s`;
}
