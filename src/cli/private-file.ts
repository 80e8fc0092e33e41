/** A file that its owner alone can read: at no moment, and after no crash, has anybody else, or has a value of before been lost. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryName } from '../output/reserved-names.js';
import { UsageError } from './args.js';

export interface PrivateFile {
  readonly text: string;
  readonly mode: number;
}

export function readPrivate(path: string): PrivateFile | null {
  if (!existsSync(path)) return null;
  if (!statSync(path).isFile()) throw new UsageError(`${path} is no file`);
  return { text: readFileSync(path, 'utf8'), mode: statSync(path).mode };
}

/** @param before what was read of it; where it says something else by now, somebody has changed it, and their change stays */
export async function writePrivate(path: string, before: PrivateFile | null, text: string): Promise<void> {
  // Where a link leads is the file: in its place there would be two.
  const real = existsSync(path) ? realpathSync(path) : path;
  const temporary = join(dirname(real), temporaryName(randomBytes(8).toString('hex')));
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if ((readPrivate(path)?.text ?? null) !== (before?.text ?? null)) throw new UsageError(`${path} was changed meanwhile; nothing was written`);
    await rename(temporary, real);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}
