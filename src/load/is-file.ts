import { statSync } from 'node:fs';

/** True for an existing file; whatever keeps it from being looked at (a file where a folder should be, no permission) makes it absent. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
