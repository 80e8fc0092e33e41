/** Prints what was decided again from audit lines: all of a single one, and of several those that differ. */
import type { Judged } from '../../decision.js';
import { painter } from '../../policy/render/paint.js';
import type { Outcome, Replay } from '../../replay.js';
import { stepsJson, stepsText, whereIs, type StepsOptions } from './steps.js';

/** What of a text was read: decisions made again, and how many lines tell of none. */
export interface Replays {
  readonly replays: readonly Numbered[];
  /** Lines about operators, who are judged by their token alone. */
  readonly admin: number;
  /** Lines that are not of the audit. */
  readonly others: number;
}

export type Numbered = Replay & { readonly number: number };

export function replaysText({ replays, admin, others }: Replays, options: StepsOptions): string {
  const [only] = replays;
  const steps = replays.length === 1 && only?.judged ? stepsText(only.judged, options) : '';
  const differing = replays.filter(({ differences }) => differences.length > 0);
  const told = differing.map((one) => differenceText(one, options)).join('');
  const same = replays.length - differing.length;
  const counts = [
    `${same} of ${replays.length} ${replays.length === 1 ? 'decision' : 'decisions'} as before`,
    ...(differing.length > 0 ? [`${differing.length} would be otherwise`] : []),
    ...(admin > 0 ? [`${admin} about operators, whose tokens decide`] : []),
    ...(others > 0 ? [`${others} ${others === 1 ? 'line is' : 'lines are'} not of the audit`] : []),
  ];
  return `${steps}${told}${counts.join(', ')}\n`;
}

function differenceText({ number, line, was, now, differences }: Numbered, options: StepsOptions): string {
  const paint = painter(options.colour);
  const what = [line.method, line.path, line.tool ?? line.prompt ?? line.resource ?? line.rpc].filter((one) => one !== null && one !== undefined);
  const places = [placeText('decided then by', was, options), ...(now ? [placeText('now by', now, options)] : [])].flat();
  return [
    `${paint('bold', `line ${number}`)} ${line.timestamp} ${line.request_id} ${what.join(' ')}`,
    ...differences.map((difference) => `  ${paint('red', 'differs')} ${difference}`),
    ...places.map((place) => `  ${paint('dim', '-->')} ${place}`),
    '',
  ].join('\n');
}

function placeText(what: string, { rule }: Outcome, options: StepsOptions): string[] {
  return rule === null ? [] : [`${what} ${rule}: ${whereIs(rule, options)}`];
}

export function replaysJson({ replays, admin, others }: Replays, options: StepsOptions): string {
  const lines = replays.map(({ number, line, was, now, judged, differences }) => ({
    line: number,
    requestId: line.request_id,
    same: differences.length === 0,
    was,
    now,
    differences,
    ...(judged && { steps: stepsOf(judged, options) }),
  }));
  const summary = { decisions: replays.length, same: lines.filter(({ same }) => same).length, admin, others };
  return `${JSON.stringify({ formatVersion: '1', lines, summary }, null, 2)}\n`;
}

const stepsOf = (judged: Judged, options: StepsOptions): unknown => (JSON.parse(stepsJson(judged, options)) as { steps: unknown }).steps;
