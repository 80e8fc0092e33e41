/**
 * What a chosen target cannot do of what the config asks for, one row per feature. A row is here only if the target truly cannot: what
 * mcpgen merely has not built yet is refused when the config is validated.
 */
import { askedBy, type ProbingPlatform } from '../emit/shared/platform-health.js';
import type { Placement } from '../gateway/runtime/tables/placement.js';
import type { Pool } from '../plan/pool-types.js';
import type { HealthPlan } from '../plan/server-types.js';
import type { Plan } from '../plan/types.js';
import { listed, quoteUrl } from './quote.js';
import type { Problem } from './types.js';

type ContainerTarget = Exclude<Placement, 'local'>;
const CONTAINER_TARGETS = ['compose', 'kubernetes', 'fly'] as const satisfies readonly ContainerTarget[];
const chosen = ({ infra }: Plan): readonly ContainerTarget[] => CONTAINER_TARGETS.filter((target) => infra.targets[target] !== null);

interface TargetLoss {
  readonly feature: string;
  readonly find: (plan: Plan) => Iterable<Problem>;
}

export const TARGET_LOSSES: readonly TargetLoss[] = [
  {
    feature: 'a server that a container could not hold',
    *find(plan) {
      const targets = chosen(plan);
      for (const { id, image, from } of targets.length > 0 ? plan.infra.workloads : []) {
        if (image.kind === 'none')
          yield {
            at: from,
            message: `${id} does not run on ${listed(targets)}: ${image.reason}`,
            help: 'say what its image holds, or leave the target out',
          };
      }
    },
  },
  {
    feature: 'instances on loopback',
    *find(plan) {
      for (const pool of plan.traffic.pools) {
        for (const [url, targets] of loopbackInstances(plan, pool)) {
          yield {
            at: pool.from,
            message: `${quoteUrl(url)} of ${pool.server} is the container itself on ${listed(targets)}`,
            help: 'write the address under which containers reach it',
          };
        }
      }
    },
  },
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
    feature: 'TLS at nginx beside a platform without it',
    *find({ infra: { targets } }) {
      const without = (['kubernetes', 'fly'] as const).filter((target) => targets[target] !== null);
      if (!targets.nginx?.tls || without.length === 0) return;
      yield {
        at: 'gateway.tls',
        message: `${listed(without)} ${without.length === 1 ? 'runs' : 'run'} no nginx of ours, so the platform terminates TLS, without its certificate`,
        help: 'put the certificate on the platform’s own listener, or choose tls: nginx in an environment that has only nginx',
      };
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
    feature: 'gateway processes behind one published port',
    *find({ infra: { targets, gateway } }) {
      if (gateway.replicas === 1 || !targets.compose || targets.nginx) return;
      yield {
        at: gateway.from,
        message: `compose runs 1 gateway of ${gateway.replicas}: a port of the machine belongs to one container`,
        help: 'choose the nginx target too: it stands in front of all of them',
      };
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
  {
    feature: 'questions of health that a platform cannot ask',
    *find({ infra: { targets, workloads } }) {
      for (const platform of PROBING.filter((name) => targets[name] !== null)) {
        for (const { id, health, from } of workloads.filter(({ kind }) => kind === 'server')) {
          const asked = askedBy(platform, health);
          if (asked === 'exactly') continue;
          const instead = asked === 'port' ? 'tests the port' : `asks for the status alone, and takes ${WELL[platform]} for well`;
          const isAsked = health.kind !== 'command';
          yield {
            at: `${from}.health`,
            message: `${platform} cannot ask ${id} ${questionOf(health)}: it ${instead}`,
            help: isAsked ? 'the gateway asks it in full, and sends nothing to an instance that is not well' : 'give it a path that answers GET: nobody runs the command there',
            ...(isAsked ? { severity: 'info' as const } : {}),
          };
        }
      }
    },
  },
  {
    feature: 'the gateway’s region where no platform tells it',
    *find({ infra: { targets }, traffic: { pools } }) {
      const silent = (['compose', 'kubernetes'] as const).filter((target) => targets[target] !== null);
      for (const { server, strategy, from } of silent.length > 0 ? pools.filter(({ choice }) => choice.preferRegion) : []) {
        yield {
          at: `${from}.strategy`,
          message: `${strategy} prefers instances of ${server} in the gateway’s region, which ${listed(silent)} ${silent.length === 1 ? 'does' : 'do'} not tell it`,
          help: 'set MCP_GATEWAY_REGION for the gateway there; until then all instances are chosen from alike',
        };
      }
    },
  },
  {
    feature: 'a collector on loopback',
    *find(plan) {
      const { traces } = plan.traffic;
      if (!traces || chosen(plan).length === 0 || !LOOPBACK.test(new URL(traces.otlp).hostname)) return;
      yield {
        at: 'gateway.traces.otlp',
        message: `${quoteUrl(traces.otlp)} is the gateway’s container itself on ${listed(chosen(plan))}`,
        help: 'write the address under which containers reach the collector',
      };
    },
  },
  {
    feature: 'the admin listener in a container without a token',
    *find(plan) {
      const { admin } = plan.traffic;
      if (!admin || admin.readToken !== null || chosen(plan).length === 0) return;
      yield {
        at: 'gateway.admin',
        message: `without readToken the admin listener answers on loopback alone: the container’s own on ${listed(chosen(plan))}`,
        help: "give it one: admin: { readToken: secret('MCPGEN_READ_TOKEN') }",
      };
    },
  },
];

const PROBING = ['kubernetes', 'fly'] as const satisfies readonly ProbingPlatform[];
const WELL: Readonly<Record<ProbingPlatform, string>> = { kubernetes: '200 to 399', fly: '200 to 299' };

function questionOf(health: HealthPlan): string {
  if (health.kind === 'mcp') return `in MCP (${health.ask})`;
  if (health.kind === 'command') return 'by a command';
  if (health.kind === 'tcp') return 'for its port';
  return `for ${health.method} ${health.path} with ${health.status}${health.body === null ? '' : ' and a text'}`;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function loopbackInstances(plan: Plan, { sources }: Pool): ReadonlyMap<string, readonly ContainerTarget[]> {
  const found = new Map<string, readonly ContainerTarget[]>();
  for (const target of chosen(plan)) {
    const source = sources[target];
    for (const { url } of source.kind === 'urls' ? source.instances : []) {
      if (URL.canParse(url) && LOOPBACK.test(new URL(url).hostname)) found.set(url, [...(found.get(url) ?? []), target]);
    }
  }
  return found;
}
