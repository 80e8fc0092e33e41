/** Refusals have the gateway's JSON and headers, whether a row of the decision refused the request or nginx's own parser and limits did. */
import type { CorsTable } from '../../gateway/runtime/tables/route.js';
import type { Plan } from '../../plan/types.js';
import { REASONS, refusalBody, type Reason } from '../../gateway/runtime/decision/reasons.js';
import { decidedReasons } from './decision.js';
import { because, block, entry, line, map, section } from './directives.js';
import { originOf } from './origins.js';
import { $, mapKey, mapPattern, template, text, type Template } from './tokens.js';
import type { Directive, Entry, Item } from './types.js';
import { documentPaths } from './well-known.js';

/** The location that refusals are sent from. No route can have a colon, so this path collides with none. */
const REFUSAL_PATH = '/:refusal';

/** The reasons for statuses that no row has chosen: those of nginx's parser, of its limits, and of the connection to the gateway. */
const REASONS_OF_NGINX: readonly Reason[] = [
  ...(['malformed-request', 'method-not-allowed', 'request-timeout', 'body-too-large', 'content-type-unsupported'] as const),
  ...(['expectation-unsupported', 'unknown-host', 'address-not-allowed', 'address-rate', 'headers-too-large', 'upstream-lost', 'upstream-timeout'] as const),
];

/** Statuses of nginx for which the gateway has another number (ngx_http_request.h: 494 is a too large header, 497 plain HTTP on an HTTPS port). */
const RENAMED_STATUSES: readonly (readonly [from: readonly number[], to: number])[] = [
  [[497, 501, 505], 400],
  [[414, 494], 431],
];

/**
 * Statuses of row 4 and later rows, beside a 403 that no row before them has given. Their answers have headers that depend on the origin
 * (`gateway/runtime/front/respond.ts`).
 */
const STATUSES_AFTER_ORIGIN = '405|408|413|415|429|50[024]';

export function refusals(plan: Plan): readonly Item[] {
  const { traffic } = plan;
  const decided = decidedReasons(plan).filter((reason) => !REASONS_OF_NGINX.includes(reason));
  const perToken = traffic.limits.perAddress.window / traffic.limits.perAddress.tokens;
  const accepted = template($('status'), ' ', $('mcp_origin_is'));
  const ifAccepted = mapPattern(`^(?:403|${STATUSES_AFTER_ORIGIN}) allowed$`);
  const hasDocuments = documentPaths(traffic).length > 0;
  const ifOpen = mapPattern(`^(?:403|${STATUSES_AFTER_ORIGIN}) open$`);
  return [
    section('refusals'),
    map(template($('status'), ' ', $('mcp_refuse')), 'mcp_refusal', bodyOf('internal'), [
      ...decided.map((reason) => entry(mapKey(`${REASONS[reason].status} ${reason}`), bodyOf(reason))),
      ...REASONS_OF_NGINX.map((reason) => entry(mapPattern(`^${REASONS[reason].status} `), bodyOf(reason))),
    ]),
    map(template($('status'), ' ', $('mcp_allow')), 'mcp_sent_allow', mapKey(''), [entry(mapPattern('^405 '), $('mcp_allow'))]),
    map($('status'), 'mcp_sent_retry', mapKey(''), [entry(mapKey('429'), String(Math.max(1, Math.ceil(perToken / 1000))))]),
    map(template($('status'), ' ', $('mcp_refuse')), 'mcp_sent_vary', mapKey(''), [
      entry(mapPattern(`^(?:403 (?:origin|$)|${STATUSES_AFTER_ORIGIN})`), 'Origin'),
    ]),
    map(accepted, 'mcp_sent_cors', mapKey(''), [entry(ifAccepted, originOf(traffic)), ...(hasDocuments ? [entry(ifOpen, text('*'))] : [])]),
    map(accepted, 'mcp_sent_expose', mapKey(''), [
      entry(ifAccepted, text(exposed(traffic.cors))),
      ...(hasDocuments ? [entry(ifOpen, text(EXPOSED))] : []),
    ]),
    ...(traffic.cors.credentials ? [map(accepted, 'mcp_sent_credentials', mapKey(''), [entry(ifAccepted, 'true')])] : []),
    ...errorPages(decided),
  ];
}

/** As headers are usually written. */
export const titled = (name: string): string => name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());

const REQUEST_ID = '<request id>';

function bodyOf(reason: Reason): Template {
  const [before = '', after = ''] = refusalBody(reason, null, REQUEST_ID).split(REQUEST_ID);
  return template(before, $('request_id'), after);
}

const EXPOSED = 'Mcp-Session-Id, WWW-Authenticate';

/** The same header as in `gateway/runtime/front/respond.ts`. */
function exposed({ exposeHeaders }: CorsTable): string {
  return [EXPOSED, ...exposeHeaders].join(', ');
}

/** Error pages lead to a path and not to a named location: nginx cannot use a named location for a malformed request line, and would send a 500 in HTML. */
function errorPages(decided: readonly Reason[]): readonly Directive[] {
  const statuses = [...new Set([...decided, ...REASONS_OF_NGINX].map((reason) => REASONS[reason].status)), 500];
  const unchanged = statuses.filter((status) => status !== 431).sort((a, b) => a - b);
  return [
    line('error_page', ...unchanged.map(String), text(REFUSAL_PATH)),
    ...RENAMED_STATUSES.map(([from, to]) => line('error_page', ...from.map(String), `=${to}`, text(REFUSAL_PATH))),
  ];
}

/** Who asks in plain HTTP must not be told that there is TLS only (RFC 6797 §7.2). */
const OF_TLS = 'strict-transport-security';

/** The security headers of answers that nginx gives itself. The gateway's own have them already, and pass as they are: each header has one owner. */
export function securityHeaders({ headers }: Plan['traffic'], isPlain = false): readonly Directive[] {
  return headers.filter(([name]) => !isPlain || name !== OF_TLS).map(([name, value]) => line('add_header', titled(name), text(value), 'always'));
}

/** @param isPlain the server is the one that leads plain HTTP to HTTPS */
export function refusalLocation({ traffic }: Plan, isPlain = false): Directive {
  const headers: readonly (readonly [string, Entry['value']])[] = [
    ['Access-Control-Allow-Origin', $('mcp_sent_cors')],
    ['Access-Control-Expose-Headers', $('mcp_sent_expose')],
    ...(traffic.cors.credentials ? [['Access-Control-Allow-Credentials', $('mcp_sent_credentials')] as const] : []),
    ['Allow', $('mcp_sent_allow')],
    ['Cache-Control', text('no-store')],
    ['Retry-After', $('mcp_sent_retry')],
    ['Vary', $('mcp_sent_vary')],
    ['X-Request-Id', $('request_id')],
  ];
  return block('location', ['=', text(REFUSAL_PATH)], [
    line('internal'),
    line('client_max_body_size', '0'),
    ...headers.map(([name, value], index) => {
      const header = line('add_header', name, value, 'always');
      return index === 0 ? because('An empty value sends no header.', header) : header;
    }),
    ...securityHeaders(traffic, isPlain),
    because('The status stays the one that nginx came here with.', line('return', '200', $('mcp_refusal'))),
  ]);
}
