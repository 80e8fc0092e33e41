// mcpgen: Who stands behind a request to a child: whom messages may be for, and whose share of the places it takes.
import {callerKey, isLoopback} from '../decision/address.js';
import {CALLER, readCaller} from '../wire/caller.js';
let unnamed = 0;
export function callerOf({headers}) {
	const {tenant, client} = readCaller(headers[CALLER]);
	const own = `#${(unnamed += 1)}`;
	const address = headers['x-forwarded-for'] ?? '';
	const anonymous = address === '' || isLoopback(address) ? own : callerKey(address);
	return {principal: client === null ? own : `${tenant} ${client}`, holder: { tenant, hasNeighbours: tenant !== '', caller: client ?? anonymous } };
}
