import type { VolumePlan, Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { kubernetesBytes } from '../shared/quantity.js';
import { workloadMetadata } from './labels.js';
import type { ClaimSpec, Container, PersistentVolumeClaim, StatefulSet, Volume } from './manifests.js';
import { objectName, target } from './names.js';

/** Whether a workload is a StatefulSet. Only its pods have stable names, and a pod can have a volume of its own only under a stable name. */
export function needsStableNames({ stateful, volumes }: Workload): boolean {
  return stateful || volumes.some(({ perInstance }) => perInstance);
}

/** Whether the old pod must have stopped before the new one starts: a volume that one node alone can mount may be held by the old pod. */
export function mustStopFirst({ volumes, replicas }: Workload): boolean {
  return replicas === 1 && volumes.some(({ perInstance }) => !perInstance);
}

export function claims(plan: Plan, workload: Workload): readonly PersistentVolumeClaim[] {
  return shared(workload).map((volume) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: workloadMetadata(plan, workload, claimName(plan, workload, volume)),
    spec: claimSpec(plan, volume, workload.replicas > 1 ? 'ReadWriteMany' : 'ReadWriteOnce'),
  }));
}

export function claimTemplates(plan: Plan, workload: Workload): Pick<StatefulSet['spec'], 'volumeClaimTemplates'> {
  const templates = workload.volumes
    .filter(({ perInstance }) => perInstance)
    .map((volume) => ({ metadata: { name: volumeName(volume) }, spec: claimSpec(plan, volume, 'ReadWriteOnce') }));
  return templates.length === 0 ? {} : { volumeClaimTemplates: templates };
}

/** The pod's volumes that are shared claims. The controller itself adds the volumes of claim templates. */
export function podVolumes(plan: Plan, workload: Workload): readonly Volume[] {
  return shared(workload).map((volume) => ({
    name: volumeName(volume),
    persistentVolumeClaim: { claimName: claimName(plan, workload, volume) },
  }));
}

export function volumeMounts({ volumes }: Workload): Container['volumeMounts'] {
  return volumes.map((volume) => ({ name: volumeName(volume), mountPath: volume.path }));
}

function shared({ volumes }: Workload): readonly VolumePlan[] {
  return volumes.filter(({ perInstance }) => !perInstance);
}

/** The prefix keeps a volume of the config called `tmp` apart from our own volume `tmp`. */
function volumeName({ name }: VolumePlan): string {
  return `volume-${name}`;
}

/** Name of a claim. No server or volume has a dot in its name, so volume `b-c` of server `a` and volume `c` of server `a-b` have two names. */
function claimName(plan: Plan, workload: Workload, { name }: VolumePlan): string {
  return `${objectName(plan, workload)}.${name}`;
}

function claimSpec(plan: Plan, { bytes }: VolumePlan, mode: 'ReadWriteOnce' | 'ReadWriteMany'): ClaimSpec {
  const { storageClass } = target(plan);
  return {
    accessModes: [mode],
    ...(storageClass === null ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: kubernetesBytes(bytes) } },
  };
}
