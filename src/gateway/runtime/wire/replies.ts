/**
 * Replies of JSON-RPC 2.0 that the gateway writes itself, as text. An id is given as its sender wrote it: a number may be one that no double holds. A request
 * without an id that can be read gets null (§5).
 */
import type { Json } from './json-rpc.js';

/** Whose reply it is. */
export interface Identified {
  readonly id: string | number | null;
  /** The id as it was written, where that is a number that no double may hold. */
  writtenId?: string | undefined;
}
export const idText = ({ id, writtenId }: Identified): string => writtenId ?? JSON.stringify(id);

export const replyText = (id: string | null, kind: 'result' | 'error', value: string): string => `{"jsonrpc":"2.0","id":${id ?? 'null'},"${kind}":${value}}`;
export const successText = (id: string | null, result: unknown): string => replyText(id, 'result', JSON.stringify(result));
export const failureText = (id: string | null, code: number, message: string, data?: Json): string =>
  replyText(id, 'error', JSON.stringify({ code, message, data }));

/**
 * An error of the gateway's own, in answer to one request: why, and by which name the log has the request. What a server says has no such data.
 * @param headers those of the request on its way to a server
 */
export function ownFailureText(headers: Json, id: string | null, code: number, message: string, reason: string, data: Json = {}): string {
  return failureText(id, code, message, { ...data, reason, requestId: headers['x-request-id'] ?? null });
}
