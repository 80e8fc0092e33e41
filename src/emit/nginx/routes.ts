/** Rows 2 and 5 of the decision: the paths that are routes, and the methods that each route takes. */
import type { Route, Traffic } from '../../plan/traffic-types.js';
import { RESOURCE_METADATA, WELL_KNOWN_ROUTE } from '../../gateway/runtime/decision/well-known.js';
import { because, entry, map, section } from './directives.js';
import { $, literally, mapKey, mapPattern, template, word, type Template } from './tokens.js';
import type { Item } from './types.js';
import { documentPaths } from './well-known.js';

export function routes(traffic: Traffic): readonly Item[] {
  const { routes, tenants } = traffic;
  const documents = documentPaths(traffic);
  const pathTenants = tenants.filter(({ match }) => match.path).map(({ name }) => name);
  return [
    section('row 2: the path is a route'),
    map($('request_uri'), 'mcp_raw_path', mapKey(''), [entry(mapPattern('^(?<mcp_found_path>[^?]*)'), $('mcp_found_path'))]),
    because(
      'For the log: bytes that no path has could be taken for other characters.',
      map($('mcp_path_is'), 'mcp_logged_path', $('mcp_raw_path'), [entry(mapKey('malformed'), mapKey(''))]),
    ),
    ...(pathTenants.length > 0 ? withoutTenant(pathTenants, documents.length > 0) : []),
    because(
      'Paths tell capitals apart and string keys of a map do not: every key is a pattern.',
      map(
        $(pathTenants.length > 0 ? 'mcp_path' : 'mcp_raw_path'),
        'mcp_route',
        mapKey(''),
        [
          ...routes.map((route) => entry(mapPattern(`^${literally(route.path)}$`), word(routeName(route)))),
          // With and without a slash at its end.
          ...documents.map((path) => entry(mapPattern(`^${literally(path)}/?$`), word(DOCUMENTS))),
        ],
      ),
    ),
  ];
}

/** The route of documents for OAuth clients, whatever each is about: they differ in nothing that nginx decides. */
const DOCUMENTS = routeName(WELL_KNOWN_ROUTE);

/** One word for each route. A server's MCP endpoint has the name of the server; the kind of any other route follows as an ending. */
export function routeName({ kind, server }: Pick<Route, 'kind' | 'server'>): string {
  return kind === 'mcp' ? server : `${server || 'gateway'}.${kind}`;
}

/**
 * Takes `/t/<tenant>` off the path, for tenants that are recognised by path, and out of the path of a document about a tenant's route. Names of tenants have no
 * capitals, and neither has the pattern.
 */
function withoutTenant(names: readonly string[], hasDocuments: boolean): readonly Item[] {
  const document = literally(RESOURCE_METADATA);
  const before = hasDocuments ? `(?:${document})?` : '';
  return [
    map($('mcp_raw_path'), 'mcp_tenant', mapKey(''), [entry(mapPattern(`^${before}/t/(?<mcp_found_tenant>[a-z0-9-]+)/`), $('mcp_found_tenant'))]),
    map($('mcp_tenant'), 'mcp_tenant_is', 'none', names.map((name) => entry(mapKey(name), 'known'))),
    map(template($('mcp_tenant_is'), $('mcp_raw_path')), 'mcp_path', $('mcp_raw_path'), [
      entry(mapPattern('^known/t/[^/]+(?<mcp_found_rest>/.*)'), $('mcp_found_rest')),
      ...(hasDocuments ? [entry(mapPattern(`^known${document}/t/[^/]+(?<mcp_found_rest>/.+)`), template(RESOURCE_METADATA, $('mcp_found_rest')))] : []),
    ]),
  ];
}

export function methods(traffic: Traffic): readonly Item[] {
  const routes = [...traffic.routes, ...(documentPaths(traffic).length > 0 ? [WELL_KNOWN_ROUTE] : [])];
  const methodsByAllow = new Map(routes.map(({ methods }) => [allowOf(methods).value, methods]));
  return [
    section('row 5: the route takes this method'),
    map($('mcp_route'), 'mcp_allow', mapKey(''), routes.map((route) => entry(mapKey(routeName(route)), allowOf(route.methods)))),
    map(
      template($('mcp_method'), ' of ', $('mcp_allow')),
      'mcp_method_is',
      'other',
      [...methodsByAllow].flatMap(([allow, methods]) => methods.map((method) => entry(mapKey(`${method} of ${allow}`), 'ok'))),
    ),
  ];
}

/** The value of the header `Allow`, as the gateway writes it. */
function allowOf(methods: readonly string[]): Template {
  return template(methods.join(', '));
}
