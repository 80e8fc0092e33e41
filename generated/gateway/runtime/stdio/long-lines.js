// mcpgen
import {parseJson} from '../wire/json-rpc.js';
import {headMembers} from '../wire/json-text.js';
import {failureText} from '../wire/replies.js';
import {tooLong} from './lost.js';
const LAST_ID = /[,{]\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?[\d.eE+-]+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;
export function longLines(limit, pid, requests, refuse, log, onDropped) {
	let missing = null;
	const say = (lost) => log('warn', 'child-line-too-long', { pid, limit, lost });
	const lose = (id) => {
		const isFound = requests.lose(id, (call) => tooLong(call, limit));
		if (isFound) say('the answer to a call');
		return isFound;
	};
	const refuseQuestion = (id) => refuse(failureText(id, -32603, `The question is longer than limits.line (${limit} bytes)`));
	return {
		begins(head) {
			const members = headMembers(head);
			const id = members.get('id') ?? '';
			missing = null;
			if (members.has('method') || members.has('params')) {
				say('a message');
				onDropped();
				if (id === '') missing = 'question';
				else refuseQuestion(id);
			} else if (id !== '') lose(parseJson(id));
			else if (!lose(undefined)) missing = 'reply';
		},
		ends(tail) {
			const [, id] = LAST_ID.exec(tail) ?? [];
			if (missing === 'question' && id !== undefined) refuseQuestion(id);
			if (missing === 'reply' && !(id !== undefined && lose(parseJson(id)))) say('a line of which nobody knows whose it was');
			missing = null;
		},
	};
}
