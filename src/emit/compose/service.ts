import type { VolumePlan } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { containerEnv, type ContainerVariable } from '../shared/container-env.js';
import { environmentSettings } from '../shared/environment-settings.js';
import { runsOurCode, type Runnable } from '../shared/runnable.js';
import { NODE_USER, runtimeCommand } from '../shared/runtime.js';
import { deployment, HARDENING, stopGracePeriod } from './hardening.js';
import { healthcheck } from './health.js';
import { fromEnvironment, literal, type Interpolated } from './interpolation.js';
import { GATEWAY_MOUNT, volume } from './mounts.js';
import { secretFile, SETTINGS_FILE } from './secrets.js';
import type { Service } from './types.js';

/** The parts of a service that its workload alone does not say. */
export type ServiceOptions = Required<Pick<Service, 'networks'>> & Pick<Service, 'ports' | 'depends_on'> & {
  readonly replicas: number;
  /** Name that a volume of the plan has in the compose file. */
  readonly volumeName: (volume: VolumePlan) => string;
  /** Digest of the gateway's files. */
  readonly digest: string;
};

export function service(plan: Plan, workload: Runnable, { networks, replicas, volumeName, digest, ports, depends_on }: ServiceOptions): Service {
  const isOurs = runsOurCode(workload);
  const variables = containerEnv(plan, workload, 'compose');
  const secrets = isOurs ? variables.flatMap(({ name, value }) => (value.kind === 'secret' ? [name] : [])) : [];
  const mounts = [...(isOurs ? [GATEWAY_MOUNT] : []), ...workload.volumes.map((each) => volume(volumeName(each), each.path))];
  const probe = healthcheck(workload);
  const labels = serviceLabels(plan, workload, digest);
  return {
    ...image(plan, workload),
    ...(isOurs ? { entrypoint: runtimeCommand(workload).map(literal) } : {}),
    ...user(workload),
    ...settings(plan, workload),
    ...(variables.length > 0 ? { environment: Object.fromEntries(variables.map((variable) => environmentEntry(variable, isOurs))) } : {}),
    ...(secrets.length > 0 ? { secrets } : {}),
    ...(ports ? { ports } : {}),
    networks,
    ...(depends_on ? { depends_on } : {}),
    ...(mounts.length > 0 ? { volumes: mounts } : {}),
    // Docker refuses two mounts at one path.
    ...(workload.volumes.some(({ path }) => path === '/tmp') ? {} : { tmpfs: ['/tmp'] }),
    ...(probe ? { healthcheck: probe } : {}),
    ...HARDENING,
    stop_grace_period: stopGracePeriod(plan),
    deploy: deployment(workload, replicas),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
  };
}

/** The file of what may be set, beside compose.yaml; `required: false` is of Compose 2.24. */
function settings(plan: Plan, { kind }: Runnable): Pick<Service, 'env_file'> {
  return kind === 'gateway' && environmentSettings(plan).length > 0 ? { env_file: [{ path: `./${SETTINGS_FILE}`, required: false }] } : {};
}

/** Where the config names no user, the user's image keeps the one that it names: it may have none with our id. */
function user({ user, image }: Runnable): Pick<Service, 'user'> {
  if (user) return { user: `${user.uid}:${user.gid}` };
  return image.kind === 'reference' ? {} : { user: `${NODE_USER}:${NODE_USER}` };
}

/** Our runtime reads a secret from the file that `NAME_FILE` names. A server reads the variable that its config says. */
function environmentEntry({ name, value }: ContainerVariable, isOurs: boolean): readonly [string, Interpolated] {
  if (value.kind === 'text') return [name, literal(value.text)];
  return isOurs ? [`${name}_FILE`, literal(secretFile(name))] : [name, fromEnvironment(value.secret)];
}

function image(plan: Plan, { id, image }: Runnable): Pick<Service, 'image' | 'build' | 'pull_policy'> {
  if (image.kind !== 'install') return { image: literal(image.reference) };
  return {
    image: literal(`${plan.name}-${id}`),
    build: { context: '.', dockerfile: `${id}.Dockerfile` },
    pull_policy: 'build',
  };
}

/** Compose does not notice a change of a mounted file, but recreates a container whose label has changed: services that mount the gateway have two hashes. */
function serviceLabels(plan: Plan, workload: Runnable, digest: string): NonNullable<Service['labels']> {
  const { description, owner, labels } = workload.about;
  const entries = {
    ...labels,
    ...(description === null ? {} : { 'mcpgen.description': description }),
    ...(owner === null ? {} : { 'mcpgen.owner': owner }),
    ...(runsOurCode(workload) ? { 'mcpgen.hash': plan.hash, 'mcpgen.runtime': digest } : {}),
  };
  return Object.fromEntries(
    Object.entries(entries)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, literal(value)]),
  );
}
