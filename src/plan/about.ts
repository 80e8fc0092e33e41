import { sortedEntries } from './sorted-entries.js';
import type { About } from './types.js';

interface Described {
  readonly description?: string | undefined;
  readonly owner?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** What people read about a node: no decision depends on it. */
export function planAbout({ description, owner, labels }: Described): About {
  return { description: description ?? null, owner: owner ?? null, labels: Object.fromEntries(sortedEntries(labels)) };
}
