import type { Plan } from '../../plan/types.js';
import { containerEnv } from '../shared/container-env.js';
import { binary, cores } from '../shared/quantity.js';
import { runsOurCode, type Runnable } from '../shared/runnable.js';
import { GATEWAY_FOLDER, runtimeCommand } from '../shared/runtime.js';
import { literal } from './expansion.js';
import { imageOf } from './image.js';
import { selector, workloadLabels } from './labels.js';
import type { ConfigMapSource, Container, EnvVar, PodSpec, PodTemplate, TopologySpreadConstraint } from './manifests.js';
import { ADMIN_PORT, MCP_PORT, objectName, secretName, target } from './names.js';
import { probes } from './probes.js';
import { gracePeriod, lifecycle } from './shutdown.js';
import { needsStableNames, podVolumes, volumeMounts } from './storage.js';

/** The generated gateway, as pods that run our code mount it. */
export interface MountedRuntime {
  readonly sources: readonly ConfigMapSource[];
  readonly digest: string;
}

/** No account of any image: a process that breaks out meets files of nobody it knows. */
const USER = 10001;

/**
 * Files of a ConfigMap are links into a folder that is replaced, and deleted, on every update (AtomicWriter). By its real path a running
 * process would look for modules in a folder that has gone: SIGHUP could not re-read the tables.
 */
const KEEP_LINKS = ['--preserve-symlinks', '--preserve-symlinks-main'];

export function podTemplate(plan: Plan, workload: Runnable, runtime: MountedRuntime): PodTemplate {
  const mounted = runsOurCode(workload);
  const rollout = { annotations: { 'mcpgen/config-hash': plan.hash, 'mcpgen/runtime': runtime.digest } };
  return {
    // Mounted code changes without the pod noticing; a changed annotation rolls it out.
    metadata: { labels: workloadLabels(plan, workload), ...(mounted ? rollout : {}) },
    spec: {
      serviceAccountName: objectName(plan, workload),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...pullSecrets(plan),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        ...(workload.volumes.length > 0 ? { fsGroup: USER, fsGroupChangePolicy: 'OnRootMismatch' } : {}),
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...gracePeriod(plan),
      ...spread(plan, workload),
      containers: [container(plan, workload)],
      volumes: [
        ...(hasTemporary(workload) ? [{ name: 'tmp', emptyDir: {} }] : []),
        ...(mounted ? [{ name: 'gateway', projected: { sources: runtime.sources } }] : []),
        ...podVolumes(plan, workload),
      ],
    },
  };
}

function container(plan: Plan, workload: Runnable): Container {
  const { requests, limits } = workload.resources;
  const mounted = runsOurCode(workload);
  const env = environment(plan, workload);
  return {
    name: workload.id,
    image: imageOf(plan, workload),
    ...(mounted ? { command: runtimeCommand(workload, KEEP_LINKS) } : {}),
    ...(env.length > 0 ? { env } : {}),
    ports: [
      { name: MCP_PORT, containerPort: workload.port, protocol: 'TCP' },
      ...(workload.adminPort === null ? [] : [{ name: ADMIN_PORT, containerPort: workload.adminPort, protocol: 'TCP' } as const]),
    ],
    ...probes(workload),
    ...lifecycle(plan),
    resources: {
      requests: { cpu: cores(requests.cpu), memory: binary(requests.memory) },
      limits: { ...(limits.cpu === null ? {} : { cpu: cores(limits.cpu) }), memory: binary(limits.memory) },
    },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
    volumeMounts: [
      ...(hasTemporary(workload) ? [{ name: 'tmp', mountPath: '/tmp' }] : []),
      ...(mounted ? [{ name: 'gateway', mountPath: GATEWAY_FOLDER, readOnly: true } as const] : []),
      ...volumeMounts(workload),
    ],
  };
}

function environment(plan: Plan, workload: Runnable): readonly EnvVar[] {
  return containerEnv(plan, workload, 'kubernetes').map(({ name, value }) =>
    value.kind === 'text'
      ? { name, value: literal(value.text) }
      : { name, valueFrom: { secretKeyRef: { name: secretName(plan), key: value.secret } } },
  );
}

function pullSecrets(plan: Plan): Pick<PodSpec, 'imagePullSecrets'> {
  const { pullSecrets } = target(plan);
  return pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) };
}

/** Over nodes and zones; the revision's label keeps a rolling update from counting the pods that it replaces (beta, and on, since 1.27). */
function spread(plan: Plan, workload: Runnable): Pick<PodSpec, 'topologySpreadConstraints'> {
  if (workload.replicas === 1) return {};
  const constraint = (topologyKey: string): TopologySpreadConstraint => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: selector(plan, workload),
    matchLabelKeys: [needsStableNames(workload) ? 'controller-revision-hash' : 'pod-template-hash'],
  });
  return { topologySpreadConstraints: [constraint('kubernetes.io/hostname'), constraint('topology.kubernetes.io/zone')] };
}

/** Two mounts at one path are refused. */
function hasTemporary({ volumes }: Runnable): boolean {
  return !volumes.some(({ path }) => path === '/tmp');
}
