// mcpgen
import {isLookedUp, recogniseTenants} from '../decision/tenant.js';
export function groundsOf({facts: {principal, lookup}, state}) {
	const source = principal?.kind === 'token' ? state.tokens?.sources.get(principal.issuer) : undefined;
	return {principal, lookup, source, asked: state.lookup};
}
export async function identifyAgain(state, said, grounds) {
	const {url, header} = grounds.asked?.table ?? {};
	const isSame = url !== undefined && url === state.lookup?.table.url && header === state.lookup.table.header;
	const principal = await knownAgain(state, said, grounds, isSame);
	const isTold = isSame && grounds.lookup?.kind === 'tenant' && isLookedUp(state.tables, principal);
	const lookup = isTold && grounds.lookup ? grounds.lookup : await state.lookUp(said, principal);
	return {principal, lookup, tenants: recogniseTenants(state.tables, said, principal, lookup)};
}
function knownAgain(state, said, {principal, source, asked}, isSame) {
	if (principal?.kind !== 'token') return state.authenticate(said);
	if (principal.issuer === asked?.table.url) return isSame ? principal : state.authenticate(said);
	return state.tokens?.recognises(principal, said, source) ? principal : {kind: 'invalid' };
}
export const isSilent = ({principal, lookup}) => principal?.kind === 'unavailable' || lookup?.kind === 'unavailable';
