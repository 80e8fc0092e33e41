import { mkdir, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Change, OnDisk } from './changes.js';
import { inParallel } from './in-parallel.js';
import { ancestors, parent } from './paths.js';
import { replaceFile, syncFolder } from './replace-file.js';
import { attempt, errno } from './system-error.js';

/** New contents are written before old files are removed, so that a program which runs from these files finds all it needs meanwhile. */
export async function applyChanges(root: string, changes: readonly Change[], disk: ReadonlyMap<string, OnDisk>): Promise<void> {
  const created = changes.filter((change) => change.kind === 'created');
  const changed = changes.filter((change) => change.kind === 'changed');
  const removed = changes.filter((change) => change.kind === 'removed').map(({ path }) => path);

  // Where a file becomes a folder, or a folder a file, the old one has to go first.
  const inTheWay = new Set(removedInTheWay(created.map(({ path }) => path), removed));
  await remove(root, inTheWay);
  for (const { path } of created) {
    if (disk.get(path)?.kind === 'obstacle') await removeEmptyFolders(join(root, path));
  }

  const written = [...created, ...changed];
  await inParallel(new Set(written.map(({ path }) => join(root, parent(path)))), async (folder) => {
    await attempt('create the folder', folder, () => mkdir(folder, { recursive: true }));
  });
  await inParallel(written, async ({ path, after }) => {
    await attempt('write', join(root, path), () => replaceFile(join(root, path), after));
  });
  await remove(root, removed.filter((path) => !inTheWay.has(path)));
  await inParallel(new Set([...written.map(({ path }) => path), ...removed].map(parent)), (folder) => syncFolder(join(root, folder)));
}

function removedInTheWay(created: readonly string[], removed: readonly string[]): readonly string[] {
  const files = new Set(created);
  const folders = new Set(created.flatMap(ancestors));
  return removed.filter((path) => folders.has(path) || ancestors(path).some((above) => files.has(above)));
}

async function remove(root: string, paths: Iterable<string>): Promise<void> {
  await inParallel(paths, async (path) => {
    await attempt('remove', join(root, path), () => unlink(join(root, path)).catch(unless('ENOENT')));
  });
}

/** Removes a folder that holds nothing but folders. Anything else in it stops the removal with an error. */
async function removeEmptyFolders(folder: string): Promise<void> {
  await attempt('remove', folder, async () => {
    const entries = await readdir(folder).catch(unless('ENOENT', 'ENOTDIR'));
    for (const entry of entries ?? []) await removeEmptyFolders(join(folder, entry));
    if (entries) await rmdir(folder);
  });
}

/** Removes the folders that are empty now that these files are gone. */
export async function removeEmptied(root: string, files: readonly string[]): Promise<void> {
  const deepestFirst = [...new Set(files.flatMap(ancestors))].sort((one, other) => other.split('/').length - one.split('/').length);
  for (const folder of deepestFirst) {
    const full = join(root, folder);
    // ENOTDIR means that a file or a link has taken the folder's place; it is not ours.
    await attempt('remove', full, () => rmdir(full).catch(unless('ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR')));
  }
}

const unless = (...accepted: readonly string[]) => (error: unknown): undefined => {
  if (!accepted.includes(errno(error) ?? '')) throw error;
};
