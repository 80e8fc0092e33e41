/** How nginx passes requests on to the gateway: the headers that it sets, its timeouts, no buffering, and what it may send a second time. */
import { longestTimeout } from '../../plan/longest-timeout.js';
import type { NginxPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { refuseAddress } from './allow.js';
import { clearedHeaders } from './cleared.js';
import { because, block, entry, line, map, section } from './directives.js';
import { takesForwarded } from './origins.js';
import { rateLimit } from './limits.js';
import { titled } from './refusals.js';
import { has, type Release } from './release.js';
import { largestHead } from './largest-head.js';
import { WAYS } from './run.js';
import { $, mapKey, mapPattern, number, pattern, seconds, size, template, text, when, type Template } from './tokens.js';
import type { Directive, Item } from './types.js';
import { UPSTREAM } from './upstream.js';

/** The gateway is on the same machine or network, so a slow connection means that its address is gone, and a request should not wait for it. */
const CONNECT_TIMEOUT_MS = 2000;
/** nginx waits longer than the gateway by this much, so that the gateway's own answer to a timeout still arrives. */
const LONGER_THAN_GATEWAY_MS = 5000;

/** Headers of one hop alone, beside those that nginx itself does not pass on. */
const OF_ONE_HOP = ['Proxy-Authorization', 'Proxy-Connection', 'Trailer', 'Upgrade'];

export function proxy(plan: Plan, release: Release): readonly Item[] {
  const { traffic, infra } = plan;
  const gatewayTimeouts = (['firstByte', 'response', 'idleStream'] as const).map((name) => longestTimeout(traffic, name));
  const timeout = seconds(Math.max(...gatewayTimeouts) + LONGER_THAN_GATEWAY_MS);
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
    because(
      [
        'What Connection names is for the client’s hop alone (RFC 9110 §7.6.1). nginx cannot leave out headers by a list that comes with the request:',
        'the gateway does, and is told the list.',
      ],
      line('proxy_set_header', 'X-Forwarded-Connection', $('http_connection')),
    ),
    ...[...OF_ONE_HOP, ...(has(release, 'keeps-upstream-alive') ? [] : ['Connection'])].map((name) => line('proxy_set_header', name, text(''))),
    because('Room for the names of the headers that are set and cleared.', line('proxy_headers_hash_max_size', '4096')),
    line('proxy_headers_hash_bucket_size', '128'),
    ...clearedHeaders(plan).map((name, index) => {
      const cleared = line('proxy_set_header', titled(name), text(''));
      return index === 0 ? because('Claims about the caller that are known by name; the gateway knows them by rule.', cleared) : cleared;
    }),
    because('Event streams and bodies pass as they come.', line('proxy_buffering', 'off')),
    line('proxy_request_buffering', 'off'),
    line('gzip', 'off'),
    because(
      'Holds the largest head that the gateway sends: an answer whose head is larger is a 502 here, though its call has run.',
      line('proxy_buffer_size', size(largestHead(traffic))),
    ),
    because('None of these are used. There must be room for two of the size above.', line('proxy_buffers', '4', size(largestHead(traffic)))),
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
    line('proxy_next_upstream_tries', number(Math.max(2, infra.gateway.replicas))),
    line('proxy_connect_timeout', seconds(CONNECT_TIMEOUT_MS)),
    line('proxy_read_timeout', timeout),
    line('proxy_send_timeout', timeout),
  ];
}

/**
 * Variables for `X-Forwarded-*`. A trusted proxy's own headers are passed on. Where they may stand in for a missing Origin, they are sent only when they do:
 * the gateway believes nginx, and would otherwise take our own host for the origin of every client that sends no Origin.
 */
function forwarded(originFallback: boolean): readonly Item[] {
  const withTrust = (name: 'http_x_forwarded_port' | 'http_x_forwarded_proto'): Template => template($('mcp_trusted'), '|', $(name));
  const valueOfProxy = entry(mapPattern('^1\\|(?<mcp_found_value>.+)'), $('mcp_found_value'));
  const madeUp = template($('http_origin'), '|', $('mcp_origin'));
  const ifMadeUp = mapPattern('^\\|.');
  return [
    map(withTrust('http_x_forwarded_port'), 'mcp_forwarded_port', $('server_port'), [valueOfProxy]),
    ...(originFallback
      ? [
          map(madeUp, 'mcp_forwarded_host', $('mcp_host'), [entry(ifMadeUp, $('http_x_forwarded_host'))]),
          map(madeUp, 'mcp_forwarded_proto', mapKey(''), [entry(ifMadeUp, $('http_x_forwarded_proto'))]),
        ]
      : [map(withTrust('http_x_forwarded_proto'), 'mcp_forwarded_proto', $('scheme'), [valueOfProxy])]),
  ];
}

/** Requests are sent here inside nginx. No route can have a colon, so this path collides with none. */
const QUOTABLE_PATH = '/:quotable';

/** A refused request never reaches a location. If one ever did, this directive would still refuse it. */
const refuseAgain = (): Directive => block('if', [when('mcp_refuse')], [line('return', '400')]);

export function gatewayLocations(plan: Plan, { run }: NginxPlan): readonly Directive[] {
  return [
    healthLocation(),
    block('location', [text('/')], [
      refuseAgain(),
      block('if', [when('mcp_type_is', 'other')], [line('return', '415')]),
      ...refuseAddress(plan),
      block('if', [when('mcp_quotable')], [line('rewrite', pattern('^'), text(QUOTABLE_PATH), 'last')]),
      rateLimit(plan),
      line('proxy_pass', text(`http://${UPSTREAM.name}`)),
    ]),
    because(
      'The same for requests that the error log may quote, with the path that was sent.',
      block('location', ['=', text(QUOTABLE_PATH)], [
        line('internal'),
        refuseAgain(),
        line('error_log', WAYS[run].errorLog, 'error'),
        rateLimit(plan),
        line('proxy_pass', template(`http://${UPSTREAM.name}`, $('request_uri'))),
      ]),
    ),
  ];
}

/** The location of health checks. Row 0 lets them pass before any limit is asked. */
export function healthLocation(): Directive {
  return block('location', ['~', pattern('^/health(?:/live|/ready)?$')], [
    refuseAgain(),
    line('access_log', 'off'),
    line('client_max_body_size', '0'),
    line('proxy_pass', text(`http://${UPSTREAM.name}`)),
  ]);
}
