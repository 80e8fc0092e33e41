import type { Workload } from '../../plan/infra-types.js';
import type { FlyPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { containerEnv } from '../shared/container-env.js';
import { seconds } from '../shared/quantity.js';
import type { FlyConfig } from './types.js';

/** Fly ends a machine after five minutes at most, however long the drain (fly.toml, kill_timeout). */
const MOST_SECONDS = 300;

export function target({ infra }: Plan): FlyPlan {
  if (infra.targets.fly === null) throw new TypeError('the plan has no Fly target');
  return infra.targets.fly;
}

/** The plan's pools look for servers under the same name, at `<app>-<server>.internal`. */
export function appName(plan: Plan, { id, kind }: Pick<Workload, 'id' | 'kind'>): string {
  const { app } = target(plan);
  return kind === 'gateway' ? app : `${app}-${id}`;
}

/** What opens every fly.toml. Fly's own signal would be SIGINT, and it would wait five seconds. */
export function head(plan: Plan, workload: Workload): Pick<FlyConfig, 'app' | 'primary_region' | 'kill_signal' | 'kill_timeout'> {
  return {
    app: appName(plan, workload),
    primary_region: target(plan).region,
    kill_signal: 'SIGTERM',
    kill_timeout: `${Math.min(MOST_SECONDS, seconds(plan.traffic.timeouts.drain))}s`,
  };
}

/** Dockerfile and ignore file are found beside fly.toml, whatever the build context is (flyctl, resolveDockerfilePath). */
export const BUILD = { dockerfile: 'Dockerfile', ignorefile: 'Dockerfile.dockerignore' } as const;

/** Text variables; secrets come as variables of their own, from `fly secrets`. */
export function environment(plan: Plan, workload: Workload): Pick<FlyConfig, 'env'> {
  const texts = containerEnv(plan, workload, 'fly').flatMap(({ name, value }) =>
    value.kind === 'text' ? [[name, value.text] as const] : [],
  );
  return texts.length === 0 ? {} : { env: Object.fromEntries(texts) };
}

export function whole(milliseconds: number): string {
  return `${seconds(milliseconds)}s`;
}

/** Checks every second to every minute; Fly clamps the rest. */
export function clamped(milliseconds: number): string {
  return `${Math.min(60, seconds(milliseconds))}s`;
}
