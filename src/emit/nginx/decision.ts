/** The decision of nginx. It has those rows of the gateway's table that nginx can decide, in the same order. Maps find out the facts that the rows look at. */
import type { Plan } from '../../plan/types.js';
import { ROW_MEANING } from '../../gateway/row-meaning.js';
import { ROWS, type Row } from '../../gateway/runtime/decision/rows.js';
import type { Step } from '../../gateway/runtime/decision/steps.js';
import { REASONS, type Reason } from '../../gateway/runtime/decision/reasons.js';
import { because, block, entry, line, map, section } from './directives.js';
import { $, mapKey, mapPattern, template, when, word } from './tokens.js';
import type { Directive, Entry, Item } from './types.js';

/** The rows that nginx decides. When the gateway's table gets one more such row, this file does not compile until the row has its lines here. */
type DecidedRow = Extract<(typeof ROWS)[number], { readonly nginx: 'decides' }>['id'];
type DecisionLine = readonly [fact: string, verdict: Reason | 'pass'];

function linesOf({ traffic }: Plan): Readonly<Record<DecidedRow, readonly DecisionLine[]>> {
  return {
    'normal-form': [
      ['origin:repeated', 'repeated-header'],
      ['host:malformed', 'malformed-request'],
      ['upgrade:websocket', 'upgrade-unsupported'],
      ['path:not-literal', 'path-not-literal'],
      ['path:health', 'pass'],
    ],
    host: [['host:unknown', 'unknown-host']],
    route: [['route: ', 'unknown-route']],
    preflight: [
      ['preflight:refused', 'preflight-refused'],
      ['preflight:allowed', 'pass'],
    ],
    origin: [...(traffic.requireOrigin ? [['origin:absent', 'origin-required'] as const] : []), ['origin:refused', 'origin-not-allowed']],
    method: [['method:other', 'method-not-allowed']],
  };
}

const FACTS = template(
  ...['expect:', $('mcp_expect_is'), ' origin:', $('mcp_origin_is'), ' host:', $('mcp_host_is'), ' upgrade:', $('mcp_upgrade_is')],
  ...[' path:', $('mcp_path_is'), ' route:', $('mcp_route'), ' preflight:', $('mcp_preflight_is'), ' method:', $('mcp_method_is')],
);

/** Requests that the gateway's parser refuses before the first row is asked. */
const PARSER_LINES: readonly DecisionLine[] = [
  ['path:malformed', 'malformed-request'],
  ['expect:other', 'expectation-unsupported'],
];

/** All reasons for which nginx itself can refuse a request. */
export function decidedReasons(plan: Plan): readonly Reason[] {
  return [...PARSER_LINES, ...Object.values(linesOf(plan)).flat()].flatMap(([, reason]) => (reason === 'pass' ? [] : [reason]));
}

export function decision(plan: Plan): readonly Item[] {
  const lines = linesOf(plan);
  const decided: readonly Row[] = ROWS.filter(({ nginx }) => nginx === 'decides');
  return [
    section(
      'the decision',
      'The first line that fits decides, so their order is the order of the rows.',
      'The facts are words of ours: nothing that a client sends is matched here.',
    ),
    map(FACTS, 'mcp_refuse', mapKey(''), [
      ...PARSER_LINES.map((decisionLine, index) => decisionEntry(decisionLine, index === 0 ? 'before all rows: the parser' : undefined)),
      ...decided.flatMap((row) =>
        lines[row.id as DecidedRow].map((decisionLine, index) => decisionEntry(decisionLine, index === 0 ? rowLabel(row) : undefined)),
      ),
    ]),
    because(
      [
        'A status while there is none yet ($status is 000, for HTTP/0.9 009):',
        'the answer to a refusal passes the server block a second time, and must not be refused again.',
      ],
      statusMap(decidedReasons(plan)),
    ),
  ];
}

const rowLabel = ({ id }: Row): string => `${ROWS.findIndex((row) => row.id === id)}: ${ROW_MEANING[id as Step]}`;

function decisionEntry([fact, verdict]: DecisionLine, comment?: string): Entry {
  return entry(mapPattern(fact), verdict === 'pass' ? mapKey('') : word(verdict), comment);
}

/** The map from the reason to the status that nginx refuses with. Its keys begin with the status so far, which is 000 or 009 while there is none. */
function statusMap(reasons: readonly Reason[]): Directive {
  const entries = [...statuses(reasons)].map(([status, names]) => entry(mapPattern(`^00. (?:${names.join('|')})$`), String(status)));
  const { block: items = [], ...directive } = map(template($('status'), ' ', $('mcp_refuse')), 'mcp_status', mapKey(''), entries);
  // nginx keeps the first value of a variable for the whole request, unless its map is volatile.
  return { ...directive, block: [line('volatile'), ...items] };
}

function statuses(reasons: readonly Reason[]): ReadonlyMap<number, readonly Reason[]> {
  const byStatus = new Map<number, Reason[]>();
  for (const reason of [...new Set(reasons)].sort()) {
    const { status } = REASONS[reason];
    byStatus.set(status, [...(byStatus.get(status) ?? []), reason]);
  }
  return new Map([...byStatus].sort(([a], [b]) => a - b));
}

/** Directives that refuse before nginx chooses a location, whose size and rate would otherwise come first. An `if` that holds only a `return` is safe. */
export function refuseEarly(plan: Plan): readonly Directive[] {
  const refused = [...statuses(decidedReasons(plan)).keys()].map(String);
  return refused.map((status) => block('if', [when('mcp_status', status)], [line('return', status)]));
}
