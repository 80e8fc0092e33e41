// mcpgen
import {BlockList, isIP} from 'node:net';
export function addressSet(cidrs) {
	if (cidrs.length === 0) return () => false;
	const list = new BlockList();
	for (const cidr of cidrs) {
		const [address = '', bits] = plainCidr(cidr).split('/');
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
	const groups = [...front, ...Array.from({length: tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)}, () => '0'), ...back];
	return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
export function plainAddress(address) {
	if (!address.startsWith('::') || !/^::ffff:/i.test(address)) return address;
	const rest = address.slice(7);
	if (isIP(rest) === 4) return rest;
	const [high, low, more] = rest.split(':').map((group) => (/^[0-9a-f]{1,4}$/i.test(group) ? parseInt(group, 16) : NaN));
	if (high === undefined || low === undefined || more !== undefined || Number.isNaN(high + low)) return address;
	return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
export function plainCidr(cidr) {
	const [written = '', bits] = cidr.split('/');
	const address = plainAddress(written);
	if (address === written || bits === undefined) return bits === undefined ? address : cidr;
	return Number(bits) < 96 ? '0.0.0.0/0' : `${address}/${Number(bits) - 96}`;
}
export const authority = (address, port) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
export const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
export function isLoopback(address) {
	const plain = plainAddress(address);
	return plain === '::1' || plain.startsWith('127.');
}
const UNKNOWN = 'unknown';
export function clientAddress(peer, forwardedFor, trusted) {
	let address = plainAddress(peer);
	const hops = forwardedFor?.split(',') ?? [];
	while (trusted(address)) {
		const written = hops.pop()?.trim();
		if (written === undefined || written === '') break;
		const hop = plainAddress(written);
		if (isIP(hop) === 0) return UNKNOWN;
		address = hop;
	}
	return address;
}
