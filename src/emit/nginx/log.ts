/** The access log. */
import type { Plan } from '../../plan/types.js';
import { line, section } from './directives.js';
import { $, template, text, word, type Template } from './tokens.js';
import type { Item } from './types.js';

const FIELDS: readonly (readonly [name: string, value: Template, isNumber?: true])[] = [
  ['timestamp', $('time_iso8601')],
  ['request_id', $('request_id')],
  ['address', $('remote_addr')],
  ['host', $('mcp_host')],
  ['method', $('mcp_method')],
  ['path', $('mcp_logged_path')],
  ['status', $('status'), true],
  ['reason', $('mcp_refuse')],
  ['upstream_status', $('upstream_status')],
  ['upstream_request_id', $('upstream_http_x_request_id')],
  ['bytes', $('body_bytes_sent'), true],
  ['duration_s', $('request_time'), true],
];

export function log({ traffic }: Plan): readonly Item[] {
  if (!traffic.log.requests) return [section('log'), line('access_log', 'off')];
  const fields = FIELDS.flatMap(([name, value, isNumber], index) => {
    const quote = isNumber ? '' : '"';
    return [`${index === 0 ? '' : ','}"${name}":${quote}`, value, quote];
  });
  return [
    section('log', 'One JSON object per request. No query, no credentials, no other header of the client’s.'),
    line('log_format', 'mcpgen', word('escape=json'), template('{"service":"nginx",', ...fields, '}')),
    line('access_log', text('/dev/stdout'), 'mcpgen'),
  ];
}
