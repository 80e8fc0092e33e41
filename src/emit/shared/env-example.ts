import { comment, opening } from './comment.js';
import type { NeededSecret } from './needed-secrets.js';

/** A list of secrets to be copied and filled in: names and purposes, never values. */
export function envExample(secrets: readonly NeededSecret[], how: readonly string[]): string {
  const entries = secrets.map(({ name, purposes }) => `\n${comment(purposes)}${name}=\n`);
  return opening(how) + (entries.length === 0 ? '\n' + comment(['This deployment needs no secrets.']) : entries.join(''));
}
