import { isIP } from 'node:net';

/** One destination outside: a host name, `*.` and a host name, or a network in CIDR notation, and the port there. */
export interface Destination {
  readonly host: string;
  /** False for a name. */
  readonly isNetwork: boolean;
  readonly port: number;
}

/** The port of HTTPS, for a destination that names none. */
const HTTPS = 443;
const NAME = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** Reads `api.acme.com`, `*.acme.com:8443`, `10.0.0.0/8` and `[2001:db8::1]:443`; null for anything else. */
export function parseDestination(written: string): Destination | null {
  if (isNetwork(written)) return { host: written, isNetwork: true, port: HTTPS };
  const [, literal, name, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(written) ?? [];
  const host = literal ?? name ?? '';
  const port = digits === undefined ? HTTPS : Number(digits);
  const isKnown = isNetwork(host) || (literal === undefined && NAME.test(host));
  return isKnown && port >= 1 && port <= 65_535 ? { host, isNetwork: isNetwork(host), port } : null;
}

/** An address, or an address and the number of bits that its network has. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32));
}
