// mcpgen: do not edit.
import { isModern } from '../decision/revision.js';
import { at, failure, isObject } from '../json-rpc.js';
import { ANY_INSTANCE } from '../session.js';
import { readBody } from '../upstream/read-body.js';
import { answer, parseReply } from './answers.js';
import { Eras } from './eras.js';
export function createBridge(log) {
	const eras = new Eras(log);
	let legacy = [];
	let modern = [];
	let toLegacy;
	let toModern;
	const modernToAny = async (call) => {
		const { message } = call;
		if (message?.shape !== 'request' || legacy.length === 0 || (await eras.speaksModern(call)) !== false) return null;
		return answer(400, failure(message.id, -32022, 'Protocol version not supported', { supported: legacy, requested: message.claim }));
	};
	const legacyToAny = async (call) => {
		const leg = call.session?.legs.find(({ server }) => server === call.pool.server);
		const isBridged = leg ? leg.instance === ANY_INSTANCE : eras.isModernOnly(call.pool);
		if (!toModern || isBridged) return toModern?.(call, legacy) ?? null;
		return call.message?.method === 'initialize' ? introduce(call, toModern) : null;
	};
	const introduce = async (call, bridged) => {
		const { request } = call;
		const answered = await call.send({ ...request, headers: { ...request.headers, 'accept-encoding': 'identity' } });
		const { status } = answered.response;
		if (status === 200) eras.learnLegacy(call.pool, true);
		if (status !== 400 && status !== 404) return answered;
		const body = await readBody(answered.response.body, call.table.timeouts.response);
		if (!(await isModernRefusal(call, body))) return { ...answered, response: { ...answered.response, body } };
		if (isPlain(call)) eras.learnLegacy(call.pool, false);
		return bridged(call, legacy);
	};
	const isPlain = ({ message, request }) => {
		const { protocolVersion, capabilities, clientInfo } = message?.initialize ?? {};
		const isWhole = isObject(capabilities) && typeof at(clientInfo, 'name') === 'string' && typeof at(clientInfo, 'version') === 'string';
		return isWhole && legacy.some((revision) => revision === protocolVersion) && !('mcp-method' in request.headers);
	};
	const isModernRefusal = async (call, body) => {
		const error = at(parseReply(body), 'error');
		const code = Number(at(error, 'code'));
		const supported = at(error, 'data', 'supported');
		if (code === -32022 && Array.isArray(supported)) return supported.length > 0 && supported.every(isModern);
		return [-32601, -32602, -32020, -32022].includes(code) && (await eras.speaksModern(call)) === true;
	};
	return {
		configure: (options) => {
			legacy = options.revisions.filter((revision) => !isModern(revision));
			modern = options.revisions.filter(isModern);
			toLegacy ??= options.toLegacy?.createToLegacy(log);
			toModern ??= options.toModern?.createToModern(log);
		},
		exchange: async (call) => {
			const { revision } = call.table;
			if (call.era === revision) return null;
			if (revision === 'modern') return toModern?.(call, legacy) ?? null;
			if (revision === 'legacy') return toLegacy?.exchange(call, modern) ?? null;
			return call.era === 'modern' ? modernToAny(call) : legacyToAny(call);
		},
		close: async () => toLegacy?.close(),
	};
}
