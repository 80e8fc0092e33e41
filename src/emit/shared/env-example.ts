import { comment, opening } from './comment.js';
import type { NeededSecret } from './needed-secrets.js';

/** An example of an env file, for the user to copy and fill in. It has the name and the purposes of each secret, and never a value. */
export function envExample(secrets: readonly NeededSecret[], how: readonly string[]): string {
  const entries = secrets.map(({ name, purposes }) => `\n${comment(purposes)}${name}=\n`);
  return opening(how) + (entries.length === 0 ? '\n' + comment(['This deployment needs no secrets.']) : entries.join(''));
}
