/** JSON objects by the texts of their members: what is taken apart and put together again on its way keeps every digit of what nobody reads. */
import { headMembers } from './json-text.js';

export type Members = Map<string, string>;

/** Of two equal keys the last counts, as for `JSON.parse`. Empty for what is no object. */
export const membersOf = (text: string | null | undefined): Members => new Map(headMembers(text ?? ''));

export function objectText(members: Members): string {
  return `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** Sets a member to a value of our own; takes it out where that is undefined. */
export function setMember(members: Members, name: string, value: unknown): void {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) members.delete(name);
  else members.set(name, text);
}
