import type { FileOnDisk } from './changes.js';
import { binaryDiff, unifiedDiff } from './unified-diff.js';

/** From a file on disk to the text that is wanted; null when none is. */
export function fileDiff(path: string, before: FileOnDisk, after: string | null): string {
  return before.text === null ? binaryDiff(path, after) : unifiedDiff({ path, before: before.text, after });
}
