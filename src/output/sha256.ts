import { createHash } from 'node:crypto';

/** Of bytes, or of a text as UTF-8; lower-case hex. */
export function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}
