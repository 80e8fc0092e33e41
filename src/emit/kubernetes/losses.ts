import { egressLoss } from '../shared/egress-losses.js';
import { healthLoss } from '../shared/health-losses.js';
import type { TargetLoss } from '../types.js';

export const kubernetesLosses: readonly TargetLoss[] = [
  {
    feature: 'packages on Kubernetes',
    *find({ infra }) {
      if (!infra.targets.kubernetes) return;
      for (const { id, image } of infra.workloads) {
        if (image.kind !== 'install') continue;
        yield {
          at: image.from,
          message: `${id} does not run on kubernetes, which pulls images and builds none: ${image.package} is in no image yet`,
          help: 'build and push one that holds it, and name it with image',
        };
      }
    },
  },
  {
    feature: 'a public URL on Kubernetes without exposure',
    *find({ infra: { targets }, traffic: { publicUrl } }) {
      if (targets.kubernetes?.exposure.kind !== 'none' || !publicUrl.isPublic) return;
      yield {
        at: targets.kubernetes.from,
        message: `nothing outside the cluster reaches ${publicUrl.href}: exposure is none`,
        help: 'choose exposure, or route to the gateway’s Service yourself and suppress this',
      };
    },
  },
  {
    feature: 'a volume that pods share on Kubernetes',
    *find({ infra: { targets, workloads } }) {
      for (const { id, replicas, volumes } of targets.kubernetes ? workloads : []) {
        for (const volume of replicas > 1 ? volumes.filter(({ perInstance }) => !perInstance) : []) {
          yield {
            at: volume.from,
            message: `${replicas} pods of ${id} share ${volume.name}, which takes a storage class with ReadWriteMany; block disks have none`,
            help: 'name one that does in targets.kubernetes.storageClass, or set perInstance: true',
            severity: 'info',
          };
        }
      }
    },
  },
  egressLoss('kubernetes'),
  healthLoss('kubernetes'),
];
