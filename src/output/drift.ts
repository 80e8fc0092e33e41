import { type Change, type OnDisk, decideChanges, pathsOfInterest } from './changes.js';
import { describeObstacle } from './describe-obstacle.js';
import { fileDiff } from './file-diff.js';
import { lookAtFolders, statsAt } from './folders.js';
import { type Group, type Scope, EVERYTHING, desiredFiles } from './groups.js';
import { printLock } from './lock.js';
import { lockAfter } from './next-lock.js';
import { readDisk } from './read-disk.js';
import { readLock } from './read-lock.js';
import { LOCK_FILE } from './reserved-names.js';
import { unifiedDiff } from './unified-diff.js';

export interface DriftInput {
  readonly root: string;
  readonly groups: readonly Group[];
  readonly generator: string;
  /** What the groups are all of: a build of one target says nothing about the others. Default: everything. */
  readonly scope?: Scope;
  /** The output folder as patch headers show it. Default `generated`. */
  readonly label?: string;
}

/** `changed`: written from an earlier config. `edited`: changed by hand. `foreign`: never ours. `surplus`: no longer generated. */
export type DriftKind = 'missing' | 'changed' | 'edited' | 'foreign' | 'surplus' | 'blocked' | 'lock';

export interface DriftEntry {
  readonly kind: DriftKind;
  /** Relative to the output folder. */
  readonly path: string;
  /** The diff from the file on disk to what a build would write; a sentence for `blocked`. */
  readonly diff: string;
}

export interface Drift {
  /** Sorted by path, with the lock last. Empty when the output folder is what the config says. */
  readonly entries: readonly DriftEntry[];
  readonly counts: Readonly<Record<DriftKind | 'unchanged', number>>;
  /** There are files where a build would write, and no lock that says whose they are. */
  readonly lockMissing: boolean;
}

/** Compares the output folder with what a build would write. Writes nothing, and does not wait for a build that is running. */
export async function drift({ root, groups, generator, scope = EVERYTHING, label = 'generated' }: DriftInput): Promise<Drift> {
  const desired = desiredFiles(groups, scope);
  const exists = (await statsAt(root)) !== null;
  const { text, lock } = await readLock(root, false);
  const input = { desired, lock, scope, groups, generator };
  const paths = pathsOfInterest(input);
  const absent = new Map(paths.map((path): [string, OnDisk] => [path, { kind: 'absent' }]));
  const disk = exists ? await readDisk(await lookAtFolders(root), paths) : absent;
  const changes = decideChanges({ ...input, disk });
  const entries = changes.flatMap((change) => entryOf(change, label));
  const lockDiff = unifiedDiff({ path: `${label}/${LOCK_FILE}`, before: text, after: printLock(lockAfter(input)) });
  if (lockDiff !== '') entries.push({ kind: 'lock', path: LOCK_FILE, diff: lockDiff });
  return { entries, counts: count(changes, entries), lockMissing: text === null && changes.some(({ kind }) => kind !== 'created') };
}

function entryOf(change: Change, label: string): readonly DriftEntry[] {
  const { path } = change;
  const shown = `${label}/${path}`;
  switch (change.kind) {
    case 'unchanged':
      return [];
    case 'created':
      return [{ kind: 'missing', path, diff: unifiedDiff({ path: shown, before: null, after: change.after }) }];
    case 'changed':
      return [{ kind: 'changed', path, diff: fileDiff(shown, change.before, change.after) }];
    case 'removed':
      return [{ kind: 'surplus', path, diff: fileDiff(shown, change.before, null) }];
    case 'conflict':
      if (change.reason === 'blocked') return [{ kind: 'blocked', path, diff: `${describeObstacle(label, path, change.obstacle)}\n` }];
      return [{ kind: change.reason, path, diff: fileDiff(shown, change.before, change.after) }];
  }
}

function count(changes: readonly Change[], entries: readonly DriftEntry[]): Drift['counts'] {
  const counts = { missing: 0, changed: 0, edited: 0, foreign: 0, surplus: 0, blocked: 0, lock: 0, unchanged: 0 };
  for (const { kind } of entries) counts[kind]++;
  counts.unchanged = changes.filter(({ kind }) => kind === 'unchanged').length;
  return counts;
}
