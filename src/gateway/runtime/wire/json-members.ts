/** JSON objects by the texts of their members: what is taken apart and put together again on its way keeps every digit of what nobody reads. */
import { ownFailure, type Json } from './json-rpc.js';
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

/** A JSON-RPC reply of texts. A request without an id that can be read gets null, as JSON-RPC 2.0 §5 has it. */
export const replyText = (id: string | null, kind: 'result' | 'error', value: string): string => `{"jsonrpc":"2.0","id":${id ?? 'null'},"${kind}":${value}}`;
export const successText = (id: string | null, result: unknown): string => replyText(id, 'result', JSON.stringify(result));
export const failureText = (id: string | null, code: number, message: string, data?: unknown): string =>
  replyText(id, 'error', JSON.stringify({ code, message, data }));
/** An error of the gateway's own: `ownFailure` with the id as text. */
export function ownFailureText(headers: Json, id: string | null, code: number, message: string, reason: string, data: Json = {}): string {
  return replyText(id, 'error', JSON.stringify(ownFailure(headers, null, code, message, reason, data)['error']));
}
