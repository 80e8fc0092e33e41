// mcpgen: do not edit.
/**
 * Row 13: which revision a body speaks, and whether its headers say the same. The body is what will be executed, so it decides; the order of the
 * checks is the order in which the specification names their errors (MCP 2026-07-28, Streamable HTTP "Standard headers").
 */
import { kindOf } from './head.js';
/** The first revision of its era. */
export const MODERN = '2026-07-28';
export const isModern = (version) => typeof version === 'string' && /^\d{4}-\d\d-\d\d$/.test(version) && version >= MODERN;
const NEGOTIATED = '2024-11-05';
/** GET and DELETE are operations on a legacy session; a body without a claim is legacy unless its header claims otherwise. */
export function eraOf(head, message) {
	if (!message || kindOf(head) !== 'mcp' || message.shape === 'batch' || message.shape === 'response') return 'legacy';
	if (message.claim !== undefined) return message.method === 'initialize' && !isModern(message.claim) ? 'legacy' : 'modern';
	if (message.method === 'initialize') return 'legacy';
	return isModern(head.request.headers['mcp-protocol-version']) ? 'modern' : 'legacy';
}
export function revisionFault(tables, head, message) {
	const header = head.request.headers['mcp-protocol-version'];
	if (eraOf(head, message) === 'legacy') {
		if (kindOf(head) !== 'mcp') return null;
		if (!tables.raw.revisions.some((revision) => revision > NEGOTIATED && revision < MODERN)) return notServed(tables, header ?? null);
		if (message?.method === 'initialize') return isModern(header) ? { reason: 'header-mismatch' } : null;
		return header === undefined || header === NEGOTIATED || tables.revisions.has(header) ? null : notServed(tables, header);
	}
	return message ? modernFault(tables, head, message, header) : null;
}
function modernFault(tables, head, message, header) {
	if (message.shape === 'notification') return header === undefined || tables.revisions.has(header) ? null : notServed(tables, header, isModern);
	if (typeof message.claim !== 'string' || !message.declaresCapabilities) return { reason: 'envelope-invalid' };
	const { 'mcp-method': method, 'mcp-name': name } = head.request.headers;
	if ((header !== undefined && header !== message.claim) || (method !== undefined && method !== message.method)) return { reason: 'header-mismatch' };
	if (!tables.revisions.has(message.claim) || !isModern(message.claim)) return notServed(tables, message.claim, isModern);
	if (header === undefined || method === undefined) return { reason: 'header-mismatch' };
	if (message.name !== null && (name === undefined || decodeHeader(name) !== message.name)) return { reason: 'header-mismatch' };
	return null;
}
function notServed({ raw: { revisions } }, requested, ofEra = () => true) {
	const supported = revisions.filter(ofEra);
	return { reason: 'revision-not-served', data: { supported: supported.length > 0 ? supported : revisions, requested } };
}
/** `=?base64?…?=` carries what a header cannot; anything else is literal. Undecodable is null, which equals no name. */
export function decodeHeader(value) {
	const encoded = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
	if (encoded === undefined) return value;
	if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)) return null;
	try {
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'));
	} catch {
		return null;
	}
}
