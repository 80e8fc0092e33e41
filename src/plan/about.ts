import { sortedEntries } from './sorted-entries.js';

/** What people read about a deployment, a server or a tenant. No decision depends on it. */
export interface About {
  readonly description: string | null;
  readonly owner: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

interface Described {
  readonly description?: string | undefined;
  readonly owner?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export function planAbout({ description, owner, labels }: Described): About {
  return { description: description ?? null, owner: owner ?? null, labels: Object.fromEntries(sortedEntries(labels)) };
}
