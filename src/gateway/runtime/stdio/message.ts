/** JSON-RPC messages, told apart, and changed without loss. */
import { asObject, failure, ownFailure, parseJson, type Json } from '../wire/json-rpc.js';
import { VERSION } from '../wire/meta-keys.js';

export type Id = string | number;

export interface Message {
  readonly shape: 'request' | 'notification' | 'response';
  /** Empty where there is none. */
  readonly id: Id;
  readonly method: unknown;
  readonly params: Json;
  readonly meta: Json;
  readonly fields: Json;
  /** The message as it came, so that numbers beyond 2^53 survive wherever no id is replaced. */
  readonly text: string;
}

export interface Batch {
  /** Whether it is an array, which revision 2025-03-26 allows in both directions. */
  readonly isBatch: boolean;
  readonly messages: readonly Message[];
}

export const CANCELLED = 'notifications/cancelled';
export const SUPPORTED = ['2025-11-25', '2025-06-18', '2025-03-26'];
/** An older child negotiates 2024-11-05, and its client repeats that in the header. */
const ACCEPTED = [...SUPPORTED, '2024-11-05', undefined];

/** The revision asked for, where it is not one of these; undefined where all is well. */
export function unsupported(header: string | undefined, messages: readonly Message[]): unknown {
  const claims = messages.map(({ meta }) => meta[VERSION]);
  return claims.find((claim) => claim !== undefined) ?? (ACCEPTED.includes(header) ? undefined : header);
}

/** A body or a line; or the code of the error that it is (JSON-RPC 2.0 §5.1). */
export function readMessages(text: string): Batch | -32700 | -32600 {
  const value = parseJson(text);
  if (value === undefined) return -32700;
  const isBatch = Array.isArray(value);
  const all: unknown[] = isBatch ? (value as unknown[]) : [value];
  const messages = all.flatMap((each) => toMessage(each, isBatch ? JSON.stringify(each) : text));
  return messages.length > 0 && messages.length === all.length ? { isBatch, messages } : -32600;
}

function toMessage(value: unknown, text: string): Message | [] {
  const fields = asObject(value);
  const { id, method } = fields;
  const params = asObject(fields['params']);
  const shape = method === undefined ? 'response' : id === undefined ? 'notification' : 'request';
  const isValid = { request: isId(id), notification: true, response: 'result' in fields || 'error' in fields }[shape];
  return isValid ? { shape, id: isId(id) ? id : '', method, params, meta: asObject(params['_meta']), fields, text } : [];
}

export function isId(value: unknown): value is Id {
  return typeof value === 'string' || typeof value === 'number';
}

export function errorText(id: Id | null, code: number, message: string, data?: unknown): string {
  return JSON.stringify(failure(id, code, message, data));
}

interface Asking {
  readonly headers: Readonly<Record<string, unknown>>;
}

/** An error of the gateway's own that answers a request. */
export function refusalText(request: Asking, id: Id | null, code: number, message: string, reason: string, data?: Json): string {
  return JSON.stringify(ownFailure(request.headers, id, code, message, reason, data));
}

/** The text of the message with another id. */
export function withId({ fields, id, text }: Message, name: Id): string {
  return name === id ? text : JSON.stringify({ ...fields, id: name });
}

/** The text of the message with another value of one parameter. */
export function withParam({ fields, params, text }: Message, key: string, value: unknown): string {
  return params[key] === value ? text : JSON.stringify({ ...fields, params: { ...params, [key]: value } });
}
