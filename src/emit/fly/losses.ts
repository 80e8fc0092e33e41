import { listed } from '../../plan/quote.js';
import { egressLoss } from '../shared/egress-losses.js';
import { healthLoss } from '../shared/health-losses.js';
import type { TargetLoss } from '../types.js';
import { refusedMemory } from './vm.js';

export const flyLosses: readonly TargetLoss[] = [
  {
    feature: 'ports of the public URL on Fly',
    *find({ infra: { targets }, traffic: { publicUrl } }) {
      if (!targets.fly || !publicUrl.isPublic || publicUrl.port === 443 || publicUrl.port === 80) return;
      yield {
        at: publicUrl.from,
        message: `fly answers HTTP on ports 80 and 443, not on the ${publicUrl.port} of ${publicUrl.href}`,
        help: 'leave the port out of gateway.url',
      };
    },
  },
  {
    feature: 'a number of machines on Fly',
    *find({ infra: { targets, gateway, workloads } }) {
      for (const { id, kind, replicas, from } of targets.fly ? [gateway, ...workloads] : []) {
        if (replicas === 1) continue;
        const app = kind === 'gateway' ? targets.fly?.app : `${targets.fly?.app}-${id}`;
        yield {
          at: from,
          message: `fly.toml cannot say that ${replicas} machines of ${id} run`,
          help: `after the first deploy: fly scale count ${replicas} --app ${app}`,
          severity: 'info',
        };
      }
    },
  },
  {
    feature: 'a volume that instances share on Fly',
    *find({ infra: { targets, workloads } }) {
      for (const { id, replicas, volumes } of targets.fly ? workloads : []) {
        for (const volume of replicas > 1 ? volumes.filter(({ perInstance }) => !perInstance) : []) {
          yield {
            at: volume.from,
            message: `a fly volume belongs to one machine, so the ${replicas} of ${id} cannot share ${volume.name}`,
            help: 'set perInstance: true, run one instance, or keep what they share in a store of its own',
          };
        }
      }
    },
  },
  {
    feature: 'several volumes of a machine on Fly',
    *find({ infra: { targets, workloads } }) {
      for (const { id, volumes, from } of targets.fly ? workloads : []) {
        if (volumes.length < 2) continue;
        yield {
          at: from,
          message: `fly mounts one volume on a machine and refuses more: ${id} has ${listed(volumes.map(({ name }) => name))}`,
          help: 'put the folders on one volume',
          severity: 'error',
        };
      }
    },
  },
  {
    feature: 'memory that a machine on Fly cannot have',
    *find({ infra: { targets: { fly } } }) {
      const bounds = fly && refusedMemory(fly);
      if (!fly || !bounds) return;
      yield {
        at: `${fly.from}.vm`,
        message: `fly gives ${fly.vm.size} from ${bounds.least} to ${bounds.most} MB, and refuses the ${fly.vm.memory / 2 ** 20} MB of this config`,
        help: 'choose a larger or a smaller size, or other memory',
        severity: 'error',
      };
    },
  },
  {
    feature: 'the user of a server on Fly',
    *find({ infra: { targets: { fly }, workloads } }) {
      for (const { user, from } of fly ? workloads : []) {
        if (user) yield { at: `${from}.user`, message: 'fly runs the user that the image names', help: 'name it in the image: USER in its Dockerfile' };
      }
    },
  },
  egressLoss('fly'),
  healthLoss('fly'),
];
