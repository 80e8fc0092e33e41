/** The access log, and which requests the error log may quote. */
import type { NginxPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { because, entry, line, map, section } from './directives.js';
import { REASONS } from '../../gateway/runtime/decision/reasons.js';
import { decidedReasons } from './decision.js';
import { originOf } from './origins.js';
import { WAYS } from './run.js';
import { $, mapKey, mapPattern, template, text, word, type Template } from './tokens.js';
import type { Directive, Item } from './types.js';

const FIELDS: readonly (readonly [name: string, value: Template, isNumber?: true])[] = [
  ['timestamp', $('time_iso8601')],
  ['request_id', $('request_id')],
  ['address', $('remote_addr')],
  ['host', $('mcp_host')],
  ['method', $('mcp_method')],
  ['path', $('mcp_logged_path')],
  ['status', $('status'), true],
  ['reason', $('mcp_refuse')],
  ['message', $('mcp_note')],
  // Of these five there may be several, one for each gateway that was tried, and a dash for what did not happen.
  ['upstream_addr', $('upstream_addr')],
  ['upstream_status', $('upstream_status')],
  ['upstream_connect_s', $('upstream_connect_time')],
  ['upstream_header_s', $('upstream_header_time')],
  ['upstream_response_s', $('upstream_response_time')],
  ['upstream_request_id', $('upstream_http_x_request_id')],
  ['bytes', $('body_bytes_sent'), true],
  ['duration_s', $('request_time'), true],
];

export function log(plan: Plan, { run }: NginxPlan): readonly Item[] {
  return [
    section('log', 'One JSON object per request. No query, no credentials; of the other headers of the client’s only an origin that was refused.'),
    ...(plan.traffic.log.requests ? [note(plan), ...accessLog(run)] : [line('access_log', 'off')]),
    because(
      [
        'Why no gateway could be reached is in the error log, which quotes the request line as it was sent, and the Referer. So it is told only of',
        'requests that have a query in neither, and nothing below crit of any other: a key may stand in a query.',
      ],
      line('error_log', WAYS[run].errorLog, 'crit'),
    ),
    map(template($('request_uri'), ' ', $('http_referer')), 'mcp_quotable', '1', [entry(mapPattern('\\?'), mapKey(''))]),
  ];
}

function accessLog(run: NginxPlan['run']): readonly Directive[] {
  const fields = FIELDS.flatMap(([name, value, isNumber], index) => {
    const quote = isNumber ? '' : '"';
    return [`${index === 0 ? '' : ','}"${name}":${quote}`, value, quote];
  });
  return [
    line('log_format', 'mcpgen', word('escape=json'), template('{"service":"nginx",', ...fields, '}')),
    line('access_log', WAYS[run].accessLog, 'mcpgen'),
  ];
}

/** What the gateway's own line says of an origin that it refuses. It is the client's text: bounded, and of the characters that an origin has. */
function note(plan: Plan): Directive {
  const reasons = decidedReasons(plan).filter((reason) => 'origin' in REASONS[reason]);
  const failed = 'Origin validation failed for: ';
  return map(template($('mcp_refuse'), ' ', originOf(plan.traffic)), 'mcp_note', mapKey(''), [
    entry(mapPattern(`^(?:${reasons.join('|')}) (?<mcp_found_value>[ -~]{1,200})`), template(failed, $('mcp_found_value'))),
    entry(mapPattern(`^(?:${reasons.join('|')}) `), text(`${failed}none`)),
  ]);
}
