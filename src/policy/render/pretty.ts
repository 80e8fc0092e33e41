import type { Severity } from '../../plan/policy-types.js';
import type { Finding, Fix } from '../types.js';
import { type Paint, painter, type Style } from './paint.js';
import { countsOf, explainCommand, SEVERITY_WORDS, type Located, type Report, type Reported } from './report.js';

export interface PrettyOptions {
  readonly colour: boolean;
}

const STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warn: 'yellow', info: 'cyan' };
const SHOWN_ARTEFACTS = 3;

/** Findings for people, and a summary as the last line. What is suppressed is counted and not shown. */
export function renderPretty(report: Report, options: PrettyOptions): string {
  const shown = report.reported.filter(({ finding }) => finding.suppressed === null);
  return [...shown.map((one) => renderFinding(one, options)), renderSummary(report, options)].join('\n');
}

/** One finding, as several lines that each end in a line break. */
export function renderFinding({ finding, located, places, environments }: Reported, { colour }: PrettyOptions): string {
  const paint = painter(colour);
  const { severity } = finding;
  const lines = [
    `${paint(STYLES[severity], `${SEVERITY_WORDS[severity]}[${finding.code}]`)} ${paint('bold', `${finding.slug}:`)} ${onOneLine(finding.message)}`,
    ...place(finding, located, paint),
    ...finding.related.map(({ at, message }) => note('see', `${placeName(at, places)}: ${message}`, paint)),
    note('help', finding.help, paint),
    ...(finding.fix ? [note('fix', fixText(finding.fix, places), paint)] : []),
    ...(environments.length > 0 ? [note('in', environments.join(', '), paint)] : []),
    ...(finding.artefacts.length > 0 ? [note('seen', artefacts(finding), paint)] : []),
    note('docs', explainCommand(finding.code), paint),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function place({ at, sensitive }: Finding, located: Located | null, paint: Paint): readonly string[] {
  const arrow = paint('dim', '  -->');
  if (!located) return at === '' ? [] : [`${arrow} ${at}`];
  const { file, line, column, exact, frame } = located;
  const whole = `${arrow} ${file}:${line}:${column}${exact ? '' : paint('dim', ` (nearest to ${at})`)}`;
  if (sensitive) return [whole, note('note', 'the line holds the secret, so it is not shown', paint)];
  return frame === null ? [whole] : [whole, frame.replace(/\n+$/, '')];
}

/** What is written where; or the sentence that stands for it. */
function fixText({ title, edits }: Fix, places: Reported['places']): string {
  if (edits.length === 0) return title;
  return edits.map(({ at, text }) => (text === null ? `remove ${placeName(at, places)}` : `write ${text} at ${placeName(at, places)}`)).join('; ');
}

function placeName(at: string, places: Reported['places']): string {
  const location = places.get(at);
  return location?.exact ? `${location.file}:${location.line}:${location.column}` : at;
}

function note(kind: string, text: string, paint: Paint): string {
  return `  ${paint('dim', '=')} ${paint('bold', `${kind}:`)} ${onOneLine(text)}`;
}

function artefacts({ artefacts }: Finding): string {
  const shown = artefacts.slice(0, SHOWN_ARTEFACTS).map(({ file, line }) => `${file}:${line}`);
  const more = artefacts.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Text from a config may hold line breaks and terminal escapes, and a finding must not be able to draw another one. */
function onOneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ');
}

/** `3 errors, 2 warnings (1 suppressed) · 20 rules · 0.4 s` and a line break. */
export function renderSummary(report: Report, { colour }: PrettyOptions): string {
  const paint = painter(colour);
  const { suppressed, ...standing } = countsOf(report);
  const parts = (['error', 'warn', 'info'] as const).flatMap((severity) => {
    const count = standing[severity];
    return count === 0 ? [] : [paint(STYLES[severity], `${count} ${SEVERITY_WORDS[severity]}${count === 1 ? '' : 's'}`)];
  });
  const found = parts.length === 0 ? 'no findings' : parts.join(', ');
  const hidden = suppressed === 0 ? '' : ` (${suppressed} suppressed)`;
  return `${found}${hidden} · ${report.rules} ${report.rules === 1 ? 'rule' : 'rules'} · ${(report.milliseconds / 1000).toFixed(1)} s\n`;
}
