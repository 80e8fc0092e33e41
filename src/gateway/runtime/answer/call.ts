/** A judged request, and the means to send it on: what every way of answering it is given. */
import type { Kind } from '../decision/kinds.js';
import type { Message } from '../decision/message.js';
import type { Era } from '../decision/revision.js';
import { ANY_INSTANCE, type Leg, type SessionState } from '../identity/session.js';
import type { ItemKind } from '../tables/rules.js';
import type { PoolTable } from '../tables/pool.js';
import type { Delivered } from '../upstream/deliver.js';
import type { Instance } from '../upstream/instance.js';
import type { Pool } from '../upstream/pool.js';
import type { UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';

export interface Call {
  readonly pool: Pool;
  readonly table: PoolTable;
  /**
   * As it would be passed on: headers filtered, no session id, the body as it came. A body that has been sent is gone, unless the call only reads,
   * introduces its client, or is in a session that can be opened again (`front/calls.ts`).
   */
  readonly request: UpstreamRequest;
  readonly message: Message | undefined;
  readonly era: Era;
  /** Who answers it. */
  readonly route: Kind['answeredBy'];
  /** Null where its caller may use all of the server. */
  readonly items: CallItems | null;
  readonly session: SessionState | null;
  /** As the client sent it. */
  readonly sessionId: string | undefined;
  /** Whose it is, by tenant and principal: what is kept for one caller is never another's. */
  readonly owner: string;
  /** Path of the route as the client called it, with its tenant's prefix. */
  readonly path: string;
  readonly send: Send;
  /** Another call of the same exchange, to another server, made while its body is there; null where no pool has that name. */
  readonly to: (server: string) => Call | null;
  /** Its body is held longer than its client waits. @returns what gives back the memory that is set aside for it */
  readonly keepBody: () => () => void;
  /** The body as a value, which may take far more memory than its text: it counts until the call is answered. Throws an `UpstreamFault` where there is none. */
  readonly value: () => unknown;
  /** A session id for this caller, of the transport it uses; null when the server's own is too long for one. */
  readonly seal: (leg: Leg, transport?: SessionState['transport']) => string | null;
}

/** What the caller may use of the server, where something restricts that. */
export interface CallItems {
  readonly lists: (kind: ItemKind, name: string) => boolean;
  /** Its answer is read here. */
  readonly isRead: boolean;
  /** The reply to each of its requests where it is denied. */
  readonly denials: () => readonly string[];
  /** Its tenant has rules: then what nothing has is told in the same words as what is not for it. */
  readonly hasRules: boolean;
  /** Whether the call names a tool or a prompt that its server does not have. @param ask sends a request as the call itself will be sent */
  readonly isUnlisted: (call: Call, ask: (call: Call) => Promise<UpstreamResponse>) => boolean | Promise<boolean>;
}

export interface SendOptions {
  /** The instance that must have it: what it belongs to lives there. */
  readonly at?: Instance;
  /** How often it may be sent again though a server may have seen it. Default: as the judged request. */
  readonly repeats?: number;
}

/** Rejects with an `UpstreamFault`. */
export type Send = (request: UpstreamRequest, options?: SendOptions) => Promise<Delivered>;

/** An answer; `instance` is null where it is the gateway's own, or no instance holds what it opened. */
export interface Answered {
  readonly instance: Instance | null;
  readonly response: UpstreamResponse;
}

/** To where the session lives. `refused` where that has left the pool. */
export async function sendTo({ pool, request, send }: Call, { instance, upstreamId }: Leg): Promise<Delivered> {
  if (instance === ANY_INSTANCE) return send(inSession(request, upstreamId));
  const at = pool.byId(instance);
  if (!at) throw new UpstreamFault('refused');
  return send(inSession(request, upstreamId), { at });
}

/** The id is empty where the server keeps no sessions. */
export function inSession(request: UpstreamRequest, upstreamId: string): UpstreamRequest {
  return upstreamId === '' ? request : { ...request, headers: { ...request.headers, 'mcp-session-id': upstreamId } };
}
