import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { McpgenError } from '../errors.js';
import { type Lock, EMPTY_LOCK, parseLock } from './lock.js';
import { LOCK_FILE } from './reserved-names.js';
import { attempt, errno } from './system-error.js';

export interface LockOnDisk {
  /** Null when there is no lock file. */
  readonly text: string | null;
  readonly lock: Lock;
}

/** @param force treats an invalid lock as absent. Every file is foreign then, and `force` overwrites foreign files too. */
export async function readLock(root: string, force: boolean): Promise<LockOnDisk> {
  const path = join(root, LOCK_FILE);
  const text = await attempt('read', path, () => readIfPresent(path));
  if (text === null) return { text, lock: EMPTY_LOCK };
  const parsed = parseLock(text);
  if (parsed.ok) return { text, lock: parsed.lock };
  if (parsed.newer) throw new McpgenError('lock-newer', `${path} ${parsed.problem}. Update mcpgen to the version that wrote it.`);
  if (force) return { text, lock: EMPTY_LOCK };
  throw new McpgenError(
    'lock-invalid',
    `${path} ${parsed.problem}. Restore it from version control, or run \`npx mcpgen build --force\` to write everything anew.`,
  );
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errno(error) === 'ENOENT') return null;
    throw error;
  }
}
