// mcpgen: Judges a request again whose body came after a reload, by the tables of now.
import {tenantIn} from '../decision/facts.js';
import {readHead} from '../decision/head.js';
import {parseMessage} from '../decision/message.js';
import {identify} from './identify.js';
export async function renew(exchange, state) {
	const facts = exchange.facts;
	const before = tenantIn(exchange.facts);
	const {depth} = exchange.state.tables.raw.limits;
	const {items} = exchange.state.tables;
	exchange.state = state;
	exchange.judgement = null;
	exchange.holder = null;
	exchange.head = readHead(state.tables, exchange.head.request, state.trusted);
	Object.assign(facts, await identify(state, exchange.head));
	if (tenantIn(exchange.facts) !== before) facts.quota = undefined;
	const {body} = exchange;
	const {limits} = state.tables.raw;
	if (body && body.length > limits.body) facts.body = {kind: 'refused', reason: 'body-too-large', id: null };
	else if (body && (limits.depth < depth || state.tables.items !== items)) {
		const parsed = parseMessage(body, limits.depth, undefined, state.tables.items?.read);
		if (!parsed.ok) facts.body = {kind: 'refused', reason: parsed.reason, id: parsed.id, writtenId: parsed.writtenId };
		else if (facts.body?.kind === 'message') facts.body = { ...facts.body, message: parsed.message };
	}
}
