/** Whether a command can be found at all, which is known before anybody starts it. */
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import type { ChildTable } from '../tables/pool.js';

type Command = Pick<ChildTable, 'command' | 'cwd'>;

export async function isExecutable({ command: [program = ''], cwd }: Command, env: Readonly<Record<string, string>>): Promise<boolean> {
  const folder = resolve(cwd ?? '.');
  const path = env['PATH'] ?? process.env['PATH'];
  const isFolder = await stat(folder).then((found) => found.isDirectory(), () => false);
  // Without a path the system has one of its own.
  if (!isFolder || path === undefined) return isFolder;
  const places = program.includes('/') ? [resolve(folder, program)] : path.split(delimiter).map((at) => resolve(folder, at, program));
  const found = await Promise.all(places.map((place) => access(place, constants.X_OK).then(() => true, () => false)));
  return found.includes(true);
}
