/** The way to the gateway: what it is told, how long it may take, and that nothing is sent twice or held back. */
import { longestTimeout } from '../../plan/longest-timeout.js';
import type { Plan } from '../../plan/types.js';
import { because, block, entry, line, map, section } from './directives.js';
import { takesForwarded } from './origins.js';
import { rateLimit } from './limits.js';
import { has, type Release } from './release.js';
import { $, mapKey, mapPattern, pattern, seconds, template, text, when, type Template } from './tokens.js';
import type { Directive, Item } from './types.js';
import { GATEWAY } from './upstream.js';

/** The gateway is on the same machine or network; an address that has gone must not hold a request. */
const CONNECT = 2000;
/** nginx waits longer than the gateway, so that the gateway's own answer to a timeout arrives. */
const LONGER = 5000;

/** For this hop alone, set by it alone, or somebody's word on who is asking, which nobody in front of here may give. */
const CLEARED = [
  ...['Forwarded', 'Proxy', 'Proxy-Authorization', 'Proxy-Connection', 'Trailer', 'Upgrade'],
  ...['X-Forwarded-Email', 'X-Forwarded-Groups', 'X-Forwarded-Prefix', 'X-Forwarded-Server', 'X-Forwarded-User'],
  ...['X-Original-Host', 'X-Original-URL', 'X-Remote-User', 'X-Rewrite-URL', 'X-Tenant', 'X-Tenant-ID', 'X-User'],
];

export function proxy({ traffic }: Plan, release: Release): readonly Item[] {
  const patience = seconds(Math.max(longestTimeout(traffic, 'firstByte'), longestTimeout(traffic, 'response'), longestTimeout(traffic, 'idleStream')) + LONGER);
  const behindProxies = traffic.trustedProxies.length > 0;
  return [
    section('the way to the gateway'),
    ...(behindProxies ? forwarded(takesForwarded(traffic)) : []),
    ...(has(release, 'keeps-upstream-alive')
      ? []
      : [because('With the empty Connection below: what nginx before 1.29.7 needs to keep connections.', line('proxy_http_version', '1.1'))]),
    because(
      'All of them here: one proxy_set_header in a location would drop every one of these there.',
      line('proxy_set_header', 'Host', $('mcp_host')),
    ),
    line('proxy_set_header', 'X-Forwarded-For', $('remote_addr')),
    line('proxy_set_header', 'X-Forwarded-Host', $(takesForwarded(traffic) ? 'mcp_forwarded_host' : 'mcp_host')),
    line('proxy_set_header', 'X-Forwarded-Port', $(behindProxies ? 'mcp_forwarded_port' : 'server_port')),
    line('proxy_set_header', 'X-Forwarded-Proto', $(behindProxies ? 'mcp_forwarded_proto' : 'scheme')),
    line('proxy_set_header', 'X-Real-IP', $('remote_addr')),
    line('proxy_set_header', 'X-Request-Id', $('request_id')),
    ...[...CLEARED, ...(has(release, 'keeps-upstream-alive') ? [] : ['Connection'])].map((name) => line('proxy_set_header', name, text(''))),
    because('Event streams and bodies pass as they come.', line('proxy_buffering', 'off')),
    line('proxy_request_buffering', 'off'),
    line('gzip', 'off'),
    because(
      'A client that leaves cancels what it asked for (MCP 2026-07-28), so the gateway is told.',
      line('proxy_ignore_client_abort', 'off'),
    ),
    because(
      'A server behind the gateway must not steer this nginx; a proxy in front of it may be told not to buffer.',
      line('proxy_ignore_headers', 'X-Accel-Redirect', 'X-Accel-Expires', 'X-Accel-Limit-Rate', 'X-Accel-Buffering', 'X-Accel-Charset'),
    ),
    line('proxy_pass_header', 'X-Accel-Buffering'),
    because(
      [
        'Another gateway is tried when one cannot be reached. A POST that was sent is never sent again: its body was not kept, and a tool must',
        'not run twice. GET and DELETE may be, being idempotent (RFC 9110 §9.2.2).',
      ],
      line('proxy_next_upstream', 'error', 'timeout'),
    ),
    line('proxy_next_upstream_tries', '2'),
    line('proxy_connect_timeout', seconds(CONNECT)),
    line('proxy_read_timeout', patience),
    line('proxy_send_timeout', patience),
  ];
}

/**
 * Behind a trusted proxy its word stands. Where these headers may make up for a missing Origin, the gateway gets them only when they do: it
 * believes this hop, and would take our own name for the origin of every client that sends none.
 */
function forwarded(originFallback: boolean): readonly Item[] {
  const said = (name: 'http_x_forwarded_port' | 'http_x_forwarded_proto'): Template => template($('mcp_trusted'), '|', $(name));
  const theirs = entry(mapPattern('^1\\|(?<mcp_found_value>.+)'), $('mcp_found_value'));
  const madeUp = template($('http_origin'), '|', $('mcp_origin'));
  const ifMadeUp = mapPattern('^\\|.');
  return [
    map(said('http_x_forwarded_port'), 'mcp_forwarded_port', $('server_port'), [theirs]),
    ...(originFallback
      ? [
          map(madeUp, 'mcp_forwarded_host', $('mcp_host'), [entry(ifMadeUp, $('http_x_forwarded_host'))]),
          map(madeUp, 'mcp_forwarded_proto', mapKey(''), [entry(ifMadeUp, $('http_x_forwarded_proto'))]),
        ]
      : [map(said('http_x_forwarded_proto'), 'mcp_forwarded_proto', $('scheme'), [theirs])]),
  ];
}

/** What was refused above never comes here; should it ever, this is the last door. */
const closed = (): Directive => block('if', [when('mcp_refuse')], [line('return', '400')]);

export function gatewayLocations(plan: Plan): readonly Directive[] {
  const pass = line('proxy_pass', text(`http://${GATEWAY}`));
  return [
    healthLocation(),
    block('location', [text('/')], [
      closed(),
      block('if', [when('mcp_type_is', 'other')], [line('return', '415')]),
      rateLimit(plan),
      pass,
    ]),
  ];
}

/** Row 0 answers these before any limit. */
export function healthLocation(): Directive {
  return block('location', ['~', pattern('^/health(?:/live|/ready)?$')], [
    closed(),
    line('access_log', 'off'),
    line('client_max_body_size', '0'),
    line('proxy_pass', text(`http://${GATEWAY}`)),
  ]);
}
