// mcpgen
import {BlockList, isIP} from 'node:net';
export function addressSet(cidrs) {
	if (cidrs.length === 0) return () => false;
	const list = new BlockList();
	for (const cidr of cidrs) {
		const [address = '', bits] = cidr.split('/');
		const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
		if (bits === undefined) list.addAddress(address, family);
		else list.addSubnet(address, Number(bits), family);
	}
	return (address) => {
		const plain = plainAddress(address);
		const version = isIP(plain);
		return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
	};
}
export function callerKey(address) {
	if (!address.includes(':') || isIP(address) !== 6) return address;
	const [head = '', tail] = address.split('::');
	const front = head === '' ? [] : head.split(':');
	const back = tail === undefined || tail === '' ? [] : tail.split(':');
	const groups = [...front, ...Array.from({ length: tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length) }, () => '0'), ...back];
	return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
export function plainAddress(address) {
	return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
export const authority = (address, port) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
export const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
export function isLoopback(address) {
	const plain = plainAddress(address);
	return plain === '::1' || plain.startsWith('127.');
}
export function clientAddress(peer, forwardedFor, trusted) {
	let address = plainAddress(peer);
	const hops = forwardedFor?.split(',') ?? [];
	while (trusted(address)) {
		const hop = plainAddress(hops.pop()?.trim() ?? '');
		if (isIP(hop) === 0) break;
		address = hop;
	}
	return address;
}
