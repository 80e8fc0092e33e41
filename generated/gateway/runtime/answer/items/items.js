// mcpgen: Answers for callers that may use only some of what a server offers: lists without the rest, and one answer for what they may not use and what nothing has.
import {unknownItem} from '../../decision/denial.js';
import {UpstreamFault} from '../../wire/fault.js';
import {asObject, at, isReply, parseJson} from '../../wire/json-rpc.js';
import {memberText} from '../../wire/json-text.js';
import {replyText} from '../../wire/replies.js';
import {changeResults} from '../read-results.js';
import {createCatalogue} from './catalogue.js';
import {filterLists} from './lists.js';
const NOT_FOUND = -32002;
const INVALID_PARAMS = -32602;
const LONGEST = 16 * 2 ** 20;
export function createItems() {
	const catalogue = createCatalogue();
	return {
		isUnlisted: catalogue.lacks, async answer(call, items, proceed) {
			const asks = items.hasRules && call.route === 'server';
			if (asks && (await catalogue.lacks(call, async (asked) => (await proceed(asked)).response))) throw new UpstreamFault('unlisted');
			const answered = await proceed(call);
			if (!items.isRead) return answered;
			return {...answered, response: await readable(call, items, answered.response)};
		},
	};
	function readable(call, {lists, hasRules}, response) {
		const {message} = call;
		const isModern = call.era === 'modern';
		const isList = message?.method.endsWith('/list') ?? false;
		const reads = message?.method.startsWith('resources/') === true && !isList;
		const change = (text) => {
			const learnt = catalogue.learner(call);
			const filtered = filterLists(text, {lists, isList, seen: learnt.see});
			learnt.keep();
			return hasRules && !isList ? withoutOwnWords(filtered, isModern, reads ? [NOT_FOUND, INVALID_PARAMS] : [NOT_FOUND]) : filtered;
		};
		return changeResults(response, change, call.table.timeouts.response, LONGEST);
	}
}
function withoutOwnWords(text, isModern, codes) {
	const reply = asObject(parseJson(text));
	if (!isReply(reply) || !codes.includes(Number(at(reply, 'error', 'code')))) return text;
	return replyText(memberText(text, ['id']), 'error', JSON.stringify(unknownItem('resource', null, isModern)));
}
