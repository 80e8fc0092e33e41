import type { Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Obstacle } from './changes.js';
import { parent } from './paths.js';
import { attempt, errno } from './system-error.js';

export type FolderState = { readonly kind: 'folder' } | { readonly kind: 'absent' } | Obstacle;

/** Tells whether folders below the output folder may be read and written in. The path '' is the output folder itself. */
export interface Folders {
  readonly root: string;
  readonly state: (folder: string) => Promise<FolderState>;
  /** What a symlink leads to. It is an obstacle when its target does not exist or lies outside of the output folder. */
  readonly follow: (path: string) => Promise<Stats | Obstacle>;
}

/** Each folder is looked at once and remembered, so a result must only be used for one pass over the files. */
export async function lookAtFolders(root: string): Promise<Folders> {
  const realRoot = await attempt('read', root, () => realpath(root));
  const known = new Map<string, Promise<FolderState>>([['', Promise.resolve({ kind: 'folder' })]]);

  const follow = async (path: string): Promise<Stats | Obstacle> => {
    const link = join(root, path);
    try {
      const leadsTo = await realpath(link);
      if (leadsTo.startsWith(realRoot + sep)) return await stat(link);
      return { kind: 'obstacle', at: path, what: 'symlink', leadsTo, dangling: false };
    } catch (error) {
      if (errno(error) === null) throw error;
      return { kind: 'obstacle', at: path, what: 'symlink', leadsTo: await readlink(link), dangling: true };
    }
  };

  const look = async (folder: string): Promise<FolderState> => {
    const above = await state(parent(folder));
    if (above.kind !== 'folder') return above;
    const own = await statsAt(join(root, folder));
    if (!own) return { kind: 'absent' };
    const target = own.isSymbolicLink() ? await follow(folder) : own;
    if ('kind' in target) return target;
    return target.isDirectory() ? { kind: 'folder' } : { kind: 'obstacle', at: folder, what: 'file' };
  };

  const state = (folder: string): Promise<FolderState> => {
    const found = known.get(folder) ?? look(folder);
    known.set(folder, found);
    return found;
  };

  return { root, state, follow };
}

/** What is at a path, without following a link; null when there is nothing. */
export async function statsAt(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errno(error) === 'ENOENT') return null;
    return attempt('read', path, () => Promise.reject(error));
  }
}
