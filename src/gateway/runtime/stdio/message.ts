/** JSON-RPC messages, told apart, and changed without loss. */
import { asObject, parseJson, type Json } from '../wire/json-rpc.js';
import { elementTexts, memberText, ownText, replaceMember } from '../wire/json-text.js';
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
  /** The message as it came: what is routed stays text, so that numbers beyond 2^53 survive. */
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
  const texts = isBatch ? (elementTexts(text) ?? []) : [text];
  const messages = all.flatMap((each, i) => toMessage(each, texts[i] ?? ''));
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

/** The id as its sender wrote it, which as a number may be one that no double holds. */
export const idText = ({ text }: Message): string => ownText(memberText(text, ['id'])) ?? 'null';

/** The text of the message with another id, or another value of one parameter, that is given as JSON text; all else as it came. */
export const withId = ({ text }: Pick<Message, 'text'>, id: string): string => replaceMember(text, ['id'], id) ?? text;
export const withParam = ({ text }: Pick<Message, 'text'>, path: readonly string[], value: string): string =>
  replaceMember(text, ['params', ...path], value) ?? text;
