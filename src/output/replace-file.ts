import { randomBytes } from 'node:crypto';
import { open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryName } from './reserved-names.js';
import { errno } from './system-error.js';

/**
 * Replaces a file atomically: at any moment, and after any crash, it has either its old or its new contents. Its mode stays: somebody may have opened it to
 * the users of containers.
 */
export async function replaceFile(path: string, contents: string): Promise<void> {
  const temporary = join(dirname(path), temporaryName(randomBytes(8).toString('hex')));
  const handle = await open(temporary, 'wx');
  try {
    try {
      await handle.writeFile(contents);
      const before = await stat(path).catch(() => null);
      if (before) await handle.chmod(before.mode & 0o777);
      // Without this, a power cut may keep the rename and lose the contents.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // If this fails too, the next build finds the leftover by its name. The first error is the one to report.
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Makes the renames in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows and some network file systems cannot sync a folder.
    if (errno(error) === null) throw error;
  }
}
