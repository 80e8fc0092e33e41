/**
 * Lists without the items that their caller may not use. The text is kept but for what is taken out: what is only passed on keeps its bytes. Where a name
 * could be read in two ways, each way must be allowed.
 */
import type { ItemKind } from '../../tables/rules.js';
import { elementsAt, membersAt, spaceEnd, type Place } from '../../wire/json-text.js';

/** Member of a result → what its elements are, and which of their members names them. */
const LISTS: ReadonlyMap<string, readonly [ItemKind, string]> = new Map([
  ['tools', ['tool', 'name']],
  ['prompts', ['prompt', 'name']],
  ['resources', ['resource', 'uri']],
  // A template is judged as it is written: rules are about names, and its braces are a part of it.
  ['resourceTemplates', ['resource', 'uriTemplate']],
]);

export interface ListReader {
  readonly lists: (kind: ItemKind, name: string) => boolean;
  /** Told of every name, also of those that are taken out. */
  readonly seen: (kind: ItemKind, name: string) => void;
  /** The reply is to a request for a list: then what is no list does not pass. */
  readonly isList: boolean;
}

/** Throws for what is no JSON, and for a list that cannot be read. */
export function filterLists(text: string, reader: ListReader): string {
  JSON.parse(text);
  const cuts: Place[] = [];
  const start = spaceEnd(text, 0);
  for (const message of elementsAt(text, start) ?? [{ start, end: text.length }]) {
    for (const result of membersAt(text, message.start)) {
      if (result.key !== 'result') continue;
      for (const member of membersAt(text, result.start)) {
        const list = LISTS.get(member.key);
        if (list) cuts.push(...hidden(text, member, list, reader));
      }
    }
  }
  let out = '';
  let kept = 0;
  for (const { start: from, end } of cuts) {
    out += text.slice(kept, from);
    kept = end;
  }
  return out + text.slice(kept);
}

/** What is to be cut out of one list: each hidden element with one comma beside it. */
function hidden(text: string, list: Place, [kind, key]: readonly [ItemKind, string], reader: ListReader): Place[] {
  const elements = elementsAt(text, list.start);
  if (!elements) {
    if (reader.isList) throw new TypeError('a list that is no array');
    return [];
  }
  const shows = ({ start }: Place): boolean => {
    const names = membersAt(text, start).flatMap((member) => (member.key === key ? [JSON.parse(text.slice(member.start, member.end)) as unknown] : []));
    for (const name of names) if (typeof name === 'string') reader.seen(kind, name);
    return names.length > 0 && names.every((name) => typeof name === 'string' && reader.lists(kind, name));
  };
  const shown = elements.map(shows);
  const first = shown.indexOf(true);
  if (first === -1) return elements.length === 0 ? [] : [{ start: (elements[0] as Place).start, end: (elements.at(-1) as Place).end }];
  // Before the first that is shown, each goes with the comma behind it; behind it, with the one before.
  return elements.flatMap((element, i) => {
    if (shown[i]) return [];
    return i < first ? [{ start: element.start, end: (elements[i + 1] as Place).start }] : [{ start: (elements[i - 1] as Place).end, end: element.end }];
  });
}
