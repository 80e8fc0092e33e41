/**
 * Our gateway pins sessions by itself: the id it hands out is sealed and names the instance, so any gateway process can send a follow-up to
 * where the session lives. What is left are the ways in which that cannot work.
 */
import { isLegacy } from '../../../config/language/revisions.js';
import { urlOf } from '../../../config/url.js';
import type { Surroundings } from '../../../gateway/runtime/tables/placement.js';
import type { Plan } from '../../../plan/types.js';
import type { Pool } from '../../../plan/pool-types.js';
import { manyBehind } from '../../many-hosts.js';
import { quoteUrl } from '../../../plan/quote.js';
import type { Problem, Rule } from '../../types.js';

export const sessionAffinityMissing: Rule<'plan'> = {
  code: 'MCP304',
  slug: 'session-affinity-missing',
  severity: 'error',
  securitySeverity: 3.7,
  summary: 'a session can reach a process that does not know it',
  reads: ['plan'],
  *check({ plan }) {
    // 2026-07-28 has no sessions (MCP 2026-07-28, Streamable HTTP): every request may go anywhere.
    const legacy = plan.traffic.revisions.filter(isLegacy);
    if (legacy.length === 0) return;
    const placements = replicated(plan);
    if (placements.length > 0) {
      const replicas = gatewayReplicas(plan);
      yield* unsharedKeys(plan, replicas);
      yield* childrenOfReplicas(plan, replicas, placements);
    }
    for (const pool of plan.traffic.pools) yield* hiddenInstances(pool);
  },
};

const gatewayReplicas = ({ infra }: Plan): number => infra.gateway.replicas;

const CONTAINERS = ['compose', 'kubernetes', 'fly'] as const satisfies readonly Surroundings[];

/** Where several gateway processes run. Without a container target the user starts them; compose starts one unless nginx is in front. */
function replicated(plan: Plan): readonly Surroundings[] {
  if (gatewayReplicas(plan) === 1) return [];
  const { targets } = plan.infra;
  const containers = CONTAINERS.filter((placement) => targets[placement] !== null);
  return containers.length === 0 ? ['local'] : containers.filter((placement) => placement !== 'compose' || targets.nginx !== null);
}

function* unsharedKeys({ traffic }: Plan, replicas: number): Iterable<Problem> {
  if (traffic.sessions.keys.length > 0) return;
  yield {
    at: 'gateway.replicas',
    message: `${replicas} gateway processes seal ids with random keys of their own, so a session of one is unknown (404) to the others`,
    help: "give them one key: gateway: { sessionKeys: [secret('MCPGEN_SESSION_KEY')] }",
  };
}

/** A child lives in the process that spawned it, and no sealed id can name another process's child. */
function* childrenOfReplicas({ traffic }: Plan, replicas: number, placements: readonly Surroundings[]): Iterable<Problem> {
  for (const pool of traffic.pools) {
    const spawning = placements.filter((placement) => pool.sources[placement].kind === 'spawn');
    if (spawning.length === 0) continue;
    yield {
      at: pool.from,
      message: `${replicas} gateway processes each spawn ${pool.server} for themselves (${spawning.join(', ')}), so one alone knows a session`,
      help: 'set gateway.replicas to 1, or choose a container target, where the server is a workload of its own',
      related: [{ at: 'gateway.replicas', message: `${replicas} gateway processes` }],
    };
  }
}

/** A URL pins the name in it; which machine answers to that name is then somebody else's choice. */
function* hiddenInstances(pool: Pool): Iterable<Problem> {
  if (!pool.stateful) return;
  const urls = Object.values(pool.sources).flatMap((source) => (source.kind === 'urls' ? source.instances.map(({ url }) => url) : []));
  for (const url of new Set(urls)) {
    const hostname = urlOf(url)?.hostname;
    const what = hostname === undefined ? null : manyBehind(hostname);
    if (what === null) continue;
    yield {
      at: pool.from,
      message: `sessions of ${pool.server} live in its instances, and ${quoteUrl(url)} is ${what}: a follow-up may reach another one`,
      help: 'list each instance by an address of its own, or keep sessions outside the instances and remove stateful',
    };
  }
}
