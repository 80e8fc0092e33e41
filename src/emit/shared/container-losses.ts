/**
 * Losses that all container targets have in common, because a container has an address, a network and a file system of its own. One finding names all targets
 * concerned. A loss is listed here only where the platform cannot do something; what mcpgen cannot do yet is refused when the config is validated.
 */
import { urlOf } from '../../config/url.js';
import { isLoopbackHost } from '../../plan/loopback.js';
import { listed, quoteUrl } from '../../plan/quote.js';
import { childrenMemory, HOST_MEMORY, mostChildren } from '../../plan/resources.js';
import type { Plan } from '../../plan/types.js';
import type { Pool } from '../../plan/pool-types.js';
import type { TargetLoss } from '../types.js';

const CONTAINER_TARGETS = ['compose', 'kubernetes', 'fly'] as const;
type ContainerTarget = (typeof CONTAINER_TARGETS)[number];

function chosenAmong<T extends ContainerTarget>({ infra }: Plan, targets: readonly T[]): readonly T[] {
  return targets.filter((target) => infra.targets[target] !== null);
}

export const containerLosses: readonly TargetLoss[] = [
  {
    feature: 'a server that a container could not hold',
    *find(plan) {
      const targets = chosenAmong(plan, CONTAINER_TARGETS);
      for (const { id, image, from } of targets.length > 0 ? plan.infra.workloads : []) {
        if (image.kind !== 'none') continue;
        yield {
          at: from,
          message: `${id} does not run on ${listed(targets)}: ${image.reason}`,
          help: 'say what its image holds, or leave the target out',
        };
      }
    },
  },
  {
    feature: 'children of a stdio server that do not fit into its container',
    *find(plan) {
      const targets = chosenAmong(plan, CONTAINER_TARGETS);
      for (const { id, image, child, resources, from } of targets.length > 0 ? plan.infra.workloads : []) {
        if (child === null || image.kind === 'none') continue;
        const wanted = HOST_MEMORY + childrenMemory(child);
        if (resources.limits.memory >= wanted) continue;
        yield {
          at: `${from}.resources`,
          message: `the ${mostChildren(child)} × ${inMegabytes(child.memory)} of ${id} and its host may use ${inMegabytes(wanted)}, and the container on ` +
            `${listed(targets)} has ${inMegabytes(resources.limits.memory)}: the kernel would end children of one session for what another uses`,
          help: 'leave resources.limits.memory out, or lower limits.processes or limits.memory',
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
    feature: 'the gateway’s region where no platform tells it',
    *find(plan) {
      const targets = chosenAmong(plan, ['compose', 'kubernetes']);
      const verb = targets.length === 1 ? 'does' : 'do';
      for (const { server, strategy, from, choice } of targets.length > 0 ? plan.traffic.pools : []) {
        if (!choice.preferRegion) continue;
        yield {
          at: `${from}.strategy`,
          message: `${strategy} prefers instances of ${server} in the gateway’s region, which ${listed(targets)} ${verb} not tell it`,
          help: 'set MCP_GATEWAY_REGION for the gateway there; until then all instances are chosen from alike',
        };
      }
    },
  },
  {
    feature: 'a collector on loopback',
    *find(plan) {
      const { traces } = plan.traffic;
      const targets = chosenAmong(plan, CONTAINER_TARGETS);
      if (!traces || targets.length === 0 || !isLoopbackHost(new URL(traces.otlp).hostname)) return;
      yield {
        at: 'gateway.traces.otlp',
        message: `${quoteUrl(traces.otlp)} is the gateway’s container itself on ${listed(targets)}`,
        help: 'write the address under which containers reach the collector',
      };
    },
  },
  {
    feature: 'the admin listener in a container without a token',
    *find(plan) {
      const { admin } = plan.traffic;
      const targets = chosenAmong(plan, CONTAINER_TARGETS);
      if (!admin || admin.readToken !== null || targets.length === 0) return;
      yield {
        at: 'gateway.admin',
        message: `without readToken the admin listener answers on loopback alone: the container’s own on ${listed(targets)}`,
        help: "give it one: admin: { readToken: secret('MCPGEN_READ_TOKEN') }",
      };
    },
  },
];

const inMegabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** URLs of instances on loopback, each with the container targets whose gateway is told to use it. */
function loopbackInstances(plan: Plan, { sources }: Pool): ReadonlyMap<string, readonly ContainerTarget[]> {
  const found = new Map<string, readonly ContainerTarget[]>();
  for (const target of chosenAmong(plan, CONTAINER_TARGETS)) {
    const source = sources[target];
    for (const { url } of source.kind === 'urls' ? source.instances : []) {
      const parsed = urlOf(url);
      if (parsed && isLoopbackHost(parsed.hostname)) found.set(url, [...(found.get(url) ?? []), target]);
    }
  }
  return found;
}
