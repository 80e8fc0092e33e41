import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { applyChanges, removeEmptied } from './apply.js';
import { type Change, type Conflict, decideChanges, isConflict, orphans, overrule, pathsOfInterest } from './changes.js';
import { exclusively } from './exclusive.js';
import { lookAtFolders } from './folders.js';
import { type Group, type Scope, EVERYTHING, desiredFiles } from './groups.js';
import { removeLeftovers } from './leftovers.js';
import { type Lock, listedPaths, printLock } from './lock.js';
import { lockAfter, lockDuring } from './next-lock.js';
import { readDisk } from './read-disk.js';
import { readLock } from './read-lock.js';
import { replaceFile, syncFolder } from './replace-file.js';
import { LOCK_FILE } from './reserved-names.js';
import { attempt } from './system-error.js';

export interface WriteInput {
  /** The output folder, `generated`. It is created when missing, and shown in messages as it is given. */
  readonly root: string;
  readonly groups: readonly Group[];
  /** Version of mcpgen, for the lock. */
  readonly generator: string;
  /** Overwrites and removes hand-edited and foreign files. Default false. */
  readonly force?: boolean;
  /** What the groups are all of: a build of one target says nothing about the others. Default: everything. */
  readonly scope?: Scope;
  /** How long to wait for another build in the same folder, in milliseconds. Default 15 000. */
  readonly waitMs?: number;
}

export type WriteResult =
  | { readonly ok: true; /** Sorted by path; no conflict among them. */ readonly changes: readonly Change[] }
  | {
      readonly ok: false;
      /** All of them; nothing was written. */
      readonly conflicts: readonly Conflict[];
      /** Without a lock no file is known to be mcpgen's own. */
      readonly lockMissing: boolean;
    };

/** Makes the output folder hold these groups. If it is killed at any moment, every file is either old or new, and the next call carries on. */
export async function write(input: WriteInput): Promise<WriteResult> {
  const { root, groups, generator, force = false, scope = EVERYTHING, waitMs = 15_000 } = input;
  const desired = desiredFiles(groups, scope);
  await attempt('create the folder', root, () => mkdir(root, { recursive: true }));
  return exclusively(root, waitMs, async () => {
    const { text, lock } = await readLock(root, force);
    const state = { desired, lock, scope, groups, generator };
    const folders = await lookAtFolders(root);
    await removeLeftovers(folders, [...desired.keys(), ...listedPaths(lock, () => true)]);
    const disk = await readDisk(folders, pathsOfInterest(state));
    const changes = decideChanges({ ...state, disk }).map((change) => (force ? overrule(change) : change));
    const conflicts = changes.filter(isConflict);
    if (conflicts.length > 0) return { ok: false, conflicts, lockMissing: text === null };

    const path = join(root, LOCK_FILE);
    let current = text;
    const putLock = async (next: Lock): Promise<void> => {
      const contents = printLock(next);
      if (contents === current) return;
      await attempt('write', path, () => replaceFile(path, contents));
      await syncFolder(root);
      current = contents;
    };
    const after = lockAfter(state);
    if (changes.some(({ kind }) => kind !== 'unchanged')) {
      await putLock(lockDuring(state, after, changes));
      await applyChanges(root, changes, disk);
    }
    // Done before the final lock is written: if this build is killed here, the lock still tells the next one which folders were ours.
    await removeEmptied(root, orphans(state).filter((orphan) => disk.get(orphan)?.kind !== 'obstacle'));
    await putLock(after);
    return { ok: true, changes };
  });
}
