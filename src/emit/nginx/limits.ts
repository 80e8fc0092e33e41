/** Rows 6 and 7, as far as nginx can decide them: sizes by nginx's own limits, and the rate of an address by a meter that is equal to the gateway's bucket. */
import type { RateTable } from '../../gateway/runtime/tables/caller.js';
import type { Plan } from '../../plan/types.js';
import { because, entry, line, map, section } from './directives.js';
import { $, mapKey, mapPattern, size, template, word, type Word } from './tokens.js';
import type { Directive, Item } from './types.js';

/** The content types that the gateway accepts too (`gateway/runtime/decision/rows.ts`): JSON, with the charset UTF-8 or with no charset. */
const JSON_TYPE = '\\s*application/json\\s*(?:$|;(?!.*charset)|;\\s*charset="?utf-?8"?\\s*(?:$|;(?!.*charset)))';
const ADDRESS_ZONE = 'mcp_address';

export function limits({ traffic }: Plan): readonly Item[] {
  return [
    section('rows 6 and 7: sizes and rates'),
    because(
      'A line of the head must fit into one buffer; 431 beyond. The gateway counts exactly, and refuses what is a little too large.',
      line('large_client_header_buffers', '2', size(traffic.limits.headers)),
    ),
    line('client_max_body_size', size(traffic.limits.body)),
    map(template($('mcp_method'), ' ', $('http_content_type')), 'mcp_type_is', 'ok', [
      entry(mapPattern(`^POST ${JSON_TYPE}`, true), 'ok'),
      entry(mapPattern('^POST '), 'other'),
    ]),
    because(
      'What the gateway answers before it counts is not counted here: an empty key is no key.',
      map($('mcp_preflight_is'), 'mcp_rate_key', $('binary_remote_addr'), [entry(mapKey('allowed'), mapKey(''))]),
    ),
    because(
      '10m hold the meters of about 80,000 addresses; the oldest make room.',
      line('limit_req_zone', $('mcp_rate_key'), zone('10m'), rate(traffic.limits.perAddress)),
    ),
    line('limit_req_status', '429'),
    line('limit_req_log_level', 'info'),
  ];
}

/** A bucket of n tokens lets n requests pass at once. nginx says the same as one request and a burst of n - 1. */
export function rateLimit({ traffic }: Plan): Directive {
  const { tokens } = traffic.limits.perAddress;
  const burst = tokens > 1 ? [word(`burst=${tokens - 1}`), 'nodelay'] : [];
  return line('limit_req', word(`zone=${ADDRESS_ZONE}`), ...burst);
}

const zone = (bytes: string): Word => word(`zone=${ADDRESS_ZONE}:${bytes}`);

/** nginx takes whole requests per second or per minute. Any other rate is rounded up, so that nginx never lets fewer requests through than the gateway. */
function rate({ tokens, window }: RateTable): Word {
  const perSecond = (tokens * 1000) / window;
  if (Number.isInteger(perSecond)) return word(`rate=${perSecond}r/s`);
  return word(`rate=${Math.ceil((tokens * 60_000) / window)}r/m`);
}
