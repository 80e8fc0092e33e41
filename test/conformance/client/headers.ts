/** The headers of a request of 2026-07-28, made from its body. */
import { isObject, objectOr, type Json } from '../fixture/message.js';
import { MODERN } from '../fixture/server-info.js';

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const MIRRORED = new Set(['string', 'integer', 'boolean']);

/** A value as a header. It is encoded if a header cannot hold it, or if it looks like an encoded value. */
export function encodeHeader(value: string): string {
  const isPlain = /^[\x20-\x7e]*$/.test(value) && value === value.trim() && !/^=\?base64\?.*\?=$/.test(value);
  return isPlain ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

interface Mirrored {
  readonly key: string;
  readonly header: string;
}

/** The properties that a tool wants repeated in headers. Null if the tool asks for something that a client must not do (SEP-2243). */
export function mirrored(inputSchema: unknown): readonly Mirrored[] | null {
  const asked = Object.entries(objectOr(objectOr(inputSchema)['properties'])).flatMap(([key, property]) =>
    isObject(property) && 'x-mcp-header' in property ? [{ key, header: String(property['x-mcp-header']), type: property['type'] }] : [],
  );
  const isSound = asked.every(({ header, type }) => TOKEN.test(header) && MIRRORED.has(String(type)));
  const isUnique = new Set(asked.map(({ header }) => header.toLowerCase())).size === asked.length;
  return isSound && isUnique ? asked : null;
}

export function headersOf(method: string, params: Json, inputSchema?: unknown): Record<string, string> {
  const named = params['name'] ?? params['uri'];
  const values = objectOr(params['arguments']);
  const repeated = (mirrored(inputSchema) ?? []).filter(({ key }) => values[key] !== undefined && values[key] !== null);
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': MODERN,
    'mcp-method': method,
    ...(typeof named === 'string' ? { 'mcp-name': encodeHeader(named) } : {}),
    ...Object.fromEntries(repeated.map(({ key, header }) => [`mcp-param-${header}`, encodeHeader(String(values[key]))])),
  };
}
