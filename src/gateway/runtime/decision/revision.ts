/**
 * For row `revision`: which revision a body speaks, and whether its headers say the same. The body is what will be executed, so it decides; the order of the
 * checks is the order in which the specification names their errors (MCP 2026-07-28, Streamable HTTP "Standard headers").
 */
import type { RequestHead } from './head.js';
import type { Tables } from './lookups.js';
import { NAME_KEY, type Message } from './message.js';
import type { Reason } from './reasons.js';

export type Era = 'legacy' | 'modern';
export interface RevisionFault {
  readonly reason: Reason;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A message with the era that `eraOf` found it to speak. */
export interface JudgedMessage {
  readonly message: Message;
  readonly era: Era;
}

/** The first revision of its era. */
export const MODERN = '2026-07-28';
export const isModern = (version: unknown): boolean => typeof version === 'string' && version >= MODERN && /^\d{4}-\d\d-\d\d$/.test(version);

/** A server may still answer `initialize` with 2024-11-05, which its clients then repeat with every request. That revision differs only in its transport. */
const NEGOTIATED = '2024-11-05';

/** Every revision that a client may name before the handshake settles which one is spoken. */
const LEGACY: ReadonlySet<string> = new Set(['2024-10-07', NEGOTIATED, '2025-03-26', '2025-06-18', '2025-11-25']);

/** The era that a message speaks. A body without a claim is legacy unless its header claims otherwise. */
export function eraOf(head: RequestHead, message: Message): Era {
  if (head.kind.era === 'legacy' || message.shape === 'batch' || message.shape === 'response') return 'legacy';
  if (message.claim !== undefined) return message.method === 'initialize' && !isModern(message.claim) ? 'legacy' : 'modern';
  if (message.method === 'initialize') return 'legacy';
  return isModern(head.request.headers['mcp-protocol-version']) ? 'modern' : 'legacy';
}

/** @param body the message and its era; nothing for GET and DELETE, which are operations on a legacy session */
export function revisionFault(tables: Tables, head: RequestHead, body: JudgedMessage | undefined): RevisionFault | null {
  const header = head.request.headers['mcp-protocol-version'];
  if (body?.era === 'modern') return modernFault(tables, head, body.message, header);
  // The transport of 2024-11-05 knows no version header. It has routes of its own, which exist where it is served.
  if (head.kind.era === 'legacy') return null;
  if (!tables.raw.revisions.some((revision) => revision > NEGOTIATED && revision < MODERN)) return notServed(tables, header ?? null);
  const isOpening = body?.message.method === 'initialize';
  if (isOpening && isModern(header)) return { reason: 'header-mismatch' };
  const isKnown = header === undefined || header === NEGOTIATED || tables.revisions.has(header) || (isOpening && LEGACY.has(header));
  return isKnown ? null : notServed(tables, header);
}

function modernFault(tables: Tables, head: RequestHead, message: Message, header: string | undefined): RevisionFault | null {
  // The header rules for notifications are undefined in 2026-07-28: they are taken as they come.
  if (message.shape === 'notification') return header === undefined || tables.revisions.has(header) ? null : notServed(tables, header, isModern);
  if (typeof message.claim !== 'string' || !message.declaresCapabilities) return { reason: 'envelope-invalid' };
  const { 'mcp-method': method, 'mcp-name': name } = head.request.headers;
  if ((header !== undefined && header !== message.claim) || (method !== undefined && method !== message.method)) return { reason: 'header-mismatch' };
  if (!tables.revisions.has(message.claim) || !isModern(message.claim)) return notServed(tables, message.claim, isModern);
  if (header === undefined || method === undefined) return { reason: 'header-mismatch' };
  // A name that the body does not have names nothing that will be called.
  const isNamed = message.name !== null || (name !== undefined && NAME_KEY.has(message.method));
  if (isNamed && (name === undefined || decodeHeader(name) !== message.name)) return { reason: 'header-mismatch' };
  return null;
}

/** Names the revisions of the era that the request speaks, as `server/discover` would; where there are none, all, so that its client turns to legacy. */
function notServed({ raw: { revisions } }: Tables, requested: string | null, ofEra: (revision: string) => boolean = () => true): RevisionFault {
  const supported = revisions.filter(ofEra);
  return { reason: 'revision-not-served', data: { supported: supported.length > 0 ? supported : revisions, requested } };
}

/** Decodes `=?base64?…?=`, which carries text that a header cannot; other values are literal. Null, which equals no name, for what cannot be decoded. */
export function decodeHeader(value: string): string | null {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
  if (encoded === undefined) return value;
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    return null;
  }
}
