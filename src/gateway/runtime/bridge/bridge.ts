/** Between clients and servers of different eras. What both speak passes untouched. */
import type { Answered, Call } from '../call.js';
import { isModern } from '../decision/revision.js';
import type { Log } from '../log.js';
import { ANY_INSTANCE } from '../session.js';
import type { Revision } from '../types.js';
import { jsonAnswer, readBody } from './answers.js';
import { Eras } from './eras.js';
import { asObject, codeOf, failure, parseReply } from './json-rpc.js';

/** What may change with a reload, which leaves the bridge and its sessions as they are. */
export interface BridgeOptions {
  /** Those the gateway serves, the oldest first. */
  readonly revisions: readonly Revision[];
  /** The directions this config can come to use. */
  readonly toLegacy: typeof import('./to-legacy.js') | null;
  readonly toModern: typeof import('./to-modern.js') | null;
}

export interface Direction {
  /** @param served revisions of the client's era that the gateway serves, the oldest first */
  exchange(call: Call, served: readonly Revision[]): Promise<Answered>;
  close(): Promise<void>;
}

export interface Bridge {
  configure(options: BridgeOptions): void;
  /** Null where client and server speak the same: the request passes as it is. Rejects with an `UpstreamFault`. */
  exchange(call: Call): Promise<Answered | null>;
  close(): Promise<void>;
}

export function createBridge(log: Log): Bridge {
  const eras = new Eras(log);
  let legacy: readonly Revision[] = [];
  let modern: readonly Revision[] = [];
  let toLegacy: Direction | null = null;
  let toModern: Direction | null = null;

  const throughModern = async (call: Call): Promise<Answered | null> => (await toModern?.exchange(call, legacy)) ?? null;

  /** A client that speaks both eras is told to fall back, which loses it nothing; where the look failed, its own request shows how the server is. */
  const modernToAny = async (call: Call): Promise<Answered | null> => {
    const { message } = call;
    if (message?.shape !== 'request' || legacy.length === 0 || (await eras.speaksModern(call)) !== false) return null;
    const data = { supported: legacy, requested: message.claim };
    return { instance: null, response: jsonAnswer(400, failure(message.id, -32022, 'Protocol version not supported', data)) };
  };

  const legacyToAny = async (call: Call): Promise<Answered | null> => {
    const leg = call.session?.legs.find(({ server }) => server === call.pool.server);
    if (!toModern || (leg && leg.instance !== ANY_INSTANCE)) return null;
    if (leg || eras.isModernOnly(call.pool)) return throughModern(call);
    return call.message?.method === 'initialize' ? introduce(call) : null;
  };

  /** The first `initialize` is a legacy server's to answer; a modern one refuses it. */
  const introduce = async (call: Call): Promise<Answered | null> => {
    const { headers } = call.request;
    const { instance, response } = await call.send({ ...call.request, headers: { ...headers, 'accept-encoding': 'identity' } });
    if (response.status !== 400 && response.status !== 404) {
      if (response.status === 200) eras.learnLegacy(call.pool, true);
      return { instance, response };
    }
    const body = await readBody(response.body, call.table.timeouts.response);
    if (!(await isModernRefusal(call, body.toString()))) return { instance, response: { ...response, body } };
    eras.learnLegacy(call.pool, false);
    return throughModern(call);
  };

  const isModernRefusal = async (call: Call, text: string): Promise<boolean> => {
    const reply = parseReply(text);
    const supported = asObject(asObject(reply?.['error'])['data'])['supported'];
    if (codeOf(reply) === -32022 && Array.isArray(supported)) return supported.length > 0 && supported.every(isModern);
    const isSuspect = [-32601, -32602, -32020, -32022].includes(Number(codeOf(reply)));
    return isSuspect && (await eras.speaksModern(call)) === true;
  };

  return {
    configure: (options) => {
      legacy = options.revisions.filter((revision) => !isModern(revision));
      modern = options.revisions.filter(isModern);
      toLegacy ??= options.toLegacy?.createToLegacy(log) ?? null;
      toModern ??= options.toModern?.createToModern(log) ?? null;
    },
    exchange: async (call) => {
      const { revision } = call.table;
      if (call.era === revision) return null;
      if (revision === 'modern') return throughModern(call);
      if (revision === 'legacy') return (await toLegacy?.exchange(call, modern)) ?? null;
      return call.era === 'modern' ? modernToAny(call) : legacyToAny(call);
    },
    close: async () => {
      await Promise.all([toLegacy?.close(), toModern?.close()]);
    },
  };
}
