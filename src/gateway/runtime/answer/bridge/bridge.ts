/** Between clients and servers of different eras. What both speak passes untouched. */
import type { Answered, Call } from '../call.js';
import { isModern } from '../../decision/revision.js';
import { at } from '../../wire/json-rpc.js';
import { ownFailureText } from '../../wire/replies.js';
import { memberText } from '../../wire/json-text.js';
import type { Log } from '../../process/log.js';
import { ANY_INSTANCE, legAt } from '../../identity/session.js';
import type { Revision } from '../../tables/route.js';
import { readBody } from '../../wire/read-body.js';
import { ownAnswer, parseReply } from './answers.js';
import type { Direction } from './direction.js';
import { createEras } from './eras.js';
import type { ToLegacy } from './to-legacy.js';

/** What may change with a reload, which leaves the bridge and its sessions as they are. */
export interface BridgeOptions {
  /** Those the gateway serves, the oldest first. */
  readonly revisions: readonly Revision[];
  /** The directions this config can come to use. */
  readonly toLegacy: typeof import('./to-legacy.js') | null;
  readonly toModern: typeof import('./to-modern.js') | null;
}

export interface Bridge {
  configure(options: BridgeOptions): void;
  /**
   * Null where client and server speak the same: the call passes as it is. That is known at once for nearly every call, and costs no promise.
   * Rejects with an `UpstreamFault`.
   */
  answer(call: Call): Promise<Answered> | null;
  /** Ends what is kept for callers that have lost the right to it. @param keeps whether an owner may still use a server */
  revoke(keeps: (owner: string, server: string) => boolean): void;
  close(): Promise<void>;
}

export function createBridge(log: Log): Bridge {
  const eras = createEras(log);
  /** Revisions of each era that the gateway serves. */
  let legacy: readonly Revision[] = [];
  let modern: readonly Revision[] = [];
  let toLegacy: ToLegacy | undefined;
  let toModern: Direction | undefined;

  /** A client that speaks both eras is told to fall back, which loses it nothing. Where the look failed, its own request shows how the server is. */
  const modernToAny = (call: Call): Promise<Answered> | null => {
    const { message, request, send } = call;
    if (message?.shape !== 'request' || legacy.length === 0) return null;
    const speaks = eras.speaksModern(call);
    if (speaks === true || speaks === null) return null;
    const said = { supported: legacy, requested: message.claim };
    const refusal = (): string =>
      ownFailureText(request.headers, memberText(`${request.body}`, ['id']), -32022, 'Protocol version not supported', 'revision-not-served', said);
    // Modern clients have no session: what passes needs only to be sent.
    return Promise.resolve(speaks).then((modern) => (modern === false ? ownAnswer(400, refusal()) : send(request)));
  };

  const legacyToAny = (call: Call): Promise<Answered> | null => {
    if (!toModern) return null;
    const leg = legAt(call.pool.server, call.session);
    if (leg ? leg.instance === ANY_INSTANCE : eras.isModernOnly(call.pool)) return toModern(call, legacy);
    return call.message?.method === 'initialize' ? introduce(call, toModern) : null;
  };

  /** The first `initialize` is a legacy server's to answer; a modern server refuses it. */
  const introduce = async (call: Call, bridged: Direction): Promise<Answered> => {
    const { request } = call;
    const answered = await call.send({ ...request, headers: { ...request.headers, 'accept-encoding': 'identity' } });
    const { status } = answered.response;
    if (status !== 400 && status !== 404) return answered;
    const body = await readBody(answered.response.body, call.table.timeouts.response);
    if (!(await isModernRefusal(call, body))) return { ...answered, response: { ...answered.response, body } };
    // A server of both eras may refuse an odd introduction as one of 2026-07-28 refuses them all. What counts for everybody is the gateway's own.
    const [given] = await Promise.all([bridged(call, legacy), eras.lookLegacy(call, legacy.at(-1) ?? '', isModernRefusal)]);
    return given;
  };

  const isModernRefusal = async (call: Call, body: Buffer): Promise<boolean> => {
    const error = at(parseReply(body), 'error');
    const code = Number(at(error, 'code'));
    const supported = at(error, 'data', 'supported');
    if (code === -32022 && Array.isArray(supported)) return supported.length > 0 && supported.every(isModern);
    return [-32601, -32602, -32020, -32022].includes(code) && (await eras.speaksModern(call)) === true;
  };

  return {
    configure: (options) => {
      legacy = options.revisions.filter((revision) => !isModern(revision));
      modern = options.revisions.filter(isModern);
      toLegacy ??= options.toLegacy?.createToLegacy(log);
      toModern ??= options.toModern?.createToModern(log);
    },
    answer: (call) => {
      const { revision } = call.table;
      if (call.era === revision) return null;
      if (revision === 'modern') return toModern?.(call, legacy) ?? null;
      if (revision === 'legacy') return toLegacy?.answer(call, modern) ?? null;
      return call.era === 'modern' ? modernToAny(call) : legacyToAny(call);
    },
    revoke: (keeps) => toLegacy?.revoke(keeps),
    close: async () => toLegacy?.close(),
  };
}
