// mcpgen
import {isModern} from '../../decision/revision.js';
import {at} from '../../wire/json-rpc.js';
import {ownFailureText} from '../../wire/replies.js';
import {memberText} from '../../wire/json-text.js';
import {ANY_INSTANCE, legAt} from '../../identity/session.js';
import {readBody} from '../../wire/read-body.js';
import {ownAnswer, parseReply} from './answers.js';
import {createEras} from './eras.js';
export function createBridge(log) {
	const eras = createEras(log);
	let legacy = [];
	let modern = [];
	let toLegacy;
	let toModern;
	const modernToAny = (call) => {
		const {message, request, send} = call;
		if (message?.shape !== 'request' || legacy.length === 0) return null;
		const speaks = eras.speaksModern(call);
		if (speaks === true || speaks === null) return null;
		const said = {supported: legacy, requested: message.claim};
		const refusal = () => ownFailureText(request.headers, memberText(`${request.body}`, ['id']), -32022, 'Protocol version not supported', 'revision-not-served', said);
		return Promise.resolve(speaks).then((modern) => (modern === false ? ownAnswer(400, refusal()) : send(request)));
	};
	const legacyToAny = (call) => {
		if (!toModern) return null;
		const leg = legAt(call.pool.server, call.session);
		if (leg ? leg.instance === ANY_INSTANCE : eras.isModernOnly(call.pool)) return toModern(call, legacy);
		return call.message?.method === 'initialize' ? introduce(call, toModern) : null;
	};
	const introduce = async (call, bridged) => {
		const {request} = call;
		const answered = await call.send({...request, headers: {...request.headers, 'accept-encoding': 'identity' } });
		const {status} = answered.response;
		if (status !== 400 && status !== 404) return answered;
		const body = await readBody(answered.response.body, call.table.timeouts.response);
		if (!(await isModernRefusal(call, body))) return {...answered, response: {...answered.response, body}};
		const [given] = await Promise.all([bridged(call, legacy), eras.lookLegacy(call, legacy.at(-1) ?? '', isModernRefusal)]);
		return given;
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
		answer: (call) => {
			const {revision} = call.table;
			if (call.era === revision) return null;
			if (revision === 'modern') return toModern?.(call, legacy) ?? null;
			if (revision === 'legacy') return toLegacy?.answer(call, modern) ?? null;
			return call.era === 'modern' ? modernToAny(call) : legacyToAny(call);
		},
		revoke: (keeps) => toLegacy?.revoke(keeps), close: async () => toLegacy?.close(),
	};
}
