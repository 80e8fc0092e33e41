/** Entries in the order of their names: the same config in another order is the same plan. */
export function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.keys(record)
    .sort()
    .map((name) => [name, record[name] as T]);
}
