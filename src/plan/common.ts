import type { About } from './types.js';

/** Entries in the order of their names: the same config in another order is the same plan. */
export function entries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.keys(record)
    .sort()
    .map((name) => [name, record[name] as T]);
}

export function about(node: { description?: string | undefined; owner?: string | undefined; labels: Readonly<Record<string, string>> }): About {
  return { description: node.description ?? null, owner: node.owner ?? null, labels: Object.fromEntries(entries(node.labels)) };
}
