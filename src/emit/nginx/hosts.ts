/** Row 1 of the decision: whether the request names a host that is served. */
import { LOOPBACK } from '../../gateway/runtime/decision/address.js';
import type { Traffic } from '../../plan/traffic-types.js';
import { because, entry, geo, map, section } from './directives.js';
import { hostEntries } from './normal-form.js';
import { $, mapKey, mapPattern, network, template } from './tokens.js';
import type { Directive, Entry, Item } from './types.js';

export function hosts({ hosts, anyHost, trustedProxies }: Traffic): readonly Item[] {
  const title = section('row 1: the host is served here');
  const malformed = entry(mapKey(''), 'malformed');
  const behindProxies = trustedProxies.length > 0;
  if (anyHost) {
    const believed = map($('mcp_trusted'), 'mcp_believed_is', 'no', [entry(mapKey('1'), 'yes')]);
    return [title, ...(behindProxies ? [believed] : []), map($('mcp_host'), 'mcp_host_is', 'served', [malformed])];
  }
  const names = hosts.map(({ name }) => name);
  const served = [
    malformed,
    ...names.map((name) => entry(mapKey(name), 'served')),
    // As at the gateway, a loopback name is accepted when the peer is on loopback.
    ...[...LOOPBACK].filter((name) => !names.includes(name)).map((name) => entry(mapKey(name), $('mcp_loopback_is'))),
  ];
  return [
    title,
    ...(behindProxies ? belief(served, names.includes('localhost')) : []),
    because('Names ignore case here, as they should: string keys of a map always do.', map($('mcp_host'), 'mcp_host_is', 'unknown', served)),
  ];
}

/** Whether loopback names are served for a peer. It is in the file of the placement: peers are known by other addresses in a container. */
export function loopbackPeers({ anyHost, trustedProxies }: Traffic): readonly Directive[] {
  if (anyHost) return [];
  return [
    geo($(trustedProxies.length > 0 ? 'realip_remote_addr' : 'remote_addr'), 'mcp_loopback_is', 'unknown', [
      entry(network('127.0.0.0/8'), 'served'),
      entry(network('::1'), 'served'),
    ]),
  ];
}

/** `X-Forwarded-Host` counts as at the gateway (`gateway/runtime/decision/host.ts`): a peer that is served loopback names may be a browser. */
function belief(served: readonly Entry[], isLoopbackForAll: boolean): readonly Item[] {
  const facts = template($('mcp_trusted'), ' ', $('mcp_loopback_is'), ' ', $('mcp_own_is'));
  return [
    map($('http_host'), 'mcp_own_host', mapKey(''), hostEntries()),
    map($('mcp_own_host'), 'mcp_own_is', 'unknown', served),
    map(facts, 'mcp_believed_is', 'no', [entry(mapPattern('^1 .* served$'), 'yes'), ...(isLoopbackForAll ? [] : [entry(mapPattern('^1 unknown '), 'yes')])]),
  ];
}
