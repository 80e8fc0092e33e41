// mcpgen: Replicas in one network may share a name that they listen on: each listens at the address among those of the name that is its own.
import {lookup} from 'node:dns/promises';
import {networkInterfaces} from 'node:os';
export async function ownAddress(host, find = lookup) {
	const own = Object.values(networkInterfaces()).flat().map((each) => each?.address);
	const found = await find(host, {all: true}).catch(() => []);
	return found.find(({address}) => own.includes(address))?.address ?? host;
}
