/**
 * Sessions that callers of this process have used lately, and by which right. Their ids are sealed and need no store; this is for a reload, which takes from a
 * caller what it has lost the right to, at the server too.
 */
import { tenantIn, type Bearer } from '../decision/facts.js';
import type { RequestHead } from '../decision/head.js';
import { recogniseTenants } from '../decision/tenant.js';
import { clientNamed, isVouchedBy, principalName, readOwner } from '../identity/principal.js';
import type { Leg } from '../identity/session.js';
import type { Source } from '../identity/tokens.js';
import type { Exchange } from './exchange.js';
import { knownAgain, sourceOf } from './lost-right.js';
import type { State } from './state.js';

export interface HeldSession {
  readonly id: string;
  readonly leg: Leg;
  readonly tenant: string;
  readonly principal: string;
  /** What of the last request says whose it is, as `RequestHead` has it. */
  readonly said: Pick<RequestHead, 'host' | 'path' | 'pathTenant' | 'address'>;
  /** Whom its token named; null where it had none. The token itself is not kept. */
  readonly bearer: Bearer | null;
  /** Where the keys of its issuer came from. */
  readonly source: Source | undefined;
  /** The headers that carry its credentials, other than a token. */
  readonly credentials: Readonly<Record<string, string | undefined>>;
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
      const bearer = principal?.kind === 'token' ? principal : null;
      const { authorization, 'x-api-key': key } = bearer ? NO_HEADERS : head.request.headers;
      const known = held.get(id);
      const isSame = known?.credentials['authorization'] === authorization && known?.credentials['x-api-key'] === key;
      // A reload may have brought a token's issuer other keys, and the token is read again then: it is another value.
      if (isSame && known?.bearer === bearer && known.said.host === head.host) return;
      const isShort = (authorization?.length ?? 0) + (key?.length ?? 0) <= MOST_KEY;
      held.delete(id);
      held.set(id, {
        id,
        leg,
        tenant: tenantIn(facts) ?? '',
        principal: principalName(facts.principal),
        said: { host: head.host, path: head.path, pathTenant: head.pathTenant, address: head.address },
        bearer,
        source: sourceOf(exchange.state, principal),
        credentials: isShort ? { ...(authorization !== undefined && { authorization }), ...(key !== undefined && { 'x-api-key': key }) } : {},
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

async function keepsSession({ bearer, credentials, leg, principal, said, source, tenant }: HeldSession, state: State): Promise<boolean> {
  const now = await knownAgain(state, { ...said, request: { headers: credentials } }, bearer ?? undefined, source);
  const tenants = recogniseTenants(state.tables, said, now);
  return principalName(now) === principal && isAccepted(now.kind) && tenants.length === 1 && tenants[0] === tenant && isGranted(state, tenant, leg.server);
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
  const isToken = raw.auth.issuers.some(({ issuer }) => isVouchedBy(principal, issuer));
  const isKnown = client === null ? isToken || !raw.auth.wanted : clients.has(client) && (tenantOfClient.get(client) ?? tenant) === tenant;
  return isKnown && isGranted(state, tenant, server);
}
