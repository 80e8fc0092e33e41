import { statSync } from 'node:fs';

/** True for an existing file. One that cannot be looked at (no permission, a file where a folder should be) counts as absent. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
