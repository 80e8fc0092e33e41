import type { Plan } from '../../plan/types.js';
import { containerEnv } from '../shared/container-env.js';
import { environmentSettings } from '../shared/environment-settings.js';
import { kubernetesBytes, kubernetesCores } from '../shared/quantity.js';
import { runsOurCode, type Runnable } from '../shared/runnable.js';
import { GATEWAY_FOLDER, runtimeCommand } from '../shared/runtime.js';
import { literal } from './expansion.js';
import { imageOf } from './image.js';
import { selector, workloadLabels } from './labels.js';
import type { ConfigMapSource, Container, EnvVar, PodSpec, PodTemplate, TopologySpreadConstraint } from './manifests.js';
import { ADMIN_PORT, MCP_PORT, objectName, secretName, settingsName, target } from './names.js';
import { probes } from './probes.js';
import { gracePeriod, lifecycle } from './shutdown.js';
import { needsStableNames, podVolumes, volumeMounts } from './storage.js';

/** The generated gateway as a volume, for pods that run our code. */
export interface MountedRuntime {
  readonly sources: readonly ConfigMapSource[];
  /** Digest of the gateway's files. */
  readonly digest: string;
}

/** What a pod may keep in its temporary folder. Without a limit one pod could fill the disk of its node, and the kubelet would evict others for it. */
const TEMPORARY = '256Mi';

/** User of a container for which the config names none. No image and no node has it, so a process that breaks out of its container owns no files there. */
const NOBODY = { uid: 10001, gid: 10001 } as const;

/**
 * Flags that make Node load modules by the path of their link. Mounted files of a ConfigMap are links into a folder that every update replaces (AtomicWriter).
 * Ours are never updated. Those that an overlay mounts instead may be, and by real paths a process that reads its tables again on SIGHUP would look for them in
 * a folder that has been deleted.
 */
const KEEP_LINKS = ['--preserve-symlinks', '--preserve-symlinks-main'];

export function podTemplate(plan: Plan, workload: Runnable, runtime: MountedRuntime): PodTemplate {
  const { uid, gid } = workload.user ?? NOBODY;
  const mounted = runsOurCode(workload);
  const rolloutHashes = { annotations: { 'mcpgen/config-hash': plan.hash, 'mcpgen/runtime': runtime.digest } };
  return {
    // Kubernetes does not restart a pod whose mounted files have changed, but it does roll out a changed annotation.
    metadata: { labels: workloadLabels(plan, workload), ...(mounted ? rolloutHashes : {}) },
    spec: {
      serviceAccountName: objectName(plan, workload),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...pullSecrets(plan),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: uid,
        runAsGroup: gid,
        ...(workload.volumes.length > 0 ? { fsGroup: gid, fsGroupChangePolicy: 'OnRootMismatch' } : {}),
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...gracePeriod(plan),
      ...spread(plan, workload),
      containers: [container(plan, workload)],
      volumes: [
        ...(hasTemporaryFolder(workload) ? [{ name: 'tmp', emptyDir: { sizeLimit: TEMPORARY } }] : []),
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
    ...settings(plan, workload),
    ...(env.length > 0 ? { env } : {}),
    ports: [
      { name: MCP_PORT, containerPort: workload.port, protocol: 'TCP' },
      ...(workload.adminPort === null ? [] : [{ name: ADMIN_PORT, containerPort: workload.adminPort, protocol: 'TCP' } as const]),
    ],
    ...probes(workload),
    ...lifecycle(plan),
    resources: {
      requests: { cpu: kubernetesCores(requests.cpu), memory: kubernetesBytes(requests.memory) },
      limits: { ...(limits.cpu === null ? {} : { cpu: kubernetesCores(limits.cpu) }), memory: kubernetesBytes(limits.memory) },
    },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
    volumeMounts: [
      ...(hasTemporaryFolder(workload) ? [{ name: 'tmp', mountPath: '/tmp' }] : []),
      ...(mounted ? [{ name: 'gateway', mountPath: GATEWAY_FOLDER, readOnly: true } as const] : []),
      ...volumeMounts(workload),
    ],
  };
}

/** Whoever may write the Secret of these could also change the gateway: it is the deployment's own, in the deployment's own namespace. */
function settings(plan: Plan, { kind }: Runnable): Pick<Container, 'envFrom'> {
  if (kind !== 'gateway' || environmentSettings(plan).length === 0) return {};
  return { envFrom: [{ secretRef: { name: settingsName(plan), optional: true } }] };
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

/** Spreads replicas over nodes and zones. `matchLabelKeys` (on by default since 1.27) keeps a rolling update from counting the pods that it replaces. */
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

/** Whether the container gets a temporary folder. Kubernetes refuses two mounts at one path, so it gets none where a volume of the config is at /tmp. */
function hasTemporaryFolder({ volumes }: Runnable): boolean {
  return !volumes.some(({ path }) => path === '/tmp');
}
