import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folders } from './folders.js';
import { inParallel } from './in-parallel.js';
import { parent } from './paths.js';
import { OWNER_FILE, isTemporaryName } from './reserved-names.js';
import { attempt } from './system-error.js';

/**
 * Removes what a killed build left behind: temporary files, which lie beside the files that they were to replace, and claims on stale owner
 * files. This must only run while this process owns the output folder, because then no other build is using them.
 */
export async function removeLeftovers(folders: Folders, paths: Iterable<string>): Promise<void> {
  const beside = new Set(['', ...[...paths].map(parent)]);
  await inParallel(beside, async (folder) => {
    if ((await folders.state(folder)).kind !== 'folder') return;
    const full = join(folders.root, folder);
    for (const entry of await attempt('read', full, () => readdir(full, { withFileTypes: true }))) {
      const leftover = isTemporaryName(entry.name) || (folder === '' && entry.name.startsWith(`${OWNER_FILE}.`));
      if (leftover && entry.isFile()) await attempt('remove', join(full, entry.name), () => unlink(join(full, entry.name)));
    }
  });
}
