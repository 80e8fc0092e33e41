/**
 * Sessions whose instance has gone. A client that is told so seldom starts again by itself (MCP-WIRE §7, Session loss), so where the server keeps nothing
 * that matters, the gateway opens a new session behind the old id.
 */
import { createHash } from 'node:crypto';
import type { Answered, Call } from './call.js';
import type { Message } from './decision/message.js';
import { asObject, messageText, POST_HEADERS } from './json-rpc.js';
import { ANY_INSTANCE, type Init, type Leg } from './session.js';
import type { PoolTable } from './types.js';
import { discard } from './upstream/deliver.js';
import { UpstreamFault, type UpstreamRequest, type UpstreamResponse } from './upstream/upstream.js';

export const keepsItsSession = ({ sessionLoss }: PoolTable): boolean => sessionLoss === 'reinitialise';

/** What a client says in `initialize`, as far as it fits into a session id; null where it does not. */
const MOST_INIT = 1500;

export function initOf(message: Message | undefined): Init | null {
  const { protocolVersion, capabilities, clientInfo } = message?.initialize ?? {};
  if (typeof protocolVersion !== 'string') return null;
  const { name = '', version = '' } = asObject(clientInfo);
  const init: Init = { protocolVersion, capabilities: asObject(capabilities), clientInfo: { name, version } };
  return JSON.stringify(init).length <= MOST_INIT ? init : null;
}

/** Kept ids: a replica that does not know of a new session opens one of its own. */
const MOST_KEPT = 10_000;

export class Renewals {
  /** The session in place of a lost one; null where the client has ended it. */
  readonly #legs = new Map<string, Promise<Leg | null>>();

  /** Says that the client itself has ended a session: nothing opens it again. */
  end(id: string): void {
    this.#keep(digest(id), Promise.resolve(null));
  }

  /** Sends a request to its session, which is opened again when it turns out to be lost. */
  async send(call: Call, sealed: Leg): Promise<Answered> {
    const key = digest(call.sessionId ?? '');
    const known = await this.#legs.get(key);
    const leg = known ?? sealed;
    const found = await attempt(call, leg);
    const init = call.session?.init ?? null;
    const isEnding = known === null || call.request.method === 'DELETE';
    if ((found && found.response.status !== 404) || !keepsItsSession(call.table) || init === null || isEnding) {
      if (found) return found;
      throw new UpstreamFault('refused');
    }
    if (found) discard(found.response);
    const renewed = await this.#renew(key, leg, call, init);
    return renewed ? this.#again(call, renewed) : Promise.reject(new UpstreamFault('refused'));
  }

  /** Requests that find the loss at the same moment wait for one new session. */
  #renew(key: string, lost: Leg, call: Call, init: Init): Promise<Leg | null> {
    const under = this.#legs.get(key);
    const renewed = (under ?? Promise.resolve(lost)).then((leg) => (leg === lost ? open(call, init, lost) : leg));
    this.#keep(key, renewed);
    renewed.catch(() => this.#legs.delete(key));
    return renewed;
  }

  async #again(call: Call, leg: Leg): Promise<Answered> {
    const found = await attempt(call, leg);
    if (!found) throw new UpstreamFault('refused');
    return found;
  }

  #keep(key: string, leg: Promise<Leg | null>): void {
    this.#legs.delete(key);
    this.#legs.set(key, leg);
    if (this.#legs.size > MOST_KEPT) this.#legs.delete(this.#legs.keys().next().value as string);
  }
}

/** Null where the instance has gone. */
async function attempt({ pool, request, send }: Call, { instance, upstreamId }: Leg): Promise<Answered | null> {
  const at = instance === ANY_INSTANCE ? undefined : pool.byId(instance);
  if (!at && instance !== ANY_INSTANCE) return null;
  try {
    return await send(inSession(request, upstreamId), at ? { at } : {});
  } catch (error) {
    if (error instanceof UpstreamFault && error.stage === 'refused') return null;
    throw error;
  }
}

function inSession(request: UpstreamRequest, upstreamId: string): UpstreamRequest {
  return upstreamId === '' ? request : { ...request, headers: { ...request.headers, 'mcp-session-id': upstreamId } };
}

/** Introduces the client again, at whatever instance comes next. */
async function open({ request, send, table }: Call, init: Init, { server }: Leg): Promise<Leg> {
  const say = (message: object): UpstreamRequest => {
    const { 'last-event-id': _, ...rest } = request.headers;
    const headers = { ...rest, ...POST_HEADERS };
    return { method: 'POST', headers, body: Buffer.from(messageText(message)), signal: request.signal };
  };
  const { instance, response } = await send(say({ id: 'mcpgen', method: 'initialize', params: init }), { repeats: 1 });
  await drained(response, table.timeouts.firstByte);
  if (response.status !== 200) throw new UpstreamFault('sent');
  const upstreamId = String(response.headers['mcp-session-id'] ?? '');
  const greeted = await send(inSession(say({ method: 'notifications/initialized' }), upstreamId), { at: instance });
  await drained(greeted.response, table.timeouts.firstByte);
  return { server, instance: instance.id, upstreamId };
}

/** Reads an answer to its end, for nothing but that it has ended. */
function drained({ body }: UpstreamResponse, within: number): Promise<void> {
  if (Buffer.isBuffer(body)) return Promise.resolve();
  const timer = setTimeout(() => body.destroy(), within);
  return new Promise((resolve) => {
    body.on('error', () => {}).once('close', resolve).once('close', () => clearTimeout(timer));
    body.resume();
  });
}

const digest = (id: string): string => createHash('sha256').update(id).digest('base64');
