// mcpgen: do not edit.
/**
 * Sessions without a store: the id that a client holds is the session's state, sealed. Any replica can open it, a restart loses none, and it names whose
 * it is.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { asObject } from './json-rpc.js';
/** Header by which one replica vouches to another for a message that it relays. */
export const RELAY = 'mcpgen-relay';
/** In place of an instance: any will do, since the session lives in none. */
export const ANY_INSTANCE = '*';
/** Whether a session that is lost is opened again. */
export const keepsItsSession = ({ sessionLoss }) => sessionLoss === 'reinitialise';
const MOST_INIT = 1500;
export function initOf(message) {
	const { protocolVersion, capabilities, clientInfo } = message?.initialize ?? {};
	if (typeof protocolVersion !== 'string') return null;
	const { name = '', version = '' } = asObject(clientInfo);
	const init = { protocolVersion, capabilities: asObject(capabilities), clientInfo: { name, version } };
	return JSON.stringify(init).length <= MOST_INIT ? init : null;
}
const VERSION = 2;
const MOST_BYTES = 4096;
/** @param secrets the first seals, all open, so that keys are rotated by putting a new one in front */
export function createSealer(secrets, ttl, now) {
	const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, 'mcpgen', 'session id v1', 32)));
	return {
		seal: (state) => seal(keys[0], state),
		open: (id) => {
			if (id.length > MOST_BYTES || !/^[A-Za-z0-9_-]{40,}$/.test(id)) return null;
			const sealed = Buffer.from(id, 'base64url');
			if (sealed.toString('base64url') !== id) return null;
			for (const key of keys) {
				const state = open(key, sealed);
				if (state) return now() - state.issuedAt <= ttl ? state : null;
			}
			return null;
		},
	};
}
function seal(key, { kind, tenant, principal, issuedAt, init, legs }) {
	const nonce = randomBytes(12);
	const head = Buffer.from([VERSION]);
	const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head);
	const plain = JSON.stringify([kind, tenant, principal, issuedAt, init, legs.map(({ server, instance, upstreamId }) => [server, instance, upstreamId])]);
	const id = Buffer.concat([head, nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
	return id.length > MOST_BYTES ? null : id;
}
function open(key, sealed) {
	if (sealed.length < 30 || sealed[0] !== VERSION) return null;
	try {
		const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 13)).setAAD(sealed.subarray(0, 1));
		decipher.setAuthTag(sealed.subarray(-16));
		const plain = Buffer.concat([decipher.update(sealed.subarray(13, -16)), decipher.final()]).toString('utf8');
		const [kind, tenant, principal, issuedAt, init, legs] = JSON.parse(plain);
		return { kind, tenant, principal, issuedAt, init, legs: legs.map(([server, instance, upstreamId]) => ({ server, instance, upstreamId })) };
	} catch {
		return null;
	}
}
