import type { Plan } from '../../plan/types.js';
import type { Runnable } from '../shared/runnable.js';
import { SERVERS } from './networks.js';
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
export function serverServices(plan: Plan, workload: Runnable, digest: string): readonly NamedService[] {
  const { id, replicas } = workload;
  if (replicas === 1 || !workload.volumes.some(({ perInstance }) => perInstance)) {
    const options = { networks: [SERVERS], replicas, digest, volumeName: ({ name }: { name: string }) => `${id}_${name}` };
    return [{ name: id, service: service(plan, workload, options) }];
  }
  return Array.from({ length: replicas }, (_, index) => {
    const name = `${id}_${index + 1}`;
    return {
      name,
      service: service(plan, workload, {
        networks: { [SERVERS]: { aliases: [id] } },
        replicas: 1,
        digest,
        volumeName: (volume) => `${volume.perInstance ? name : id}_${volume.name}`,
      }),
    };
  });
}
