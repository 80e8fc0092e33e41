// mcpgen
import {NAME_KEY} from './message.js';
export const MODERN = '2026-07-28';
export const isModern = (version) => typeof version === 'string' && version >= MODERN && /^\d{4}-\d\d-\d\d$/.test(version);
const NEGOTIATED = '2024-11-05';
const LEGACY = new Set(['2024-10-07', NEGOTIATED, '2025-03-26', '2025-06-18', '2025-11-25']);
export function eraOf(head, message) {
	if (head.kind.era === 'legacy' || message.shape === 'batch' || message.shape === 'response') return 'legacy';
	if (message.claim !== undefined) return message.method === 'initialize' && !isModern(message.claim) ? 'legacy' : 'modern';
	if (message.method === 'initialize') return 'legacy';
	return isModern(head.request.headers['mcp-protocol-version']) ? 'modern' : 'legacy';
}
export function revisionFault(tables, head, body) {
	const header = head.request.headers['mcp-protocol-version'];
	if (body?.era === 'modern') return modernFault(tables, head, body.message, header);
	if (head.kind.era === 'legacy') return null;
	if (!tables.raw.revisions.some((revision) => revision > NEGOTIATED && revision < MODERN)) return notServed(tables, header ?? null);
	const isOpening = body?.message.method === 'initialize';
	if (isOpening && isModern(header)) return {reason: 'header-mismatch' };
	const isKnown = header === undefined || header === NEGOTIATED || tables.revisions.has(header) || (isOpening && LEGACY.has(header));
	return isKnown ? null : notServed(tables, header);
}
function modernFault(tables, head, message, header) {
	if (message.shape === 'notification') return header === undefined || tables.revisions.has(header) ? null : notServed(tables, header, isModern);
	if (typeof message.claim !== 'string' || !message.declaresCapabilities) return { reason: 'envelope-invalid' };
	const {'mcp-method': method, 'mcp-name': name } = head.request.headers;
	if ((header !== undefined && header !== message.claim) || (method !== undefined && method !== message.method)) return {reason: 'header-mismatch' };
	if (!tables.revisions.has(message.claim) || !isModern(message.claim)) return notServed(tables, message.claim, isModern);
	if (header === undefined || method === undefined) return {reason: 'header-mismatch' };
	const isNamed = message.name !== null || (name !== undefined && NAME_KEY.has(message.method));
	if (isNamed && (name === undefined || decodeHeader(name) !== message.name)) return {reason: 'header-mismatch' };
	return null;
}
function notServed({raw: {revisions}}, requested, ofEra = () => true) {
	const supported = revisions.filter(ofEra);
	return {reason: 'revision-not-served', data: { supported: supported.length > 0 ? supported : revisions, requested } };
}
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
