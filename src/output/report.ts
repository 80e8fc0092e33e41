import type { Change, Conflict } from './changes.js';
import { describeObstacle } from './describe-obstacle.js';
import type { Drift, DriftEntry } from './drift.js';
import { LOCK_FILE } from './reserved-names.js';
import { unifiedDiff } from './unified-diff.js';

const SIGNS = { created: '+', changed: '~', removed: '-', unchanged: '=' } as const;
type Kind = keyof typeof SIGNS;

/** How much of a hand edit is shown: enough to recognise it, since the user has the whole file. */
const SHOWN_LINES = 40;
const SHOWN_PATHS = 10;

export interface ReportOptions {
  /** The name of the output folder in messages. Default `generated`. */
  readonly label?: string;
  /** List unchanged files too. */
  readonly verbose?: boolean;
}

/** One line per file, aligned, then the totals. */
export function buildReport(changes: readonly Change[], { label = 'generated', verbose = false }: ReportOptions = {}): readonly string[] {
  const rows = changes.flatMap((change) =>
    change.kind === 'conflict' || (change.kind === 'unchanged' && !verbose)
      ? []
      : [{ kind: change.kind, path: `${label}/${change.path}`, size: sizeOf(change), note: noteOf(change) }],
  );
  const width = Math.max(0, ...rows.map(({ path }) => path.length));
  const lines = rows.map(({ kind, path, size, note }) => `${SIGNS[kind]} ${kind.padEnd(9)}  ${path.padEnd(width)}  ${size}${note}`);
  return [...lines, totals(changes)];
}

function totals(changes: readonly Change[]): string {
  // The cast is safe because `SIGNS` has a literal type. Its order is the order of the report.
  const counts = (Object.keys(SIGNS) as Kind[]).map((kind) => ({ kind, count: changes.filter((change) => change.kind === kind).length }));
  const shown = counts.filter(({ count }) => count > 0).map(({ kind, count }) => `${count} ${kind}`);
  return shown.length > 0 ? shown.join(', ') : 'nothing to write';
}

function sizeOf(change: Exclude<Change, Conflict>): string {
  if (change.kind === 'removed') return bytes(change.before.size);
  const size = Buffer.byteLength(change.after);
  if (change.kind !== 'changed') return bytes(size);
  const growth = size - change.before.size;
  return `${bytes(size)} (${growth < 0 ? '-' : '+'}${bytes(Math.abs(growth))})`;
}

function noteOf(change: Change): string {
  if (change.kind !== 'changed' && change.kind !== 'removed') return '';
  if (change.overruled === null) return '';
  const what = change.overruled === 'edited' ? 'a hand edit' : 'a file of others';
  return `, ${what} ${change.kind === 'removed' ? 'removed' : 'overwritten'}`;
}

/** A size for people: 999 B, 1.0 kB, 12.3 MB. A kilobyte is a thousand bytes, as for disks and `ls --si`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  const [value, unit] = count < 999_950 ? [count / 1_000, 'kB'] : [count / 1_000_000, 'MB'];
  return `${value.toFixed(1)} ${unit}`;
}

export interface ConflictOptions extends Pick<ReportOptions, 'label'> {
  /** No lock lists any file. */
  readonly lockMissing?: boolean;
}

/** Why a build wrote nothing, conflict by conflict, and what the user can do. */
export function conflictReport(conflicts: readonly Conflict[], { label = 'generated', lockMissing = false }: ConflictOptions = {}): string {
  const foreign = lockMissing ? conflicts.filter(({ reason }) => reason === 'foreign') : [];
  const others = conflicts.filter((conflict) => !foreign.includes(conflict));
  const parts = others.map((conflict) => `${withoutControls(describeConflict(conflict, label))}\n`);
  if (foreign.length > 0) parts.unshift(`${withoutLock(foreign, label)}\n`);
  return `${parts.join('\n')}\n${advice(others, foreign.length > 0 ? label : null)}\n`;
}

/** @param unlocked the folder whose lock is missing, or null */
function advice(conflicts: readonly Conflict[], unlocked: string | null): string {
  if (unlocked !== null) return `Nothing was written. ${restoreLock(unlocked)}`;
  const forceable = conflicts.some(({ reason }) => reason !== 'blocked');
  return forceable ? 'Nothing was written. Move your change into mcp.config.ts or rerun with --force to lose it.' : 'Nothing was written.';
}

/** What to do where the lock is gone. */
function restoreLock(label: string): string {
  const restore = `Restore it from version control (\`git checkout -- ${label}/${LOCK_FILE}\`)`;
  return `${restore}, or, if nobody edited ${label}/ by hand, run \`npx mcpgen build --force\`, which overwrites these files and writes the lock anew.`;
}

/** Each file would be reported as somebody else's, though the one thing that is wrong is the lock. */
function withoutLock(conflicts: readonly Conflict[], label: string): string {
  const shown = conflicts.slice(0, SHOWN_PATHS).map(({ path }) => `  ${withoutControls(`${label}/${path}`)}`);
  const more = conflicts.length > SHOWN_PATHS ? [`  and ${conflicts.length - SHOWN_PATHS} more`] : [];
  const what = conflicts.length === 1 ? 'this file, which is' : 'these files, which are';
  return [`${label}/${LOCK_FILE} is missing: without it mcpgen cannot tell whether it wrote ${what} not as the config says:`, ...shown, ...more].join('\n');
}

function describeConflict(conflict: Conflict, label: string): string {
  const path = `${label}/${conflict.path}`;
  if (conflict.reason === 'blocked') return describeObstacle(label, conflict.path, conflict.obstacle);
  if (conflict.after === null) return `${path} is no longer generated, but was edited by hand, so it is not removed.`;
  const said = conflict.reason === 'edited' ? `${path} was edited by hand` : `${path} exists already, and mcpgen did not write it`;
  const { text } = conflict.before;
  if (text === null) return `${said}; it is not UTF-8 text.`;
  if (withUnixLineEnds(text) === withUnixLineEnds(conflict.after)) return `${said}: only its line endings differ (git's core.autocrlf does that).`;
  // As in the diff of `build --check`: a minus is what lies there, a plus what the config says.
  return `${said}. From what is there to what the config says:\n\n${firstLines(unifiedDiff({ path, before: text, after: conflict.after }))}`;
}

const withUnixLineEnds = (text: string): string => text.replaceAll('\r\n', '\n');

function firstLines(diff: string): string {
  const lines = diff.replace(/\n$/, '').split('\n');
  if (lines.length <= SHOWN_LINES) return lines.join('\n');
  return `${lines.slice(0, SHOWN_LINES).join('\n')}\n… ${lines.length - SHOWN_LINES} more lines`;
}

/** Escapes control characters. The text comes from files of a repository, and must not control the terminal that it is shown in. */
function withoutControls(text: string): string {
  const escaped = (char: string): string => (char === '\r' ? '␍' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, escaped);
}

/**
 * The diff of `build --check`, then the totals. The diff of the lock is shown only when nothing else differs, because otherwise it says the
 * same once more, in hashes.
 */
export function driftReport({ entries, counts, lockMissing }: Drift, { label = 'generated' }: Pick<ReportOptions, 'label'> = {}): string {
  if (entries.length === 0) return `no drift: ${counts.unchanged} ${counts.unchanged === 1 ? 'file is' : 'files are'} as the config says\n`;
  const shown = entries.filter(({ kind }) => kind !== 'lock' || entries.length === 1);
  const kinds = Object.entries(counts).filter(([kind, count]) => count > 0 && kind !== 'unchanged');
  const totals = kinds.map(([kind, count]) => (kind === 'lock' ? 'lock' : `${count} ${kind}`)).join(', ');
  return `${shown.map(({ diff }) => diff).join('')}\ndrift: ${totals}. ${driftAdvice(entries, lockMissing, label)}\n`;
}

/** A build refuses what was edited by hand, and what is not known to be its own: that is said before anybody runs one. */
function driftAdvice(entries: readonly DriftEntry[], lockMissing: boolean, label: string): string {
  if (lockMissing) return `${label}/${LOCK_FILE} is missing. ${restoreLock(label)}`;
  const pathsOf = (kind: DriftEntry['kind']): string => entries.filter((entry) => entry.kind === kind).map(({ path }) => `${label}/${path}`).join(', ');
  const [edited, foreign] = [pathsOf('edited'), pathsOf('foreign')];
  if (edited !== '') {
    const restore = 'restore what mcpgen wrote (`git checkout`), or run `npx mcpgen build --force` to lose it';
    return `Edited by hand: ${withoutControls(edited)}. Move the change into mcp.config.ts and ${restore}.`;
  }
  if (foreign !== '') return `Not written by mcpgen: ${withoutControls(foreign)}. Move it away, or run \`npx mcpgen build --force\` to overwrite it.`;
  return 'Run `npx mcpgen build` and commit the result.';
}
