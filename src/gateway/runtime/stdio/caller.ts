/** Who stands behind a request to a child: whom messages may be for, and whose share of the places it takes. */
import { callerKey, isLoopback } from '../decision/address.js';
import type { Holder } from '../process/places.js';
import { CALLER, readCaller } from '../wire/caller.js';
import type { UpstreamRequest } from '../upstream/upstream.js';

export interface ChildCaller {
  /** All sessions of one principal are for the same eyes. */
  readonly principal: string;
  readonly holder: Holder;
}

let unnamed = 0;

/**
 * A named client is one principal, whatever its sessions. Without a name each session is a principal of its own: what an address has in common is a
 * network, not a person. Its share goes by the address all the same, but for this machine's own, behind which there is nobody else to leave a share to.
 */
export function callerOf({ headers }: Pick<UpstreamRequest, 'headers'>): ChildCaller {
  const { tenant, client } = readCaller(headers[CALLER]);
  const own = `#${(unnamed += 1)}`;
  const address = headers['x-forwarded-for'] ?? '';
  const anonymous = address === '' || isLoopback(address) ? own : callerKey(address);
  return { principal: client === null ? own : `${tenant} ${client}`, holder: { tenant, hasNeighbours: tenant !== '', caller: client ?? anonymous } };
}
