import { McpgenError } from '../errors.js';
import { type DesiredFile, type Scope, inScope } from './groups.js';
import { type Lock, listedPaths, ownHashes } from './lock.js';

/** What was found on disk at a path of ours. */
export type OnDisk = { readonly kind: 'absent' } | FileOnDisk | Obstacle;

export interface FileOnDisk {
  readonly kind: 'file';
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  /** Null when the bytes are not UTF-8 text. */
  readonly text: string | null;
}

/** Something that prevents a file from being written. `at` is the path itself or a folder above it. */
export type Obstacle = { readonly kind: 'obstacle'; readonly at: string } & (
  | { readonly what: 'directory'; /** All files below it. */ readonly holds: readonly string[] }
  | { readonly what: 'file' }
  | { readonly what: 'symlink'; /** Where it leads, as far as that exists. */ readonly leadsTo: string; readonly dangling: boolean }
  | { readonly what: 'special' }
);

export type Change =
  | { readonly kind: 'created'; readonly path: string; readonly after: string }
  | { readonly kind: 'changed'; readonly path: string; readonly before: FileOnDisk; readonly after: string; readonly overruled: Overruled }
  | { readonly kind: 'unchanged'; readonly path: string; readonly after: string }
  | { readonly kind: 'removed'; readonly path: string; readonly before: FileOnDisk; readonly overruled: Overruled }
  | Conflict;

/** The conflict that `--force` overruled, or null when there was none. */
export type Overruled = 'edited' | 'foreign' | null;

export type Conflict = { readonly kind: 'conflict'; readonly path: string } & (
  /** No lock lists the file, so mcpgen did not write it. */
  | { readonly reason: 'foreign'; readonly before: FileOnDisk; readonly after: string }
  /** The file is ours and was changed by hand. `after` is null when it is no longer generated. */
  | { readonly reason: 'edited'; readonly before: FileOnDisk; readonly after: string | null }
  /** The file cannot be written at all, not even with `--force`. */
  | { readonly reason: 'blocked'; readonly obstacle: Obstacle }
);

export interface ChangesInput {
  readonly desired: ReadonlyMap<string, DesiredFile>;
  readonly lock: Lock;
  readonly scope: Scope;
  /** What was found at each of `pathsOfInterest`. */
  readonly disk: ReadonlyMap<string, OnDisk>;
}

/** Paths that the lock lists for groups in scope, and that no group generates any more. */
export function orphans({ desired, lock, scope }: Omit<ChangesInput, 'disk'>): readonly string[] {
  const others = listedPaths(lock, (group) => !inScope(scope, group));
  return [...listedPaths(lock, (group) => inScope(scope, group))].filter((path) => !desired.has(path) && !others.has(path)).sort();
}

/** The paths whose state on disk must be known: files to be written, and files to be removed. */
export function pathsOfInterest(input: Omit<ChangesInput, 'disk'>): readonly string[] {
  return [...input.desired.keys(), ...orphans(input)].sort();
}

/** What a build would do, file by file, sorted by path. */
export function decideChanges(input: ChangesInput): readonly Change[] {
  const own = ownHashes(input.lock);
  const leaving = new Set(orphans(input));
  const changes: Change[] = [];
  for (const path of pathsOfInterest(input)) {
    const wanted = input.desired.get(path);
    const found = input.disk.get(path);
    if (!found) throw new McpgenError('bug', `the state of "${path}" on disk was not read. This is a bug in mcpgen.`);
    if (wanted) changes.push(decideWanted(wanted, found, own.get(path), leaving));
    // If anything other than a file is found where an unwanted file of ours was, our file is gone already.
    else if (found.kind === 'file') changes.push(decideUnwanted(path, found, own.get(path)));
  }
  return changes;
}

function decideWanted(wanted: DesiredFile, found: OnDisk, own: ReadonlySet<string> | undefined, leaving: ReadonlySet<string>): Change {
  const { path, contents: after } = wanted;
  if (found.kind === 'absent' || (found.kind === 'obstacle' && leavesByItself(found, leaving))) return { kind: 'created', path, after };
  if (found.kind === 'obstacle') return { kind: 'conflict', reason: 'blocked', path, obstacle: found };
  if (found.sha256 === wanted.sha256) return { kind: 'unchanged', path, after };
  if (own?.has(found.sha256)) return { kind: 'changed', path, before: found, after, overruled: null };
  return { kind: 'conflict', reason: own ? 'edited' : 'foreign', path, before: found, after };
}

function decideUnwanted(path: string, found: FileOnDisk, own: ReadonlySet<string> | undefined): Change {
  if (own?.has(found.sha256)) return { kind: 'removed', path, before: found, overruled: null };
  return { kind: 'conflict', reason: 'edited', path, before: found, after: null };
}

/** True when a file becomes a folder, or a folder a file: removals of the same build clear the way, or are conflicts themselves. */
function leavesByItself(obstacle: Obstacle, leaving: ReadonlySet<string>): boolean {
  if (obstacle.what === 'file') return leaving.has(obstacle.at);
  return obstacle.what === 'directory' && obstacle.holds.every((path) => leaving.has(path));
}

/** What `--force` makes of a change: hand edits and foreign files are overwritten or removed. A blocked path stays a conflict. */
export function overrule(change: Change): Change {
  if (change.kind !== 'conflict' || change.reason === 'blocked') return change;
  const { path, before, after, reason } = change;
  return after === null
    ? { kind: 'removed', path, before, overruled: reason }
    : { kind: 'changed', path, before, after, overruled: reason };
}

export const isConflict = (change: Change): change is Conflict => change.kind === 'conflict';
