import { BlockList, isIP } from 'node:net';

/** Networks and single addresses to test an address against; IPv4 in IPv6 notation counts as IPv4. */
export function addressSet(cidrs: readonly string[]): (address: string) => boolean {
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

/** The key of a caller: an IPv4 address, or an IPv6 /64, because one caller has all addresses of a /64 (RFC 6177 §2). */
export function callerKey(address: string): string {
  if (!address.includes(':') || isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...front, ...Array.from({ length: tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length) }, () => '0'), ...back];
  return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

/** `::ffff:10.0.0.1` is how a dual-stack socket shows `10.0.0.1`; others may write it in capitals, or as `::ffff:a00:1`. */
export function plainAddress(address: string): string {
  if (!address.startsWith('::') || !/^::ffff:/i.test(address)) return address;
  const rest = address.slice(7);
  if (isIP(rest) === 4) return rest;
  const [high, low, more] = rest.split(':').map((group) => (/^[0-9a-f]{1,4}$/i.test(group) ? parseInt(group, 16) : NaN));
  if (high === undefined || low === undefined || more !== undefined || Number.isNaN(high + low)) return address;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** An IPv4 network in IPv6 notation as IPv4 writes it: the first 96 bits say only that it is one. */
export function plainCidr(cidr: string): string {
  const [written = '', bits] = cidr.split('/');
  const address = plainAddress(written);
  if (address === written || bits === undefined) return bits === undefined ? address : cidr;
  return Number(bits) < 96 ? '0.0.0.0/0' : `${address}/${Number(bits) - 96}`;
}

/** An address and a port as URLs write them. */
export const authority = (address: string, port: number): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);

/** The loopback interface as hosts name it. */
export const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === '::1' || plain.startsWith('127.');
}

/** In place of an address that a trusted hop wrote in a way that cannot be read (RFC 7239 §6). It is on no list. */
const UNKNOWN = 'unknown';

/**
 * The client's address is the right-most address that does not belong to a trusted hop. Addresses to the left of it were written by the client and prove
 * nothing.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusted: (address: string) => boolean): string {
  let address = plainAddress(peer);
  const hops = forwardedFor?.split(',') ?? [];
  while (trusted(address)) {
    const written = hops.pop()?.trim();
    // It asks for itself.
    if (written === undefined || written === '') break;
    const hop = plainAddress(written);
    // Somebody it asks for, but not whom: taken for the hop itself, everybody behind it would be on a list that has its network.
    if (isIP(hop) === 0) return UNKNOWN;
    address = hop;
  }
  return address;
}
