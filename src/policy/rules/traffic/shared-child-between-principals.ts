import type { Plan } from '../../../plan/types.js';
import type { TenantPlan } from '../../../plan/traffic-types.js';
import type { Rule } from '../../types.js';

export const sharedChildBetweenPrincipals: Rule<'plan'> = {
  code: 'MCP319',
  slug: 'shared-child-between-principals',
  severity: 'warn',
  securitySeverity: 5.3,
  summary: 'one child process serves callers that are not to hear of each other',
  reads: ['plan'],
  *check({ plan }) {
    for (const { id, child, from } of plan.infra.workloads) {
      // 2026-07-28 has no sessions: there is nothing in a child that belongs to one caller.
      if (child?.sharing !== 'shared' || child.modern) continue;
      const callers = callersOf(plan, id);
      if (callers === null) continue;
      yield {
        at: `${from}.sharing`,
        message: `one child of ${id} serves ${callers}: what it keeps is kept for all of them, and what it asks or says unasked reaches none of them`,
        help: "sharing: 'session' gives each session a child of its own; else grant the server to one client of one tenant",
      };
    }
  },
};

/** Who may call it, in words; null where that can be one caller alone. */
function callersOf({ traffic }: Plan, server: string): string | null {
  const sets = new Set(traffic.serverSets.flatMap(({ id, servers }) => (servers.includes(server) ? [id] : [])));
  const tenants = traffic.tenants.filter(({ servers }) => sets.has(servers));
  if (tenants.length > 1) return `${tenants.length} tenants (${named(tenants.map(({ name }) => name))})`;
  const clients = new Set(tenants.flatMap((tenant) => clientsOf(tenant, traffic.clients.map(({ name }) => name))));
  if (clients.size > 1) return `${clients.size} clients (${named([...clients])})`;
  return tenants.length > 0 && clients.size === 0 && traffic.publicUrl.isPublic ? 'whoever finds it' : null;
}

/** A tenant that is recognised by a host or a path takes any client. */
const clientsOf = ({ match }: TenantPlan, all: readonly string[]): readonly string[] =>
  match.clients.length > 0 && match.hosts.length === 0 && !match.path ? match.clients : all;

/** How many names a message shows. */
const MOST_NAMES = 3;
const named = (names: readonly string[]): string => names.slice(0, MOST_NAMES).join(', ') + (names.length > MOST_NAMES ? ', …' : '');
