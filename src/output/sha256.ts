import { createHash } from 'node:crypto';

/** The hash of bytes, or of a text as UTF-8, in lower-case hex. */
export function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}
