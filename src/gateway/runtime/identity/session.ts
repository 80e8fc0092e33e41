/**
 * Sessions without a store: the id that a client holds is the session's state, sealed. Any replica can open it, a restart loses none, and it names whose
 * it is.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Bearer, Principal } from '../decision/facts.js';
import type { Message } from '../decision/message.js';
import { asObject, at, parseJson, type Json } from '../wire/json-rpc.js';
import { elementTexts } from '../wire/json-text.js';
import type { PoolTable } from '../tables/pool.js';

export interface SessionState {
  /** The transport it belongs to: an id from one is rejected on the other. `relay` is no session: one replica vouches with it to another. */
  readonly transport: 'mcp' | 'message' | 'relay';
  readonly tenant: string;
  readonly principal: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** How the client introduced itself, where a session may have to be opened again or spoken for. */
  readonly init: Init | null;
  readonly legs: readonly Leg[];
  /** Of a `relay`: what the token or the key of the caller says, with its permissions. Null or left out for anything else. */
  readonly caller?: Caller | null;
}

/** Whom one replica may vouch for to another; of callers without credentials there is nothing to say. */
export type Caller = Bearer | Extract<Principal, { kind: 'client' }>;

/** What of `initialize` the gateway says again on the client's behalf. */
export interface Init {
  readonly clientInfo: Json;
  /** The `params` of `initialize`, with numbers as the client wrote them: it is said again as it was said first. */
  readonly text: string;
}

/** In place of an instance: any will do, since the session lives in none. */
export const ANY_INSTANCE = '*';

/** The session at one server behind the gateway. */
export interface Leg {
  readonly server: string;
  readonly instance: string;
  readonly upstreamId: string;
}

/** What of a session is at this server. */
export const legAt = (server: string | undefined, session: SessionState | null): Leg | undefined => session?.legs.find((leg) => leg.server === server);

/** Whether a session that is lost is opened again. */
export const keepsItsSession = ({ sessionLoss }: PoolTable): boolean => sessionLoss === 'reinitialise';

/** What a client says in `initialize`, as far as it fits into a session id; null where it does not. */
export function initOf(message: Message | undefined): Init | null {
  const { protocolVersion, text = null } = message?.initialize ?? {};
  return typeof protocolVersion === 'string' && text !== null ? initIn(text) : null;
}

const initIn = (text: string): Init => ({ clientInfo: asObject(at(parseJson(text), 'clientInfo')), text });

export interface Sealer {
  /** Null when the server's own id is too long for ours to fit into a header. */
  seal(state: SessionState): string | null;
  /** Null for what is not ours, was changed, or is too old. */
  open(id: string): SessionState | null;
}

/** Format version, first byte of every id and authenticated with it. */
const VERSION = 2;
const MOST_BYTES = 4096;
/** A proof for another replica is no id that clients hold, and may say more: what a token says. */
const MOST_RELAY = 8192;
/** Ids that are kept open: unsealing one costs more than any row of the decision, and a session sends it with every request. */
const MOST_OPENED = 2000;

/** @param secrets the first seals, all open, so that keys are rotated by putting a new one in front */
export function createSealer(secrets: readonly string[], ttl: number, now: () => number): Sealer {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, 'mcpgen', 'session id v1', 32)));
  /** What was sealed with one of these keys; a reload that changes them makes another sealer. */
  const opened = new Map<string, SessionState>();
  return {
    seal: (state) => seal(keys[0] as Buffer, state),
    open: (id) => {
      const state = opened.get(id) ?? unseal(keys, id);
      // Asked anew each time, so that no id lives longer for being known.
      if (!state || now() - state.issuedAt > ttl) return null;
      // The oldest makes room: whoever is pushed out costs one more unsealing, and not everybody at once.
      if (opened.set(id, state).size > MOST_OPENED) opened.delete(opened.keys().next().value as string);
      return state;
    },
  };
}

function seal(key: Buffer, { transport, tenant, principal, issuedAt, init, legs, caller }: SessionState): string | null {
  const nonce = randomBytes(12);
  const head = Buffer.from([VERSION]);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head);
  const places = legs.map(({ server, instance, upstreamId }) => [server, instance, upstreamId]);
  const more = caller ? `,${JSON.stringify(caller)}` : '';
  const plain = `[${JSON.stringify([transport, tenant, principal, issuedAt]).slice(1, -1)},${init?.text ?? 'null'},${JSON.stringify(places)}${more}]`;
  const id = Buffer.concat([head, nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  return id.length > (transport === 'relay' ? MOST_RELAY : MOST_BYTES) ? null : id;
}

type Plain = [SessionState['transport'], string, string, number, Json | null, [string, string, string][], Caller?];

/** Its place in what is sealed. */
const INIT = 4;

function unseal(keys: readonly Buffer[], id: string): SessionState | null {
  // Shorter than 30 bytes, which are 40 characters, it would be cut into pieces that it does not have.
  if (id.length > MOST_RELAY || !/^[A-Za-z0-9_-]{40,}$/.test(id)) return null;
  const sealed = Buffer.from(id, 'base64url');
  // The last character may have bits to spare: one id, one spelling, or an ended session could go on under another.
  if (sealed.toString('base64url') !== id || sealed[0] !== VERSION) return null;
  for (const key of keys) {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 13)).setAAD(sealed.subarray(0, 1));
      decipher.setAuthTag(sealed.subarray(-16));
      const plain = Buffer.concat([decipher.update(sealed.subarray(13, -16)), decipher.final()]).toString('utf8');
      const [transport, tenant, principal, issuedAt, introduced, legs, caller = null] = JSON.parse(plain) as Plain;
      const init = introduced && initIn(elementTexts(plain)?.[INIT] ?? '');
      const named = legs.map(([server, instance, upstreamId]) => ({ server, instance, upstreamId }));
      return { transport, tenant, principal, issuedAt, init, legs: named, ...(caller && { caller }) };
    } catch {
      // Sealed with another key, or by nobody.
    }
  }
  return null;
}
