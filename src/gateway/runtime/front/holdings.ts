/**
 * Sessions that callers of this process have used lately, and by which right. Their ids are sealed and need no store; this is for a reload, which takes from a
 * caller what it has lost the right to, at the server too.
 */
import { tenantIn } from '../decision/facts.js';
import { clientNamed, principalName, readOwner } from '../identity/principal.js';
import type { Leg } from '../identity/session.js';
import type { Lookup } from '../identity/lookup.js';
import type { Exchange } from './exchange.js';
import { identifyAgain, saidBy, type Identity, type Said } from './identify.js';
import type { State } from './state.js';

export interface HeldSession {
  readonly id: string;
  readonly leg: Leg;
  readonly tenant: string;
  readonly principal: string;
  /** What of the last request says whose it is; of its headers only those that carry its credentials. */
  readonly said: Said;
  /** Whose it was, and who was asked about it. */
  readonly identity: Identity;
  readonly asked: Lookup | null;
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

export function createHoldings(): Holdings {
  const held = new Map<string, HeldSession>();
  return {
    use(id, exchange, leg) {
      const { head, facts, state } = exchange;
      const { authorization, 'x-api-key': key } = head.request.headers;
      const known = held.get(id);
      if (known?.said.headers['authorization'] === authorization && known?.said.headers['x-api-key'] === key && known?.said.host === head.host) return;
      const credentials = { ...(authorization !== undefined && { authorization }), ...(key !== undefined && { 'x-api-key': key }) };
      const isShort = (authorization?.length ?? 0) + (key?.length ?? 0) <= MOST_KEY;
      held.delete(id);
      held.set(id, {
        id,
        leg,
        tenant: tenantIn(facts) ?? '',
        principal: principalName(facts.principal),
        said: { ...saidBy(head), headers: isShort ? credentials : {} },
        identity: { principal: facts.principal, lookup: facts.lookup, tenants: facts.tenants },
        asked: state.lookup,
      });
      if (held.size > MOST) held.delete(held.keys().next().value as string);
    },
    drop: (id) => void held.delete(id),
    async revoked(state) {
      const all = [...held.values()];
      const kept = await Promise.all(all.map((one) => keepsSession(one, state)));
      const lost = all.filter((_, index) => !kept[index]);
      for (const { id } of lost) held.delete(id);
      return lost;
    },
  };
}

async function keepsSession({ asked, identity, leg, principal, said, tenant }: HeldSession, state: State): Promise<boolean> {
  const { principal: now, lookup, tenants = [] } = await identifyAgain(state, said, identity, asked);
  // A silence is no word against anybody: its next request has to be let in.
  if (now?.kind === 'unavailable' || lookup?.kind === 'unavailable') return isGranted(state, tenant, leg.server);
  const isTheirs = principalName(now) === principal && isAccepted(now?.kind ?? '') && tenants.length === 1 && tenants[0] === tenant;
  return isTheirs && isGranted(state, tenant, leg.server);
}

const isAccepted = (kind: string): boolean => kind === 'client' || kind === 'token' || kind === 'anonymous';

function isGranted({ tables }: State, tenant: string, server: string): boolean {
  return tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '')?.has(server) ?? false;
}

const NOBODYS = { kind: 'token', issuer: '', subject: '', client: null, audiences: [], permissions: [], claims: {}, expiresAt: 0 } as const;

/** Whether the owner of what is kept for a caller, by tenant and principal, can still be one who asks this server for it. */
export function ownerKeeps(state: State, owner: string, server: string): boolean {
  const { tenant, principal } = readOwner(owner);
  const { raw, clients, tenantOfClient } = state.tables;
  const client = clientNamed(principal);
  const vouching = [...raw.auth.issuers.map(({ issuer }) => issuer), ...(raw.auth.lookup ? [raw.auth.lookup.url] : [])];
  if (vouching.some((issuer) => principal.startsWith(principalName({ ...NOBODYS, issuer })))) return isGranted(state, tenant, server);
  const isKnown = client === null ? !raw.auth.wanted : clients.has(client) && (tenantOfClient.get(client) ?? tenant) === tenant;
  return isKnown && isGranted(state, tenant, server);
}
