import type { PlacedDiagnostic } from '../../compile.js';
import type { Diagnostic, Location } from '../../diagnostics/diagnostic.js';
import type { Mask } from '../../diagnostics/mask.js';
import { painter } from '../../policy/render/paint.js';
import { codeFrame } from '../../source/frame.js';
import { locateIn } from '../../source/locate.js';
import type { SourceGraph } from '../../source/source-graph.js';
import { maskFor, textOf } from './text-of.js';

export interface DiagnosticsOptions {
  readonly sources: SourceGraph | null;
  readonly cwd: string;
  readonly colour: boolean;
}

export interface LocatedDiagnostic {
  readonly diagnostic: Diagnostic;
  readonly location: Location | null;
  readonly environments: readonly string[];
}

/** Everything that is wrong with a config, in the order of the file. */
export function renderDiagnostics(diagnostics: readonly PlacedDiagnostic[], options: DiagnosticsOptions): string {
  const located = locateDiagnostics(diagnostics, options);
  const count = located.length;
  return `${located.map((one) => render(one, options)).join('\n')}\n${count} ${count === 1 ? 'problem' : 'problems'} in the config; nothing was written\n`;
}

/**
 * Places are found and secrets covered up. A problem of several environments is listed once. Where the compiler and validation report the same place, the
 * first of the two is kept.
 */
export function locateDiagnostics(diagnostics: readonly PlacedDiagnostic[], options: DiagnosticsOptions): readonly LocatedDiagnostic[] {
  const mask = maskFor(options.sources);
  const seen = new Map<string, { diagnostic: Diagnostic; location: Location | null; environments: string[] }>();
  for (const { diagnostic, environment } of diagnostics) {
    const location = locationOf(diagnostic, environment, options);
    const key = JSON.stringify(location?.exact ? [location.file, location.line, location.column] : [diagnostic.message, location]);
    const known = seen.get(key) ?? { diagnostic: spoken(diagnostic, mask), location, environments: [] };
    if (environment !== null && !known.environments.includes(environment)) known.environments.push(environment);
    seen.set(key, known);
  }
  return withoutEchoes([...seen.values()]).sort((a, b) => compare(a.location, b.location));
}

/** Loading and the compiler say the same of a name that nothing declares; the compiler, which reads what was written, knows its column better. */
function withoutEchoes(located: readonly LocatedDiagnostic[]): LocatedDiagnostic[] {
  const said = ({ diagnostic, location }: LocatedDiagnostic): string => JSON.stringify([diagnostic.message, location?.file, location?.line]);
  const places = new Map(located.flatMap((one) => (one.diagnostic.code === 'type' && one.location ? [[said(one), one.location] as const] : [])).reverse());
  const loaded = new Set(located.flatMap((one) => (one.diagnostic.code === 'evaluation' ? [said(one)] : [])));
  return located
    .filter((one) => one.diagnostic.code !== 'type' || !loaded.has(said(one)))
    .map((one) => (one.diagnostic.code === 'evaluation' ? { ...one, location: places.get(said(one)) ?? one.location } : one));
}

function spoken(diagnostic: Diagnostic, mask: Mask): Diagnostic {
  return { ...diagnostic, message: mask(diagnostic.message), help: diagnostic.help === null ? null : mask(diagnostic.help) };
}

function locationOf({ place }: Diagnostic, environment: string | null, { sources, cwd }: DiagnosticsOptions): Location | null {
  if (place.kind === 'location') return place.location;
  if (place.kind === 'none' || sources === null) return null;
  return locateIn(sources, place.path, environment, { key: place.key, cwd });
}

function compare(a: Location | null, b: Location | null): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0;
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;
}

function render({ diagnostic, location, environments }: LocatedDiagnostic, { sources, cwd, colour }: DiagnosticsOptions): string {
  const paint = painter(colour);
  const lines = [`${paint('red', `error[${diagnostic.code}]`)}: ${diagnostic.message}`];
  if (location) {
    const where = `${location.file}:${location.line}:${location.column}`;
    lines.push(`  ${paint('dim', '-->')} ${where}${environments.length > 0 ? ` (environment ${environments.join(', ')})` : ''}`);
    const text = sources && textOf(sources, location, cwd);
    if (text) lines.push(codeFrame(text, location, { color: colour }).trimEnd());
    if (!location.exact) lines.push(`  ${paint('dim', '= note:')} the value is put together elsewhere; this is the nearest place that could be found`);
  }
  if (diagnostic.help) lines.push(`  ${paint('dim', '= help:')} ${diagnostic.help}`);
  return `${lines.join('\n')}\n`;
}
