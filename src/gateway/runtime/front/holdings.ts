/**
 * Sessions that callers of this process have used lately, and by which right. Their ids are sealed and need no store; this is for a reload, which takes from a
 * caller what it has lost the right to, at the server too.
 */
import { tenantIn } from '../decision/facts.js';
import type { Said } from '../identity/asked.js';
import { clientNamed, isVouchedBy, principalName, readOwner } from '../identity/principal.js';
import type { Leg } from '../identity/session.js';
import type { Exchange } from './exchange.js';
import { groundsOf, identifyAgain, isSilent, type Grounds } from './identify-again.js';
import type { State } from './state.js';

export interface HeldSession {
  readonly id: string;
  readonly leg: Leg;
  readonly tenant: string;
  readonly principal: string;
  /** What of the last request says whose it is; of its headers only those that carry its credentials, other than a token. */
  readonly said: Said;
  /** By what it was let in. A token itself is not kept. */
  readonly grounds: Grounds;
}

export interface Holdings {
  use(id: string, exchange: Exchange, leg: Leg): void;
  drop(id: string): void;
  /** Takes out the sessions whose callers have lost the right to them under these tables. */
  revoked(state: State): Promise<readonly HeldSession[]>;
}

const MOST = 10_000;
/** Characters of credentials that are kept. No key is as long; what is longer is padded, and its session counts as lost at a reload. */
const MOST_KEY = 1024;
const NO_HEADERS: Readonly<Record<string, string | undefined>> = {};

export function createHoldings(): Holdings {
  const held = new Map<string, HeldSession>();
  return {
    use(id, exchange, leg) {
      const { head, facts } = exchange;
      const { principal } = facts;
      const { host, path, pathTenant, address } = head;
      const { authorization, 'x-api-key': key } = principal?.kind === 'token' ? NO_HEADERS : head.request.headers;
      const known = held.get(id);
      const { headers = NO_HEADERS } = known?.said.request ?? {};
      // A reload may have brought a token's issuer other keys, and the token is read again then: it is another value.
      const isSame = known?.grounds.principal === principal && known?.grounds.lookup === facts.lookup;
      if (isSame && headers['authorization'] === authorization && headers['x-api-key'] === key && known?.said.host === host) return;
      const credentials = { ...(authorization !== undefined && { authorization }), ...(key !== undefined && { 'x-api-key': key }) };
      const isShort = (authorization?.length ?? 0) + (key?.length ?? 0) <= MOST_KEY;
      held.delete(id);
      held.set(id, {
        id,
        leg,
        tenant: tenantIn(facts) ?? '',
        principal: principalName(principal),
        said: { host, path, pathTenant, address, request: { headers: isShort ? credentials : NO_HEADERS } },
        grounds: groundsOf(exchange),
      });
      if (held.size > MOST) held.delete(held.keys().next().value as string);
    },
    drop: (id) => void held.delete(id),
    async revoked(state) {
      const all = [...held.values()];
      const keep = await Promise.all(all.map((one) => keepsSession(one, state)));
      // What has been used meanwhile was judged by the new tables already.
      const lost = all.filter((one, at) => keep[at] === false && held.get(one.id) === one);
      for (const { id } of lost) held.delete(id);
      return lost;
    },
  };
}

async function keepsSession({ grounds, leg, principal, said, tenant }: HeldSession, state: State): Promise<boolean> {
  const identity = await identifyAgain(state, said, grounds);
  const { principal: now, tenants = [] } = identity;
  const isTheirs = principalName(now) === principal && isAccepted(now?.kind ?? '') && tenants.length === 1 && tenants[0] === tenant;
  return (isTheirs || isSilent(identity)) && isGranted(state, tenant, leg.server);
}

const isAccepted = (kind: string): boolean => kind === 'client' || kind === 'token' || kind === 'anonymous';

function isGranted({ tables }: State, tenant: string, server: string): boolean {
  return tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '')?.has(server) ?? false;
}

/** Whether the owner of what is kept for a caller, by tenant and principal, can still be one who asks this server for it. */
export function ownerKeeps(state: State, owner: string, server: string): boolean {
  const { tenant, principal } = readOwner(owner);
  const { raw, clients, tenantOfClient } = state.tables;
  const client = clientNamed(principal);
  const issuers = [...raw.auth.issuers.map(({ issuer }) => issuer), ...(raw.auth.lookup ? [raw.auth.lookup.url] : [])];
  const isToken = issuers.some((issuer) => isVouchedBy(principal, issuer));
  const isKnown = client === null ? isToken || !raw.auth.wanted : clients.has(client) && (tenantOfClient.get(client) ?? tenant) === tenant;
  return isKnown && isGranted(state, tenant, server);
}
