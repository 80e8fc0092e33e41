// mcpgen
import {failureText, idText} from '../wire/replies.js';
const INVALID_PARAMS = -32602;
const NOT_FOUND = -32002;
const MOST_OF_NAME = 256;
export function unknownItem(kind, name, isModern) {
	if (kind === 'resource') return { code: isModern ? INVALID_PARAMS : NOT_FOUND, message: 'Resource not found' };
	return {code: INVALID_PARAMS, message: `Unknown ${kind}${name === null ? '' : `: ${name.slice(0, MOST_OF_NAME)}`}` };
}
const NOT_RUN = {code: -32600, message: 'Nothing of this batch was carried out: it names something that is not known' };
export function denials(elements, isModern) {
	return (elements ?? []).flatMap((element) => {
		if (!element.isRequest) return [];
		const {code, message} = saidOf(element.items, isModern);
		return [failureText(idText(element), code, message)];
	});
}
function saidOf([item], isModern) {
	return item ? unknownItem(item.kind, item.name, isModern) : NOT_RUN;
}
