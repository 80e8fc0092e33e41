/** What is remembered for callers, within bounds: whoever has had its share loses what is its own and oldest, never what is another's. */
import { createPlaces, type Holder } from './places.js';

export interface Memory<Value> {
  /** @param owner tenant and principal, with a line break between them */
  get(owner: string, key: string): Value | undefined;
  /** Remembers a value of this size in place of what had the key before. @returns false where it is larger than the share of its owner */
  set(owner: string, key: string, value: Value, size?: number): boolean;
  delete(owner: string, key: string): void;
}

interface Entry<Value> {
  readonly value: Value;
  readonly free: () => void;
}

/** @param most of all sizes together @param forgotten told of each key that is remembered no more */
export function createMemory<Value>(most: number, forgotten: (key: string) => void = () => {}): Memory<Value> {
  const places = createPlaces();
  const owners = new Map<string, Map<string, Entry<Value>>>();
  const forget = (owner: string, key: string): void => {
    const own = owners.get(owner);
    own?.get(key)?.free();
    if (own?.delete(key)) forgotten(key);
    if (own?.size === 0) owners.delete(owner);
  };
  return {
    get: (owner, key) => owners.get(owner)?.get(key)?.value,
    set(owner, key, value, size = 1) {
      forget(owner, key);
      // It would not fit if everything else of its owner made room.
      if (2 * size > most) return false;
      const holder: Holder = { tenant: owner.slice(0, Math.max(0, owner.indexOf('\n'))), caller: owner, hasNeighbours: true };
      let free = places.take(most, holder, size);
      for (let own = owners.get(owner); !free && own && own.size > 0; free = places.take(most, holder, size)) forget(owner, own.keys().next().value as string);
      if (!free) return false;
      const own = owners.get(owner) ?? new Map<string, Entry<Value>>();
      owners.set(owner, own.set(key, { value, free }));
      return true;
    },
    delete: forget,
  };
}
