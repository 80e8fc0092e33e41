import { createHash } from 'node:crypto';

/** A text's stand-in where it must not be kept or shown itself. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
