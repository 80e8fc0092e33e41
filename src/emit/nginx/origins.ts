/**
 * Rows 3 and 4 of the decision: which origins a route accepts. A route has the label of its set of origins, so that routes with the same origins share the
 * entries of the table. The patterns mean the same as `gateway/runtime/decision/origin.ts`.
 */
import { LOOPBACK } from '../../gateway/runtime/decision/address.js';
import type { OriginRule, OriginSet } from '../../plan/origin-types.js';
import type { Traffic } from '../../plan/traffic-types.js';
import { because, entry, map, section } from './directives.js';
import { WELL_KNOWN_ROUTE } from '../../gateway/runtime/decision/well-known.js';
import { routeName } from './routes.js';
import { $, literally, mapKey, mapPattern, template, text, type Template } from './tokens.js';
import type { Entry, Item } from './types.js';
import { documentPaths } from './well-known.js';

const LABEL = '[a-z0-9-]+';
const NAME = `${LABEL}(?:\\.${LABEL})*`;
const ANY_PORT = '(?::[1-9][0-9]{0,4})?';

export function origins(traffic: Traffic): readonly Item[] {
  const { routes } = traffic;
  const hasDocuments = documentPaths(traffic).length > 0;
  return [
    section('rows 3 and 4: the origin is accepted, or there is none'),
    ...(takesForwarded(traffic) ? [forwardedOrigin()] : []),
    map($('mcp_route'), 'mcp_origins', '+none', [
      ...routes.map((route) => entry(mapKey(routeName(route)), mapKey(route.origins))),
      ...(hasDocuments ? [entry(mapKey(routeName(WELL_KNOWN_ROUTE)), mapKey(ANY))] : []),
    ]),
    map(template($('mcp_origins'), '|', originOf(traffic)), 'mcp_origin_is', 'refused', [
      ...usedSets(traffic).flatMap((set) => exactEntries(traffic, set)),
      // nginx looks up string keys before it tries patterns, and tries patterns in their order here.
      entry(mapPattern('^[^|]*\\|$'), 'absent'),
      entry(mapPattern(','), 'repeated'),
      ...usedSets(traffic).flatMap((set) => patternEntries(traffic, set)),
      ...(hasDocuments ? [entry(mapPattern(`^${literally(ANY)}\\|`), 'open')] : []),
    ]),
    because(
      'A preflight (Fetch §4.8) that is accepted goes to the gateway, which answers it.',
      map(template($('mcp_method'), ' ', $('mcp_origin_is'), ' ', $('http_access_control_request_method')), 'mcp_preflight_is', 'none', [
        entry(mapPattern(hasDocuments ? '^OPTIONS (?:allowed|open) .' : '^OPTIONS allowed .'), 'allowed'),
        entry(mapPattern('^OPTIONS refused .'), 'refused'),
      ]),
    ),
  ];
}

/** In place of the label of a set: no origin is refused, and none is named. No label begins so. */
const ANY = '+any';

/** Whether `X-Forwarded-*` may stand in for a missing Origin: where the config asks for that and names proxies whose headers are believed. */
export function takesForwarded({ originFallback, trustedProxies }: Traffic): boolean {
  return originFallback === 'forwarded' && trustedProxies.length > 0;
}

/** The variable that holds the origin of a request. */
export function originOf(traffic: Traffic): Template {
  return $(takesForwarded(traffic) ? 'mcp_origin' : 'http_origin');
}

function forwardedOrigin(): Item {
  const headers = template($('http_origin'), '|', $('mcp_trusted'), '|', $('http_x_forwarded_proto'), '|', $('http_x_forwarded_host'));
  return because(
    'For a missing Origin: what a trusted proxy says that it was asked for.',
    map(headers, 'mcp_origin', $('http_origin'), [
      entry(
        mapPattern('^\\|1\\|(?<mcp_found_proto>[^|,]+)\\|(?<mcp_found_value>[^|,]+)$'),
        template($('mcp_found_proto'), '://', $('mcp_found_value')),
      ),
      // A list names no origin. The value `-` is in no set of origins, so such a request is refused.
      entry(mapPattern('^\\|1\\|[^|].*\\|.'), text('-')),
    ]),
  );
}

function usedSets({ originSets, routes }: Traffic): readonly OriginSet[] {
  const used = new Set(routes.map(({ origins }) => origins));
  return originSets.filter(({ id }) => used.has(id));
}

function rulesOf({ origins }: Traffic, set: OriginSet): readonly OriginRule[] {
  return origins.filter(({ name }) => set.origins.includes(name)).flatMap(({ rules }) => rules.map(({ rule }) => rule));
}

function exactEntries(traffic: Traffic, set: OriginSet): readonly Entry[] {
  const exact = rulesOf(traffic, set).flatMap((rule) => (rule.kind === 'exact' ? [rule.origin] : []));
  return [...new Set(exact)].sort().map((origin) => entry(mapKey(`${set.id}|${origin}`), 'allowed'));
}

function patternEntries(traffic: Traffic, set: OriginSet): readonly Entry[] {
  const patterns = rulesOf(traffic, set).flatMap(patternsOf);
  return [...new Set(patterns)].map((pattern) => entry(mapPattern(`^${literally(set.id)}\\|${pattern}$`, true), 'allowed'));
}

function patternsOf(rule: OriginRule): readonly string[] {
  switch (rule.kind) {
    case 'subdomain':
      return [`${rule.scheme}://${LABEL}${literally(rule.suffix)}${literally(rule.port)}`];
    case 'loopback':
      return [`${rule.scheme}://(?:${[...LOOPBACK].map(literally).join('|')})${ANY_PORT}`];
    case 'any-https':
      return [`https://(?:${NAME}|\\[[0-9a-f:]+\\])${ANY_PORT}`];
    case 'tunnel':
      return rule.suffixes.map((suffix) => `https://${NAME}${literally(suffix)}${ANY_PORT}`);
    case 'exact':
    case 'rejected':
      return [];
  }
}
