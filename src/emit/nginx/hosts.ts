/** Row 1 of the decision: whether the request names a host that is served. */
import { LOOPBACK } from '../../gateway/runtime/decision/address.js';
import type { Traffic } from '../../plan/traffic-types.js';
import { because, entry, geo, map, section } from './directives.js';
import { $, mapKey, network } from './tokens.js';
import type { Item } from './types.js';

export function hosts({ hosts, anyHost, trustedProxies }: Traffic): readonly Item[] {
  const title = section('row 1: the host is served here');
  const malformed = entry(mapKey(''), 'malformed');
  if (anyHost) return [title, map($('mcp_host'), 'mcp_host_is', 'served', [malformed])];
  const names = hosts.map(({ name }) => name);
  return [
    title,
    geo($(trustedProxies.length > 0 ? 'realip_remote_addr' : 'remote_addr'), 'mcp_loopback_is', 'unknown', [
      entry(network('127.0.0.0/8'), 'served'),
      entry(network('::1'), 'served'),
    ]),
    because(
      'Names ignore case here, as they should: string keys of a map always do.',
      map($('mcp_host'), 'mcp_host_is', 'unknown', [
        malformed,
        ...names.map((name) => entry(mapKey(name), 'served')),
        // As at the gateway, a loopback name is accepted when the client's own address is on loopback.
        ...[...LOOPBACK].filter((name) => !names.includes(name)).map((name) => entry(mapKey(name), $('mcp_loopback_is'))),
      ]),
    ),
  ];
}
