import type { Plan } from '../../plan/types.js';
import type { RunnableServer } from '../shared/runnable.js';
import { networkOf } from './networks.js';
import { owning, ownsVolumes } from './owner.js';
import { service } from './service.js';
import type { Service } from './types.js';

export interface NamedService {
  readonly name: string;
  readonly service: Service;
}

/**
 * The services of one server. Replicas of one compose service share its volumes. Where each instance has a volume of its own, each instance is therefore a
 * service of its own (`files_1`, `files_2`), and all have one name on the network. No server has an underscore in its name, so these names are free.
 */
export function serverServices(plan: Plan, workload: RunnableServer, digest: string): readonly NamedService[] {
  const { id, replicas } = workload;
  const network = networkOf(workload);
  if (replicas === 1 || !workload.volumes.some(({ perInstance }) => perInstance)) {
    const options = { networks: { [network]: {} }, replicas, digest, volumeName: ({ name }: { name: string }) => `${id}_${name}` };
    return withOwner(plan, workload, { name: id, service: service(plan, workload, options) });
  }
  return Array.from({ length: replicas }, (_, index) => {
    const name = `${id}_${index + 1}`;
    return withOwner(plan, workload, {
      name,
      service: service(plan, workload, {
        networks: { [network]: { aliases: [id] } },
        replicas: 1,
        digest,
        volumeName: (volume) => `${volume.perInstance ? name : id}_${volume.name}`,
      }),
    });
  }).flat();
}

/** The service, after the one that makes its volumes its own. */
function withOwner(plan: Plan, workload: RunnableServer, { name, service }: NamedService): readonly NamedService[] {
  if (!ownsVolumes(workload)) return [{ name, service }];
  const owner = `${name}_volumes`;
  return [
    { name: owner, service: owning(plan, workload, service) },
    { name, service: { ...service, depends_on: { [owner]: { condition: 'service_completed_successfully' } } } },
  ];
}
