/** The decision: the rows of the gateway's own table that nginx decides, in their order, over the facts that the maps found out. */
import type { Plan } from '../../plan/types.js';
import { ROW_MEANING } from '../../gateway/row-meaning.js';
import { ROWS, type Row } from '../../gateway/runtime/decision/rows.js';
import type { Step } from '../../gateway/runtime/decision/steps.js';
import { REASONS, type Reason } from '../../gateway/runtime/decision/reasons.js';
import { because, block, entry, line, map, section } from './directives.js';
import { $, mapKey, mapPattern, template, when, word } from './tokens.js';
import type { Directive, Entry, Item } from './types.js';

/** Rows that nginx decides; one more in the gateway's table does not compile until it is here. */
type DecidedRow = Extract<(typeof ROWS)[number], { readonly nginx: 'decides' }>['id'];
type Line = readonly [fact: string, refuse: Reason | 'pass'];

function linesOf({ traffic }: Plan): Readonly<Record<DecidedRow, readonly Line[]>> {
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

/** What the gateway's parser refuses before any row is asked. */
const BEFORE: readonly Line[] = [
  ['path:malformed', 'malformed-request'],
  ['expect:other', 'expectation-unsupported'],
];

/** Every reason the maps can give. */
export function decidedReasons(plan: Plan): readonly Reason[] {
  return [...BEFORE, ...Object.values(linesOf(plan)).flat()].flatMap(([, reason]) => (reason === 'pass' ? [] : [reason]));
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
      ...BEFORE.map((one, index) => decisionEntry(one, index === 0 ? 'before all rows: the parser' : undefined)),
      ...decided.flatMap((row) => lines[row.id as DecidedRow].map((one, index) => decisionEntry(one, index === 0 ? rowLabel(row) : undefined))),
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

function decisionEntry([fact, reason]: Line, comment?: string): Entry {
  return entry(mapPattern(fact), reason === 'pass' ? mapKey('') : word(reason), comment);
}

function statusMap(reasons: readonly Reason[]): Directive {
  const entries = [...statuses(reasons)].map(([status, names]) => entry(mapPattern(`^00. (?:${names.join('|')})$`), String(status)));
  const { block: items = [], ...directive } = map(template($('status'), ' ', $('mcp_refuse')), 'mcp_status', mapKey(''), entries);
  // Without it a variable keeps its first value for as long as the request lasts.
  return { ...directive, block: [line('volatile'), ...items] };
}

function statuses(reasons: readonly Reason[]): ReadonlyMap<number, readonly Reason[]> {
  const found = new Map<number, Reason[]>();
  for (const reason of [...new Set(reasons)].sort()) found.set(REASONS[reason].status, [...(found.get(REASONS[reason].status) ?? []), reason]);
  return new Map([...found].sort(([a], [b]) => a - b));
}

/** Refuses before a location is chosen, so that nothing of a location (size, rate) comes first. `if` with `return` alone is safe. */
export function refuseEarly(plan: Plan): readonly Directive[] {
  const found = [...statuses(decidedReasons(plan)).keys()].map(String);
  return found.map((status) => block('if', [when('mcp_status', status)], [line('return', status)]));
}
