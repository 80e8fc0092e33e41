/** The paths of documents for OAuth clients, which the gateway answers: nginx lets them pass as it does a route. */
import { resourcesIn } from '../../gateway/runtime/decision/resources.js';
import { isMirrored, RESOURCE_METADATA, SERVER_METADATA } from '../../gateway/runtime/decision/well-known.js';
import type { Traffic } from '../../plan/traffic-types.js';

/** Without the tenant that a path may name, and without a slash at the end. None where the config names no authorization server. */
export function documentPaths(traffic: Traffic): readonly string[] {
  if (traffic.auth.authorizationServers.length === 0) return [];
  const { ofRoute, only } = resourcesIn(traffic.routes.map((route) => [route.path, route]));
  const described = [...new Set(ofRoute.values())].map((path) => RESOURCE_METADATA + path);
  return [...described, ...(only === null ? [] : [RESOURCE_METADATA]), ...(isMirrored(traffic) ? [SERVER_METADATA] : [])];
}
