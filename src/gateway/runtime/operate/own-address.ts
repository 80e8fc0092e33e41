/** Replicas in one network may share a name that they listen on: each listens at the address among those of the name that is its own. */
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';

type Find = (host: string, options: { readonly all: true }) => Promise<readonly { readonly address: string }[]>;

/** The host itself where no address of it is this machine's, or where nobody knows it: whoever listens there says what is wrong. */
export async function ownAddress(host: string, find: Find = lookup): Promise<string> {
  const own = Object.values(networkInterfaces()).flat().map((each) => each?.address);
  const found = await find(host, { all: true }).catch(() => []);
  return found.find(({ address }) => own.includes(address))?.address ?? host;
}
