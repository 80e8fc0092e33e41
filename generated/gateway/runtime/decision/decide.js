// mcpgen: The decision: rows tried in order.
import {askedIn} from './facts.js';
import {REASONS} from './reasons.js';
import {ROWS} from './rows.js';
import {idText} from '../wire/replies.js';
export function isApplied({id}, {raw}, {kind}) {
	return !kind.omits.has(id) && (raw.profile !== 'local' || !kind.omitsInLocal.has(id));
}
export function decide(tables, head, facts, from = 0) {
	for (let index = from; index < ROWS.length; index++) {
		const row = ROWS[index];
		const verdict = isApplied(row, tables, head) ? row.check(tables, head, facts) : null;
		if (verdict === null) continue;
		if ('need' in verdict) return { kind: 'need', step: row.id, fact: verdict.need, row: index };
		if ('answer' in verdict) return { kind: 'answer', step: row.id, what: verdict.answer };
		return {kind: 'refuse', step: row.id, ...REASONS[verdict.reason], ...verdict, idText: facts.body ? idText(askedIn(facts)) : null };
	}
	return {kind: 'allow' };
}
