/** Sessions at legacy servers, each shared by the requests of one owner: a modern client has none, and may use any replica of the gateway. */
import { callerKey } from '../../decision/address.js';
import { ANONYMOUS, readOwner } from '../../identity/principal.js';
import { createPlaces, type Holder } from '../../process/places.js';
import type { Call, Vouching } from '../call.js';
import { unusable } from '../unusable.js';
import { asObject, at, messageText, type Json } from '../../wire/json-rpc.js';
import type { Instance } from '../../upstream/instance.js';
import type { Pool } from '../../upstream/pool.js';
import { readBody } from '../../wire/read-body.js';
import type { UpstreamRequest } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { readReply } from './answers.js';
import { OWN_INFO, plainHeaders } from './requests.js';

export interface LegacySession {
  /** Where it lives. */
  readonly instance: Instance;
  /** Undefined where the server keeps none: any instance will do. */
  readonly upstreamId: string | undefined;
  /**
   * Callers without credentials share it as far as they share an address, and nobody knows whether they are one: what the server says in it unasked is for
   * none of them.
   */
  readonly isAnonymous: boolean;
  /** The query by which it was opened: servers choose by it what they offer. */
  readonly query: string;
  /** The result of `initialize`. */
  readonly introduction: Json;
  /** Headers of the last request, which are valid still where they carry a proof that ages. */
  headers: Readonly<Record<string, string>>;
  /** What the server is told of who used it last, which is said anew each time; null where that is nothing. */
  vouching: Vouching | null;
  /** Requests under way. */
  active: number;
  /** When it was last in use, in milliseconds of the monotonic clock. */
  seen: number;
  /** The last id given to a request. */
  last: number;
}

interface Entry {
  readonly pool: Pool;
  readonly holder: Holder;
  readonly owner: string;
  readonly opening: Promise<LegacySession>;
  /** Gives its place back. */
  readonly free: () => void;
  /** Null until it is open. */
  session: LegacySession | null;
}

/** Milliseconds after which a session that is not in use is ended, and how many there may be. */
export interface SessionsOptions {
  readonly idle?: number;
  readonly most?: number;
}

/** Sessions of one caller: queries are free text, and each may need one. */
const MOST_OF_CALLER = 32;
/** Milliseconds for what nobody waits for. */
const MOST_WAIT = 3000;
const INITIALIZE = messageText({ id: 'mcpgen', method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: OWN_INFO } });

export class LegacySessions {
  readonly #entries = new Map<string, Entry>();
  readonly #places = createPlaces();
  readonly #most: number;
  readonly #timer: NodeJS.Timeout;

  constructor({ idle = 300_000, most = 1000 }: SessionsOptions = {}) {
    this.#most = most;
    const isIdle = ({ active, seen }: LegacySession): boolean => active === 0 && performance.now() - seen > idle;
    this.#timer = setInterval(() => this.#endWhere(isIdle), idle / 10).unref();
  }

  /** The owner's session, opened when there is none that still can be reached. Callers that come meanwhile share it. */
  async of(call: Call): Promise<LegacySession> {
    const key = keyOf(call);
    const known = this.#entries.get(key);
    const isUsable = known?.pool === call.pool && (!known.session || canBeReached(call.pool, known.session));
    if (known && !isUsable) this.#forget(key, known);
    const entry = isUsable ? known : this.#open(call);
    // The latest use goes last.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    try {
      return (entry.session = await entry.opening);
    } catch (error) {
      this.#forget(key, entry);
      throw error;
    }
  }

  /** A caller may have several, by the queries with which it asks. Who has its share loses its own that was used longest ago, never another's. */
  #open(call: Call): Entry {
    const holder = { tenant: readOwner(call.owner).tenant, caller: `${call.owner} ${strangerOf(call)}`, hasNeighbours: true };
    const ofCaller = (): number => this.#places.heldBy(holder.tenant, holder.caller);
    const take = (): (() => void) | null => (ofCaller() < MOST_OF_CALLER ? this.#places.take(this.#most, holder) : null);
    // Who holds nothing at all finds the place that anybody has used longest ago.
    const isFirst = this.#places.heldBy(holder.tenant) === 0;
    const mayMakeRoom = (of: Holder): boolean => (ofCaller() > 0 ? of.caller === holder.caller : isFirst || of.tenant === holder.tenant);
    let free = take();
    for (const [key, entry] of this.#entries) {
      if (free) break;
      if (!mayMakeRoom(entry.holder) || entry.session?.active !== 0) continue;
      void this.#end(key, entry);
      free = take();
    }
    if (!free) throw new UpstreamFault('full', 'its share of sessions behind the bridge is in use');
    return { pool: call.pool, holder, owner: call.owner, opening: open(call), free, session: null };
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    entry.free();
  }

  /** Resolves when the server has been told, where it has anything to end. Never rejects. */
  #end(key: string, entry: Entry): Promise<unknown> {
    this.#forget(key, entry);
    return entry.opening.then((session) => (session.upstreamId === undefined ? undefined : tell(session, null)), () => {});
  }

  /** The server does not know the session any more. */
  lose(call: Call, session: LegacySession): void {
    const key = keyOf(call);
    const entry = this.#entries.get(key);
    if (entry?.session === session) this.#forget(key, entry);
  }

  /** Ends the sessions of owners that may not use their server any more, also while they are in use or being opened. */
  revoke(keeps: (owner: string, server: string) => boolean): void {
    for (const [key, entry] of this.#entries) if (!keeps(entry.owner, entry.pool.server)) void this.#end(key, entry);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#endWhere(() => true);
  }

  async #endWhere(isOver: (session: LegacySession) => boolean): Promise<void> {
    const over = [...this.#entries].filter(([, { session }]) => session && isOver(session));
    await Promise.all(over.map(([key, entry]) => this.#end(key, entry)));
  }
}

/** Characters of what a server says of itself that are kept for as long as its session. */
const MOST_INTRODUCTION = 65_536;

/** What of the reply to `initialize` is needed later; null where that is too long to be kept. */
function introductionIn(reply: unknown): Json | null {
  const { protocolVersion, capabilities, instructions, serverInfo } = asObject(at(reply, 'result'));
  const said = { protocolVersion, capabilities, serverInfo };
  const length = (...values: unknown[]): number => JSON.stringify(values).length;
  if (length(said) > MOST_INTRODUCTION) return null;
  return length(said, instructions) > MOST_INTRODUCTION ? said : { ...said, instructions };
}

const isAnonymous = ({ owner }: Call): boolean => readOwner(owner).principal === ANONYMOUS;
/** Whom a session is for: callers that ask with another query may be offered something else. */
const keyOf = (call: Call): string => `${call.pool.server}\n${call.owner}\n${strangerOf(call)}\n${call.request.query ?? ''}`;
/**
 * Callers without credentials have one name, and are not one: a session keeps state, which must not pass between strangers. Their address is all that tells
 * them apart, and the gateway wrote it itself; a session for each request would start a process for each where the server is a child.
 */
const strangerOf = (call: Call): string => (isAnonymous(call) ? callerKey(call.request.headers['x-forwarded-for'] ?? '') : '');
const canBeReached = (pool: Pool, { upstreamId, instance }: LegacySession): boolean => upstreamId === undefined || pool.byId(instance.id) === instance;

type Bound = Pick<LegacySession, 'upstreamId' | 'query' | 'introduction' | 'headers'>;

/** @param message its text; null ends the session */
export function legacyRequest({ upstreamId, query, introduction, headers }: Bound, message: string | null, signal: AbortSignal): UpstreamRequest {
  const own: Record<string, string> = { ...headers };
  if (introduction['protocolVersion']) own['mcp-protocol-version'] = `${introduction['protocolVersion']}`;
  if (upstreamId !== undefined) own['mcp-session-id'] = upstreamId;
  return { method: message ? 'POST' : 'DELETE', query, headers: own, body: message === null ? null : Buffer.from(message), signal };
}

/** Says what nobody waits for: a notification, a reply, or the end of the session. Never rejects. */
export async function tell(session: LegacySession, message: string | null, { upstream } = session.instance): Promise<void> {
  try {
    const vouched = await session.vouching?.own();
    const { body } = await upstream.send({ ...legacyRequest(session, message, AbortSignal.timeout(MOST_WAIT)), vouched });
    await readBody(body, MOST_WAIT);
  } catch {
    // A server that cannot be told has lost what it would have been told about.
  }
}

async function open(call: Call): Promise<LegacySession> {
  const { connect, firstByte } = call.table.timeouts;
  const signal = AbortSignal.timeout(connect + firstByte);
  const headers = plainHeaders(call);
  const { query = '' } = call.request;
  const first = legacyRequest({ upstreamId: undefined, query, introduction: {}, headers }, INITIALIZE, signal);
  const delivered = await call.send(first, { repeats: 1 });
  const { instance, response } = delivered;
  const reply = await readReply(response, firstByte);
  const introduction = introductionIn(reply);
  if (!introduction) throw unusable(call, delivered, 'initialize', reply, 'is too long to be kept');
  if (response.status !== 200 || !introduction['protocolVersion']) throw unusable(call, delivered, 'initialize', reply, 'has no protocolVersion');
  const upstreamId = response.headers['mcp-session-id']?.toString();
  const opened = { instance, upstreamId, query, isAnonymous: isAnonymous(call), introduction, headers, vouching: call.vouching };
  const session: LegacySession = { ...opened, active: 0, seen: performance.now(), last: 0 };
  const greeted = await call.send(legacyRequest(session, messageText({ method: 'notifications/initialized' }), signal), { at: instance });
  await readBody(greeted.response.body, firstByte);
  return session;
}
