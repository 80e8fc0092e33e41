/** Row 0 of the decision: it refuses requests that are malformed, repeated or not literal, and puts host, method and path of the others into variables. */
import type { Traffic } from '../../plan/traffic-types.js';
import { because, entry, geo, line, map, section } from './directives.js';
import { $, mapKey, mapPattern, network, template } from './tokens.js';
import type { Entry, Item } from './types.js';

/** The host of RFC 3986 §3.2.2: a registered name or an IP literal, and an optional port. `decision/head.ts` reads the same. */
const REG_NAME = "[a-z0-9._~!$&'()*+,;=%-]+?";
const IP_LITERAL = '\\[[0-9a-f:.]+\\]';
const PORT = '(?::[0-9]*)?';

export function normalForm(traffic: Traffic): readonly Item[] {
  const behindProxies = traffic.trustedProxies.length > 0;
  return [
    ...(behindProxies ? trust(traffic.trustedProxies) : []),
    section('row 0: the normal form'),
    map($('request'), 'mcp_method', mapKey(''), [entry(mapPattern('^(?<mcp_found_method>\\S+) '), $('mcp_found_method'))]),
    ...(behindProxies
      ? [
          map(template($('mcp_believed_is'), '|', $('http_x_forwarded_host')), 'mcp_named_host', $('http_host'), [
            entry(mapPattern('^yes\\|(?<mcp_found_value>.+)'), $('mcp_found_value')),
          ]),
        ]
      : []),
    because(
      'A target in absolute form names its host itself; a missing Host is missing nevertheless (RFC 9112 §3.2).',
      map(template($('request'), '|', $('http_host')), 'mcp_authority', mapKey(''), [
        entry(mapPattern('\\|$'), mapKey('')),
        entry(mapPattern('^\\S+ +/'), $(behindProxies ? 'mcp_named_host' : 'http_host')),
        entry(mapPattern('^\\S+ +https?://(?<mcp_found_value>[^/?# ]*)', true), $('mcp_found_value')),
      ]),
    ),
    map($('mcp_authority'), 'mcp_host', mapKey(''), hostEntries()),
    map(template($('server_protocol'), ' ', $('http_expect')), 'mcp_expect_is', 'ok', [
      entry(mapPattern('^HTTP/1\\.1 (?:.*\\W)?100-continue(?:\\W|$)', true), 'ok'),
      entry(mapPattern('^HTTP/1\\.1 .'), 'other'),
    ]),
    because(
      'Other offers, such as h2c, may be passed over (RFC 9110 §7.8).',
      map($('http_upgrade'), 'mcp_upgrade_is', 'ok', [entry(mapPattern('websocket', true), 'websocket')]),
    ),
    because(
      'Only the literal spelling of a path is a route: what some hop would rewrite is none.',
      map($('request_uri'), 'mcp_path_is', 'path', [
        // Node's parser, which the gateway uses, refuses every other character than printable ASCII (RFC 3986 §2).
        entry(mapPattern('[^\\x21-\\x7e]'), 'malformed'),
        entry(mapPattern('^[^?]*(?:%|//|/\\.\\.?(?:[/?]|$))'), 'not-literal'),
        entry(mapPattern('^/health(?:/live|/ready)?(?:\\?|$)'), 'health'),
      ]),
    ),
  ];
}

/** From an authority to its host, without port and trailing dot. */
export function hostEntries(): readonly Entry[] {
  return [
    entry(mapPattern(`^(?<mcp_found_host>${REG_NAME})\\.?${PORT}$`, true), $('mcp_found_host')),
    entry(mapPattern(`^(?<mcp_found_literal>${IP_LITERAL})${PORT}$`, true), $('mcp_found_literal')),
  ];
}

/** The client's address is the right-most one that is not a trusted proxy's. `$realip_remote_addr` stays the address of the peer (ngx_http_realip_module). */
function trust(proxies: readonly string[]): readonly Item[] {
  const networks = [...new Set(proxies)];
  return [
    section('trusted proxies', 'These may say for whom they ask. Whatever anybody else sends in X-Forwarded-* is replaced.'),
    geo($('realip_remote_addr'), 'mcp_trusted', '0', networks.map((cidr) => entry(network(cidr), '1'))),
    ...networks.map((cidr) => line('set_real_ip_from', network(cidr))),
    line('real_ip_header', 'X-Forwarded-For'),
    line('real_ip_recursive', 'on'),
  ];
}
