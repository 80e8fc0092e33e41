// mcpgen: What of a server a message uses: tools, prompts and resources, by the names that the server has for them; and what rules may say of them.
import {asObject, isObject} from '../wire/json-rpc.js';
import {elementTexts, memberText, ownText} from '../wire/json-text.js';
import {isAmbiguous, readKeys} from './ambiguous.js';
const OTHER_NAMES = readKeys([['ref', 'type'], ['ref', 'name'], ['ref', 'uri'], ['notifications', 'resourceSubscriptions']]);
const NAMES_ELSEWHERE = new Set(['completion/complete', 'subscriptions/listen']);
const named = (kind, name) => ({kind, name: typeof name === 'string' ? name : null, args: undefined, argsText: null });
const readsUri = ({uri}) => [named('resource', uri)];
const USES = new Map([
	['tools/call', ({ name }) => [named('tool', name)]],
	['prompts/get', ({ name }) => [named('prompt', name)]],
	['resources/read', readsUri],
	['resources/subscribe', readsUri],
	['resources/unsubscribe', readsUri],
	['completion/complete', ({ ref }) => refersTo(asObject(ref))],
	['subscriptions/listen', ({ notifications }) => subscribesTo(asObject(notifications)['resourceSubscriptions'])],
]);
export const usesItems = (method) => USES.has(method);
export const LISTS = new Set(['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']);
function refersTo({type, name, uri}) {
	return [type === 'ref/prompt' ? named('prompt', name) : named('resource', type === 'ref/resource' ? uri : null)];
}
function subscribesTo(uris) {
	if (uris === undefined || uris === null) return [];
	return Array.isArray(uris) ? uris.map((uri) => named('resource', uri)) : [named('resource', null)];
}
function itemsIn(method, params, text, readsArguments) {
	const uses = USES.get(method);
	if (!uses) return NONE;
	const items = uses(params);
	if (NAMES_ELSEWHERE.has(method) && isAmbiguous(memberText(text(), ['params']) ?? '', OTHER_NAMES)) return null;
	if (method === 'tools/call' && readsArguments) {
		for (const item of items) {
			item.args = params['arguments'];
			item.argsText = isObject(item.args) ? ownText(memberText(text(), ['params', 'arguments'])) : null;
		}
	}
	return items;
}
const NONE = [];
export function elementsReader(readsArguments) {
	return (value, text) => {
		let texts = null;
		const textOf = (index) => (Array.isArray(value) ? ((texts ??= elementTexts(text) ?? [])[index] ?? '') : text);
		const elements = [];
		for (const [index, one] of [value].flat().entries()) {
			const said = asObject(one);
			const {id: given, method} = said;
			const id = typeof given === 'string' || typeof given === 'number' ? given : null;
			const items = typeof method === 'string' ? itemsIn(method, asObject(said['params']), () => textOf(index), readsArguments) : NONE;
			if (!items) return null;
			const isOdd = typeof id === 'number' && !Number.isSafeInteger(id);
			const writtenId = isOdd ? (ownText(memberText(textOf(index), ['id'])) ?? undefined) : undefined;
			elements.push({id, writtenId, isRequest: typeof method === 'string' && 'id' in said, items });
		}
		return elements;
	};
}
export function forgetArguments(elements) {
	for (const {items} of elements ?? NO_ELEMENTS)
		for (const item of items) item.args = item.argsText = null;
}
const NO_ELEMENTS = [];
