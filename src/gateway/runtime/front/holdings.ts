/**
 * Sessions that callers of this process have used lately, and by which right. Their ids are sealed and need no store; this is for a reload, which takes from a
 * caller what it has lost the right to, at the server too.
 */
import { tenantIn } from '../decision/facts.js';
import type { RequestHead } from '../decision/head.js';
import { recogniseTenants } from '../decision/tenant.js';
import { clientNamed, principalName, readOwner } from '../identity/principal.js';
import type { Leg } from '../identity/session.js';
import type { Exchange } from './exchange.js';
import type { State } from './state.js';

export interface HeldSession {
  readonly id: string;
  readonly leg: Leg;
  readonly tenant: string;
  readonly principal: string;
  /** What of the last request says whose it is, as `RequestHead` has it. */
  readonly said: Pick<RequestHead, 'host' | 'pathTenant'>;
  /** The headers that carry its credentials. */
  readonly credentials: Readonly<Record<string, string | undefined>>;
}

export interface Holdings {
  use(id: string, exchange: Exchange, leg: Leg): void;
  drop(id: string): void;
  /** Takes out the sessions whose callers have lost the right to them under these tables. */
  revoked(state: State): readonly HeldSession[];
}

const MOST = 10_000;
/** Characters of credentials that are kept. No key is as long; what is longer is padded, and its session counts as lost at a reload. */
const MOST_KEY = 1024;

export function createHoldings(): Holdings {
  const held = new Map<string, HeldSession>();
  return {
    use(id, exchange, leg) {
      const { head, facts } = exchange;
      const { authorization, 'x-api-key': key } = head.request.headers;
      const known = held.get(id);
      if (known?.credentials['authorization'] === authorization && known?.credentials['x-api-key'] === key && known?.said.host === head.host) return;
      const isShort = (authorization?.length ?? 0) + (key?.length ?? 0) <= MOST_KEY;
      held.delete(id);
      held.set(id, {
        id,
        leg,
        tenant: tenantIn(facts) ?? '',
        principal: principalName(facts.principal),
        said: { host: head.host, pathTenant: head.pathTenant },
        credentials: isShort ? { ...(authorization !== undefined && { authorization }), ...(key !== undefined && { 'x-api-key': key }) } : {},
      });
      if (held.size > MOST) held.delete(held.keys().next().value as string);
    },
    drop: (id) => void held.delete(id),
    revoked(state) {
      const lost = [...held.values()].filter((one) => !keepsSession(one, state));
      for (const { id } of lost) held.delete(id);
      return lost;
    },
  };
}

function keepsSession({ credentials, leg, principal, said, tenant }: HeldSession, state: State): boolean {
  const now = state.authenticate(credentials);
  const tenants = recogniseTenants(state.tables, said, now);
  return principalName(now) === principal && isAccepted(now.kind) && tenants.length === 1 && tenants[0] === tenant && isGranted(state, tenant, leg.server);
}

const isAccepted = (kind: string): boolean => kind === 'client' || kind === 'anonymous';

function isGranted({ tables }: State, tenant: string, server: string): boolean {
  return tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '')?.has(server) ?? false;
}

/** Whether the owner of what is kept for a caller, by tenant and principal, can still be one who asks this server for it. */
export function ownerKeeps(state: State, owner: string, server: string): boolean {
  const { tenant, principal } = readOwner(owner);
  const { raw, clients, tenantOfClient } = state.tables;
  const client = clientNamed(principal);
  const isKnown = client === null ? !raw.auth.wanted : clients.has(client) && (tenantOfClient.get(client) ?? tenant) === tenant;
  return isKnown && isGranted(state, tenant, server);
}
