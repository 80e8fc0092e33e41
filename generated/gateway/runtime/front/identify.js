// mcpgen
import {recogniseTenants} from '../decision/tenant.js';
export async function identify(state, said) {
	const principal = await state.authenticate(said);
	const lookup = await state.lookUp(said, principal);
	return {principal, lookup, tenants: recogniseTenants(state.tables, said, principal, lookup)};
}
