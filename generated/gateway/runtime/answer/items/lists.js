// mcpgen
import {elementsAt, membersAt, spaceEnd} from '../../wire/json-text.js';
const LISTS = new Map([
	['tools', ['tool', 'name']],
	['prompts', ['prompt', 'name']],
	['resources', ['resource', 'uri']],
	['resourceTemplates', ['resource', 'uriTemplate']],
]);
export function filterLists(text, reader) {
	JSON.parse(text);
	const edits = [];
	const start = spaceEnd(text, 0);
	for (const message of elementsAt(text, start) ?? [{start, end: text.length}]) {
		for (const result of membersAt(text, message.start)) {
			if (result.key !== 'result') continue;
			for (const member of membersAt(text, result.start)) {
				const list = LISTS.get(member.key);
				if (list) edits.push(...hidden(text, member, list, reader));
				else if (member.key === 'cacheScope') edits.push({ start: member.start, end: member.end, text: '"private"' });
			}
		}
	}
	let out = '';
	let kept = 0;
	for (const {start: from, end, text: instead = '' } of edits) {
		out += text.slice(kept, from) + instead;
		kept = end;
	}
	return out + text.slice(kept);
}
function hidden(text, list, [kind, key], reader) {
	const elements = elementsAt(text, list.start);
	if (!elements) {
		if (reader.isList) throw new TypeError('a list that is no array');
		return [];
	}
	const shows = ({start}) => {
		const names = membersAt(text, start).flatMap((member) => (member.key === key ? [JSON.parse(text.slice(member.start, member.end))] : []));
		for (const name of names)
			if (typeof name === 'string') reader.seen(kind, name);
		return names.length > 0 && names.every((name) => typeof name === 'string' && reader.lists(kind, name));
	};
	const shown = elements.map(shows);
	const first = shown.indexOf(true);
	if (first === -1) return elements.length === 0 ? [] : [{start: elements[0].start, end: elements.at(-1).end}];
	return elements.flatMap((element, i) => {
		if (shown[i]) return [];
		return i < first ? [{start: element.start, end: elements[i + 1].start}] : [{start: elements[i - 1].end, end: element.end}];
	});
}
