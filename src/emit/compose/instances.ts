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
 * The services of one server. Replicas of a compose service share its volumes; instances that each have their own are therefore services
 * of their own, `files_1`, `files_2`, that answer to one network name. Names of servers have no underscore, so these cannot clash.
 */
export function serverServices(plan: Plan, workload: Runnable, digest: string): readonly NamedService[] {
  const { id, replicas } = workload;
  if (replicas === 1 || !workload.volumes.some(({ perInstance }) => perInstance)) {
    const placing = { networks: [SERVERS], replicas, digest, volumeName: ({ name }: { name: string }) => `${id}_${name}` };
    return [{ name: id, service: service(plan, workload, placing) }];
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
