import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileOnDisk, OnDisk } from './changes.js';
import { type Folders, statsAt } from './folders.js';
import { inParallel } from './in-parallel.js';
import { parent } from './paths.js';
import { isTemporaryName } from './reserved-names.js';
import { sha256 } from './sha256.js';
import { attempt } from './system-error.js';

/** What is on disk at each of the paths. */
export async function readDisk(folders: Folders, paths: readonly string[]): Promise<ReadonlyMap<string, OnDisk>> {
  const disk = new Map<string, OnDisk>();
  await inParallel(paths, async (path) => void disk.set(path, await look(folders, path)));
  return disk;
}

async function look(folders: Folders, path: string): Promise<OnDisk> {
  const folder = await folders.state(parent(path));
  if (folder.kind !== 'folder') return folder;
  const full = join(folders.root, path);
  const own = await statsAt(full);
  if (!own) return { kind: 'absent' };
  const target = own.isSymbolicLink() ? await folders.follow(path) : own;
  if ('kind' in target) return target;
  if (target.isFile()) return fileOnDisk(await attempt('read', full, () => readFile(full)));
  if (target.isDirectory()) return { kind: 'obstacle', at: path, what: 'directory', holds: await filesBelow(folders.root, path) };
  return { kind: 'obstacle', at: path, what: 'special' };
}

export function fileOnDisk(bytes: Buffer): FileOnDisk {
  return { kind: 'file', sha256: sha256(bytes), size: bytes.length, text: textOf(bytes) };
}

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const full = join(root, folder);
  const entries = await attempt('read', full, () => readdir(full, { withFileTypes: true }));
  const below = await Promise.all(
    entries.map(async (entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(root, path);
      return isTemporaryName(entry.name) ? [] : [path];
    }),
  );
  return below.flat();
}
