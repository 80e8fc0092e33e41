/** A list of names that many things share is kept once, under a label made of its members, so that a reader of the output recognises it. */
import { createHash } from 'node:crypto';

export class Sets {
  readonly #labels = new Map<string, string>();
  readonly #members = new Map<string, readonly string[]>();
  readonly #all: string;

  /** @param all the members of the set that is labelled `+all` */
  constructor(all: readonly string[]) {
    this.#all = keyOf(all);
  }

  /** The label of the set with these members. */
  add(members: readonly string[]): string {
    const key = keyOf(members);
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    const label = this.#name(key, [...new Set(members)].sort());
    this.#labels.set(key, label);
    this.#members.set(label, [...new Set(members)].sort());
    return label;
  }

  list(): { readonly id: string; readonly members: readonly string[] }[] {
    return [...this.#members].map(([id, members]) => ({ id, members })).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #name(key: string, members: readonly string[]): string {
    // A plus in front is what no name and no list of names begins with.
    if (members.length === 0) return '+none';
    if (key === this.#all && members.length > 1) return '+all';
    const label = members.join('+');
    return label.length <= 60 ? label : `${members[0]}+${members.length - 1}-more-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
  }
}

const keyOf = (members: readonly string[]): string => [...new Set(members)].sort().join('\n');
