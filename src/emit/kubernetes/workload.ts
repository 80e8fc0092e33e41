import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import type { Runnable } from '../shared/runnable.js';
import { selector, workloadMetadata } from './labels.js';
import type { Deployment, Manifest, PodDisruptionBudget, ServiceAccount, StatefulSet } from './manifests.js';
import { objectName } from './names.js';
import { podTemplate, type MountedRuntime } from './pod.js';
import { services } from './services.js';
import { claims, claimTemplates, mustStopFirst, needsStableNames } from './storage.js';

/** All objects of one workload, in the order in which they are applied. */
export function workloadObjects(plan: Plan, workload: Runnable, runtime: MountedRuntime): readonly Manifest[] {
  return [
    serviceAccount(plan, workload),
    ...claims(plan, workload),
    needsStableNames(workload) ? statefulSet(plan, workload, runtime) : deployment(plan, workload, runtime),
    ...services(plan, workload),
    ...disruptionBudget(plan, workload),
  ];
}

function serviceAccount(plan: Plan, workload: Workload): ServiceAccount {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: workloadMetadata(plan, workload), automountServiceAccountToken: false };
}

function deployment(plan: Plan, workload: Runnable, runtime: MountedRuntime): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: workloadMetadata(plan, workload),
    spec: {
      replicas: workload.replicas,
      selector: selector(plan, workload),
      strategy: mustStopFirst(workload)
        ? { type: 'Recreate' }
        : { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: podTemplate(plan, workload, runtime),
    },
  };
}

function statefulSet(plan: Plan, workload: Runnable, runtime: MountedRuntime): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: workloadMetadata(plan, workload),
    spec: {
      replicas: workload.replicas,
      serviceName: objectName(plan, workload),
      selector: selector(plan, workload),
      template: podTemplate(plan, workload, runtime),
      ...claimTemplates(plan, workload),
    },
  };
}

/** A budget is for workloads with several replicas. For a single replica it would keep its node from ever being drained. */
function disruptionBudget(plan: Plan, workload: Workload): readonly PodDisruptionBudget[] {
  if (workload.replicas === 1) return [];
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: workloadMetadata(plan, workload),
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: selector(plan, workload) },
    },
  ];
}
