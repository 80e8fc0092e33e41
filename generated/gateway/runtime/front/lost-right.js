// mcpgen: Whether an exchange that the tables of before a reload have allowed would be allowed by those of now.
import {decide} from '../decision/decide.js';
import {tenantIn} from '../decision/facts.js';
import {readHead} from '../decision/head.js';
import {callerIn} from '../decision/items.js';
import {rankOf} from '../decision/steps.js';
import {principalName} from '../identity/principal.js';
import {isListening} from './exchange.js';
import {groundsOf, identifyAgain, isSilent} from './identify-again.js';
const RIGHTS = new Set(['normal-form', 'host', 'route', 'origin', 'method', 'address', 'credentials', 'tenant', 'grant']);
const LAST = rankOf('grant');
const GIVEN = {address: {kind: 'ok' } };
export async function lostRight(exchange, state) {
	const {head, facts} = exchange;
	const {tables} = state;
	const grounds = groundsOf(exchange);
	const again = readHead(tables, head.request, state.trusted);
	if (again.route && !leadsTo(again, head)) return 'unknown-route';
	const identity = await identifyAgain(state, again, grounds);
	if (isSilent(identity)) return null;
	const {principal} = identity;
	const now = {...GIVEN, ...identity};
	for (let row = 0; row <= LAST; row++) {
		const decision = decide(tables, again, now, row);
		if (decision.kind !== 'refuse') break;
		if (RIGHTS.has(decision.step)) return decision.reason;
		row = rankOf(decision.step);
	}
	if (principalName(principal) !== principalName(facts.principal)) return 'credentials-invalid';
	if (tenantIn(now) !== tenantIn(facts)) return 'tenant-unknown';
	return isListening(exchange) && !showsTheSame(exchange, state, now) ? 'access-revoked' : null;
}
const NO_RULES = JSON.stringify([null, {call: null, list: null}]);
function showsTheSame({state: {tables: before}, head, facts}, {tables}, now) {
	if (!before.items && !tables.items) return true;
	const tenant = tenantIn(facts) ?? '';
	const server = head.route?.server ?? '';
	const text = (of, {principal}) => (of.items?.textOf(tenant, server) ?? NO_RULES) + JSON.stringify(callerIn(of, principal));
	return text(before, facts) === text(tables, now);
}
const leadsTo = ({route, kind}, before) => route?.server === before.route?.server && kind === before.kind;
