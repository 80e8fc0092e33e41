// mcpgen: Whether an exchange that the tables of before a reload have allowed would be allowed by those of now.
import {decide} from '../decision/decide.js';
import {tenantIn} from '../decision/facts.js';
import {readHead} from '../decision/head.js';
import {rankOf} from '../decision/steps.js';
import {recogniseTenants} from '../decision/tenant.js';
import {principalName} from '../identity/principal.js';
const RIGHTS = new Set(['normal-form', 'host', 'route', 'origin', 'method', 'credentials', 'tenant', 'grant']);
const LAST = rankOf('grant');
const GIVEN = { address: { kind: 'ok' } };
export function lostRight({ head, facts }, state) {
	const { tables } = state;
	const again = readHead(tables, head.request, state.trusted);
	if (again.route && !leadsTo(again, head)) return 'unknown-route';
	const principal = state.authenticate(head.request.headers);
	const now = { ...GIVEN, principal, tenants: recogniseTenants(tables, again, principal) };
	for (let row = 0; row <= LAST; row++) {
		const decision = decide(tables, again, now, row);
		if (decision.kind !== 'refuse') break;
		if (RIGHTS.has(decision.step)) return decision.reason;
		row = rankOf(decision.step);
	}
	if (principalName(principal) !== principalName(facts.principal)) return 'credentials-invalid';
	return tenantIn(now) === tenantIn(facts) ? null : 'tenant-unknown';
}
const leadsTo = ({ route, kind }, before) => route?.server === before.route?.server && kind === before.kind;
