// mcpgen: Conditions on the arguments of a call.
import {isObject} from '../wire/json-rpc.js';
import {globOf} from './glob.js';
const ABSENT = Symbol('absent');
const ODD = Symbol('odd');
export function conditionOf(argument, table) {
	const path = argument.split('.');
	const test = testOf(table);
	return {
		path, text: `${argument} ${JSON.stringify(table)}`, holds: (args) => {
			const value = valueAt(args, path);
			if (value === ODD) return 'unsure';
			if (table.kind === 'present') return answer((value !== ABSENT) === table.is);
			return value === ABSENT ? 'no' : test(value);
		},
	};
}
function valueAt(args, path) {
	let value = args ?? ABSENT;
	for (const name of path) {
		if (value === ABSENT) return ABSENT;
		if (!isObject(value)) return ODD;
		value = Object.hasOwn(value, name) ? value[name] : ABSENT;
	}
	return value;
}
const answer = (holds) => (holds ? 'yes' : 'no');
function testOf(table) {
	switch (table.kind) {
		case 'in':
			return (value) => isOneOf(value, table.values);
		case 'matches': {
			const matches = globOf(table.glob);
			return (value) => (typeof value === 'string' ? answer(matches(value)) : 'unsure');
		}
		case 'under':
			return (value) => isUnder(value, table.path);
		case 'range':
			return (value) => typeof value !== 'number' ? 'unsure'
				: !isExact(value) && (value === table.min || value === table.max) ? 'unsure'
					: answer(value >= (table.min ?? -Infinity) && value <= (table.max ?? Infinity));
		case 'length':
			return (value) => (typeof value === 'string' ? answer(value.length <= table.max) : 'unsure');
		case 'present':
			return () => 'unsure';
	}
}
const isExact = (value) => Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
function isOneOf(value, values) {
	if (typeof value === 'number' && !isExact(value)) return 'unsure';
	if (values.some((one) => one === value)) return 'yes';
	return values.some((one) => typeof one === typeof value) ? 'no' : 'unsure';
}
const NOT_PLAIN = /(?:^|\/)\.{1,2}(?:\/|$)|\/\/|[\\%\0]/;
function isUnder(value, path) {
	if (typeof value !== 'string' || NOT_PLAIN.test(value)) return 'unsure';
	const base = path.endsWith('/') ? path.slice(0, -1) : path;
	if (value === base || value === path || value.startsWith(`${base}/`)) return 'yes';
	return path.startsWith('/') && !value.startsWith('/') ? 'unsure' : 'no';
}
