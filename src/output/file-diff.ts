import type { FileOnDisk } from './changes.js';
import { binaryDiff, unifiedDiff } from './unified-diff.js';

/** The diff from a file on disk to its wanted text; `after` is null when the file is to be removed. */
export function fileDiff(path: string, before: FileOnDisk, after: string | null): string {
  return before.text === null ? binaryDiff(path, after) : unifiedDiff({ path, before: before.text, after });
}
