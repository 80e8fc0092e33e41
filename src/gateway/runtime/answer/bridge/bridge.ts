/** Between clients and servers of different eras. What both speak passes untouched. */
import type { Answered, Call } from '../call.js';
import { isModern } from '../../decision/revision.js';
import { at, failure, isObject } from '../../wire/json-rpc.js';
import type { Log } from '../../process/log.js';
import { ANY_INSTANCE } from '../../identity/session.js';
import type { Revision } from '../../tables/route.js';
import { readBody } from '../../wire/read-body.js';
import { answer, parseReply } from './answers.js';
import { Eras } from './eras.js';

/** What may change with a reload, which leaves the bridge and its sessions as they are. */
export interface BridgeOptions {
  /** Those the gateway serves, the oldest first. */
  readonly revisions: readonly Revision[];
  /** The directions this config can come to use. */
  readonly toLegacy: typeof import('./to-legacy.js') | null;
  readonly toModern: typeof import('./to-modern.js') | null;
}

/** @param served revisions of the client's era that the gateway serves, the oldest first */
export type Exchange = (call: Call, served: readonly Revision[]) => Promise<Answered>;

export interface Bridge {
  configure(options: BridgeOptions): void;
  /** Null where client and server speak the same: the request passes as it is. Rejects with an `UpstreamFault`. */
  answer(call: Call): Promise<Answered | null>;
  close(): Promise<void>;
}

export function createBridge(log: Log): Bridge {
  const eras = new Eras(log);
  let legacy: readonly Revision[] = [];
  let modern: readonly Revision[] = [];
  let toLegacy: { readonly exchange: Exchange; close(): Promise<void> } | undefined;
  let toModern: Exchange | undefined;

  /** A client that speaks both eras is told to fall back, which loses it nothing; where the look failed, its own request shows how the server is. */
  const modernToAny = async (call: Call): Promise<Answered | null> => {
    const { message } = call;
    if (message?.shape !== 'request' || legacy.length === 0 || (await eras.speaksModern(call)) !== false) return null;
    return answer(400, failure(message.id, -32022, 'Protocol version not supported', { supported: legacy, requested: message.claim }));
  };

  const legacyToAny = async (call: Call): Promise<Answered | null> => {
    const leg = call.session?.legs.find(({ server }) => server === call.pool.server);
    const isBridged = leg ? leg.instance === ANY_INSTANCE : eras.isModernOnly(call.pool);
    if (!toModern || isBridged) return toModern?.(call, legacy) ?? null;
    return call.message?.method === 'initialize' ? introduce(call, toModern) : null;
  };

  /** The first `initialize` is a legacy server's to answer; a modern one refuses it. */
  const introduce = async (call: Call, bridged: Exchange): Promise<Answered> => {
    const { request } = call;
    const answered = await call.send({ ...request, headers: { ...request.headers, 'accept-encoding': 'identity' } });
    const { status } = answered.response;
    if (status === 200) eras.learnLegacy(call.pool, true);
    if (status !== 400 && status !== 404) return answered;
    const body = await readBody(answered.response.body, call.table.timeouts.response);
    if (!(await isModernRefusal(call, body))) return { ...answered, response: { ...answered.response, body } };
    if (isPlain(call)) eras.learnLegacy(call.pool, false);
    return bridged(call, legacy);
  };

  /** A server of both eras may refuse an odd introduction as one of 2026-07-28 does all: that must not count for everybody. */
  const isPlain = ({ message, request }: Call): boolean => {
    const { protocolVersion, capabilities, clientInfo } = message?.initialize ?? {};
    const isWhole = isObject(capabilities) && typeof at(clientInfo, 'name') === 'string' && typeof at(clientInfo, 'version') === 'string';
    return isWhole && legacy.some((revision) => revision === protocolVersion) && !('mcp-method' in request.headers);
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
    answer: async (call) => {
      const { revision } = call.table;
      if (call.era === revision) return null;
      if (revision === 'modern') return toModern?.(call, legacy) ?? null;
      if (revision === 'legacy') return toLegacy?.exchange(call, modern) ?? null;
      return call.era === 'modern' ? modernToAny(call) : legacyToAny(call);
    },
    close: async () => toLegacy?.close(),
  };
}
