/** Sessions at legacy servers, each shared by the requests of one owner: a modern client has none, and may use any replica of the gateway. */
import type { Call } from '../call.js';
import type { Instance, Pool } from '../upstream/pool.js';
import { UpstreamFault, type UpstreamRequest } from '../upstream/upstream.js';
import { readBody, readReply } from './answers.js';
import { asObject, type Json } from './json-rpc.js';
import { plainHeaders } from './requests.js';

export interface Session {
  /** Where it lives. */
  readonly instance: Instance;
  /** Undefined where the server keeps none: any instance will do. */
  readonly upstreamId: string | undefined;
  readonly version: string;
  /** Of `initialize`. */
  readonly introduction: Json;
  /** Those of the last request, which still hold where they carry a proof that ages. */
  headers: Readonly<Record<string, string>>;
  /** Requests under way. */
  active: number;
  /** When it was last in use, in milliseconds of the monotonic clock. */
  seen: number;
  /** The last id given to a request. */
  last: number;
}

interface Entry {
  readonly pool: Pool;
  readonly opening: Promise<Session>;
  /** Once it is open. */
  session: Session | null;
}

export interface SessionsOptions {
  /** Milliseconds after which one that is not in use is ended. */
  readonly idle?: number;
  readonly most?: number;
}

const REVISION = '2025-11-25';
const CLIENT = { name: 'mcpgen-gateway', version: '1' };
/** For what nobody waits for. */
const MOST_WAIT = 5000;

export class Sessions {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;
  readonly #timer: NodeJS.Timeout;

  constructor({ idle = 300_000, most = 1000 }: SessionsOptions = {}) {
    this.#most = most;
    this.#timer = setInterval(() => this.#endWhere(({ active, seen }) => active === 0 && performance.now() - seen > idle), idle / 10).unref();
  }

  /** The owner's session, opened when there is none that still can be reached. Callers that come meanwhile share it. */
  async of(call: Call): Promise<Session> {
    const key = keyOf(call);
    const known = this.#entries.get(key);
    if (known && known.pool === call.pool && (!known.session || isThere(call.pool, known.session))) {
      const session = await known.opening;
      // The latest use goes last.
      if (this.#entries.get(key) === known) this.#keep(key, known);
      return session;
    }
    const entry: Entry = { pool: call.pool, opening: open(call), session: null };
    this.#keep(key, entry);
    try {
      return (entry.session = await entry.opening);
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  /** The server does not know it any more. */
  lose(call: Call, session: Session): void {
    const key = keyOf(call);
    if (this.#entries.get(key)?.session === session) this.#entries.delete(key);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#endWhere(() => true);
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    let over = this.#entries.size - this.#most;
    if (over > 0) void this.#endWhere(({ active }) => active === 0 && over-- > 0);
  }

  #endWhere(isOver: (session: Session) => boolean): Promise<unknown> {
    const ended = [...this.#entries].filter(([, { session }]) => session !== null && isOver(session));
    for (const [key] of ended) this.#entries.delete(key);
    return Promise.all(ended.map(([, { session }]) => session && end(session)));
  }
}

const keyOf = ({ pool, owner }: Call): string => `${pool.server}\n${owner}`;

const isThere = (pool: Pool, { upstreamId, instance }: Session): boolean => upstreamId === undefined || pool.byId(instance.id) === instance;

export function inSession({ upstreamId, version, headers }: Session, message: Json | null, signal: AbortSignal): UpstreamRequest {
  const own = { ...headers, 'mcp-protocol-version': version, ...(upstreamId === undefined ? {} : { 'mcp-session-id': upstreamId }) };
  return { method: message ? 'POST' : 'DELETE', headers: own, body: message && Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })), signal };
}

/** Says something to a session's server that nobody waits for: a notification, an answer, or with null its end. */
export async function tell(session: Session, message: Json | null, instance = session.instance): Promise<void> {
  try {
    const { body } = await instance.upstream.send(inSession(session, message, AbortSignal.timeout(MOST_WAIT)));
    await readBody(body, MOST_WAIT);
  } catch (error) {
    if (!(error instanceof UpstreamFault)) throw error;
  }
}

const end = async (session: Session): Promise<void> => (session.upstreamId === undefined ? undefined : tell(session, null));

async function open(call: Call): Promise<Session> {
  const { connect, firstByte } = call.table.timeouts;
  const signal = AbortSignal.timeout(connect + firstByte);
  const message = { jsonrpc: '2.0', id: 'mcpgen', method: 'initialize', params: { protocolVersion: REVISION, capabilities: {}, clientInfo: CLIENT } };
  const headers = plainHeaders(call);
  const { instance, response } = await call.send({ method: 'POST', headers, body: Buffer.from(JSON.stringify(message)), signal }, { repeats: 1 });
  const introduction = asObject((await readReply(response, firstByte))?.['result']);
  const { protocolVersion } = introduction;
  if (response.status !== 200 || typeof protocolVersion !== 'string') throw new UpstreamFault('answered');
  const upstreamId = response.headers['mcp-session-id']?.toString();
  const session: Session = { instance, upstreamId, version: protocolVersion, introduction, headers, active: 0, seen: performance.now(), last: 0 };
  const greeted = await call.send(inSession(session, { method: 'notifications/initialized' }, signal), { at: instance });
  await readBody(greeted.response.body, firstByte);
  return session;
}
