// mcpgen: Sessions without a store: the id that a client holds is the session's state, sealed.
import {createCipheriv, createDecipheriv, hkdfSync, randomBytes} from 'node:crypto';
import {asObject, at, parseJson} from '../wire/json-rpc.js';
import {elementTexts} from '../wire/json-text.js';
export const ANY_INSTANCE = '*';
export const legAt = (server, session) => session?.legs.find((leg) => leg.server === server);
export const keepsItsSession = ({sessionLoss}) => sessionLoss === 'reinitialise';
export function initOf(message) {
	const {protocolVersion, text = null} = message?.initialize ?? {};
	return typeof protocolVersion === 'string' && text !== null ? initIn(text) : null;
}
const initIn = (text) => ({clientInfo: asObject(at(parseJson(text), 'clientInfo')), text });
const VERSION = 2;
const MOST_BYTES = 4096;
const MOST_RELAY = 8192;
const MOST_OPENED = 2000;
export function createSealer(secrets, ttl, now) {
	const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, 'mcpgen', 'session id v1', 32)));
	const opened = new Map();
	return {
		seal: (state) => seal(keys[0], state), open: (id) => {
			const state = opened.get(id) ?? unseal(keys, id);
			if (!state || now() - state.issuedAt > ttl) return null;
			if (opened.set(id, state).size > MOST_OPENED) opened.delete(opened.keys().next().value);
			return state;
		},
	};
}
function seal(key, {transport, tenant, principal, issuedAt, init, legs, caller}) {
	const nonce = randomBytes(12);
	const head = Buffer.from([VERSION]);
	const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head);
	const places = legs.map(({server, instance, upstreamId}) => [server, instance, upstreamId]);
	const more = caller ? `,${JSON.stringify(caller)}` : '';
	const plain = `[${JSON.stringify([transport, tenant, principal, issuedAt]).slice(1, -1)},${init?.text ?? 'null'},${JSON.stringify(places)}${more}]`;
	const id = Buffer.concat([head, nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
	return id.length > (transport === 'relay' ? MOST_RELAY : MOST_BYTES) ? null : id;
}
const INIT = 4;
function unseal(keys, id) {
	if (id.length > MOST_RELAY || !/^[A-Za-z0-9_-]{40,}$/.test(id)) return null;
	const sealed = Buffer.from(id, 'base64url');
	if (sealed.toString('base64url') !== id || sealed[0] !== VERSION) return null;
	for (const key of keys) {
		try {
			const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 13)).setAAD(sealed.subarray(0, 1));
			decipher.setAuthTag(sealed.subarray(-16));
			const plain = Buffer.concat([decipher.update(sealed.subarray(13, -16)), decipher.final()]).toString('utf8');
			const [transport, tenant, principal, issuedAt, introduced, legs, caller = null] = JSON.parse(plain);
			const init = introduced && initIn(elementTexts(plain)?.[INIT] ?? '');
			const named = legs.map(([server, instance, upstreamId]) => ({server, instance, upstreamId}));
			return {transport, tenant, principal, issuedAt, init, legs: named, ...(caller && {caller})};
		} catch {
		}
	}
	return null;
}
