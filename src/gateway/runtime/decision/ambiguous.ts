/**
 * Objects that two readers may understand differently. Of two equal keys one parser keeps the first and another the last, some ignore case, and some take
 * `__proto__` for where to inherit from: what is judged by a key must be what is executed.
 */
import { foldKey } from '../wire/fold-key.js';
import { membersAt, spaceEnd } from '../wire/json-text.js';

/** The keys that are read of an object, and what is read below each. */
export interface ReadKeys {
  readonly below: ReadonlyMap<string, ReadKeys>;
  /** Their folded spellings. */
  readonly folded: ReadonlySet<string>;
}

export function readKeys(paths: readonly (readonly string[])[]): ReadKeys {
  const groups = new Map<string, (readonly string[])[]>();
  for (const [name, ...rest] of paths) {
    if (name === undefined) continue;
    const group = groups.get(name) ?? [];
    groups.set(name, group);
    group.push(rest);
  }
  return {
    below: new Map([...groups].map(([name, rest]) => [name, readKeys(rest)])),
    folded: new Set([...groups.keys()].map(foldKey)),
  };
}

/** Whether a key that is read comes twice, or in another spelling. @param text JSON that parses; anything but an object has no keys */
export function isAmbiguous(text: string, keys: ReadKeys): boolean {
  const walk = (at: number, { below, folded }: ReadKeys): boolean => {
    if (folded.size === 0) return false;
    const seen = new Set<string>();
    for (const { key, start } of membersAt(text, at)) {
      const next = below.get(key);
      if (key === '__proto__' || seen.has(key) || (!next && folded.has(foldKey(key)))) return true;
      if (!next) continue;
      seen.add(key);
      if (walk(start, next)) return true;
    }
    return false;
  };
  return walk(spaceEnd(text, 0), keys);
}
