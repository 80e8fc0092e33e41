import type { Route } from '../../../plan/traffic-types.js';
import { quote } from '../../../plan/quote.js';
import type { Problem, Rule } from '../../types.js';

/** First segments that the gateway keeps for itself, now or in a later version. */
const RESERVED: Readonly<Record<string, string>> = {
  'health': 'the gateway answers health checks there',
  'healthz': 'platforms look for health checks there',
  't': 'tenants that are recognised by path are there',
  'metrics': 'it belongs to the admin listener',
  'config': 'it belongs to the admin listener',
  'circuit-breakers': 'it belongs to the admin listener',
  'gateway': 'the gateway’s own endpoints are there',
  'openapi.json': 'the gateway describes itself there',
  'docs': 'the gateway describes itself there',
  'redoc': 'the gateway describes itself there',
  '.well-known': 'OAuth metadata is there (RFC 9728 §3)',
};
const HELP = 'give the server a route of its own, or leave route out for /mcp/<name>';

export const routeOverlap: Rule<'plan'> = {
  code: 'MCP301',
  slug: 'route-overlap',
  severity: 'error',
  securitySeverity: 6.5,
  summary: 'two routes are the same, nested or nearly the same, or one is reserved',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    const exact = new Map<string, Route>();
    const folded = new Map<string, Route>();
    // The gateway's own are the reserved ones. Of two that are the same, the one that was written comes last, and is told.
    const routes = traffic.routes.filter(({ server }) => server !== '').sort((a, b) => a.path.length - b.path.length || rank(a) - rank(b));
    // A server has several routes below one path: what is wrong with the path is said once.
    const said = new Set<string>();
    const isNew = (route: Route, what: string): boolean => said.size < said.add(`${route.server} ${what}`).size;
    for (const route of routes) {
      const reserved = RESERVED[firstSegment(route.path)];
      if (reserved && isNew(route, 'reserved')) yield { at: route.from, message: `route ${quote(route.path)} is reserved: ${reserved}`, help: HELP };

      const same = exact.get(route.path);
      const alike = folded.get(route.path.toLowerCase());
      const around = enclosing(route.path).flatMap((path) => exact.get(path) ?? []);
      if (same && isNew(route, same.server)) yield clash(route, same, `is also the route of ${same.server}`);
      else if (!same && alike && isNew(route, alike.server)) yield clash(route, alike, `differs from ${quote(alike.path)} of ${alike.server} in case alone`);
      for (const outer of around.filter(({ server }) => server !== route.server && isNew(route, server)))
        yield clash(
          route,
          outer,
          `lies inside ${quote(outer.path)} of ${outer.server}: a hop that matches prefixes gives it to the wrong server`,
        );
      exact.set(route.path, same ?? route);
      folded.set(route.path.toLowerCase(), alike ?? route);
    }
  },
};

const rank = ({ kind, from }: Route): number => (from.endsWith('.route') ? 2 : 0) + (kind === 'mcp' ? 1 : 0);

function clash(route: Route, other: Route, why: string): Problem {
  return {
    at: route.from,
    message: `route ${quote(route.path)} of ${route.server} ${why}`,
    help: HELP,
    related: [{ at: other.from, message: `route ${quote(other.path)} of ${other.server}` }],
  };
}

const firstSegment = (path: string): string => path.split('/')[1]?.toLowerCase() ?? '';

/** `/a/b/c` → `/a`, `/a/b`: the prefixes that end at a segment. */
function enclosing(path: string): readonly string[] {
  return Array.from(path.matchAll(/\//g), ({ index }) => path.slice(0, index)).filter((prefix) => prefix !== '');
}
