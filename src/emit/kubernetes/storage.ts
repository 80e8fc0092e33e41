import type { VolumePlan, Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { binary } from '../shared/quantity.js';
import { workloadMetadata } from './labels.js';
import type { ClaimSpec, Container, PersistentVolumeClaim, StatefulSet, Volume } from './manifests.js';
import { objectName, target } from './names.js';

/** A pod needs a name of its own to have a volume of its own. */
export function needsStableNames({ stateful, volumes }: Workload): boolean {
  return stateful || volumes.some(({ perInstance }) => perInstance);
}

/** A volume that one node can mount cannot be handed over while the old pod still holds it. */
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

/** Volumes of the pod; those of a claim template are added by the controller. */
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

/** With a prefix, so that a volume called `tmp` is not ours. */
function volumeName({ name }: VolumePlan): string {
  return `volume-${name}`;
}

/** With a dot, which no name of a server or volume has: `a` + `b-c` and `a-b` + `c` are two claims. */
function claimName(plan: Plan, workload: Workload, { name }: VolumePlan): string {
  return `${objectName(plan, workload)}.${name}`;
}

function claimSpec(plan: Plan, { bytes }: VolumePlan, mode: 'ReadWriteOnce' | 'ReadWriteMany'): ClaimSpec {
  const { storageClass } = target(plan);
  return {
    accessModes: [mode],
    ...(storageClass === null ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: binary(bytes) } },
  };
}
