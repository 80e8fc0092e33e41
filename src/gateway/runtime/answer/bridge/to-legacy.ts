/** A modern client's requests, for a server that knows `initialize` alone. */
import type { Answered, Call } from '../call.js';
import { at } from '../../wire/json-rpc.js';
import { membersOf } from '../../wire/json-members.js';
import { ownFailureText, replyText } from '../../wire/replies.js';
import { memberText } from '../../wire/json-text.js';
import type { Log } from '../../process/log.js';
import { UpstreamFault } from '../../wire/fault.js';
import { bridgedCapabilities, ownAnswer } from './answers.js';
import { readAsked, type Asked } from './asked.js';
import type { Direction } from './direction.js';
import { forwardToLegacy } from './forward-to-legacy.js';
import { LegacySessions, type LegacySession } from './legacy-sessions.js';
import { complete, UNCACHED } from './modern-replies.js';

/** Gone since 2026-07-28, or not bridged. */
const NOT_SERVED = /^(?:initialize|ping|logging\/setLevel|resources\/(?:un)?subscribe|(?:subscriptions|tasks)\/.*)$/;
/** Methods that belong to a capability. A server that lacks it would refuse them, perhaps on a stream, where the status comes too late. */
const OF_CAPABILITY = /^(?:tools|prompts|resources)(?=\/)/;

export interface ToLegacy extends Pick<LegacySessions, 'revoke' | 'close'> {
  readonly answer: Direction;
}

export function createToLegacy(log: Log): ToLegacy {
  const sessions = new LegacySessions();

  /** Forwards once more in a new session, where the first has gone and nothing was executed in it. */
  const forward = async (call: Call, asked: Asked, session: LegacySession): Promise<Answered> => {
    try {
      return await forwardToLegacy(call, asked, session, log);
    } catch (error) {
      if (!(error instanceof UpstreamFault) || error.stage !== 'refused' || session.upstreamId === undefined) throw error;
      sessions.lose(call, session);
    }
    return forwardToLegacy(call, asked, await sessions.of(call), log);
  };

  return {
    answer: async (call, supportedVersions) => {
      const { message } = call;
      if (message?.shape !== 'request') return ownAnswer(202);
      const { method } = message;
      const text = `${call.request.body}`;
      const id = memberText(text, ['id']);
      const session = NOT_SERVED.test(method) ? null : await sessions.of(call);
      const { capabilities, instructions, serverInfo } = session?.introduction ?? {};
      const needed = OF_CAPABILITY.exec(method)?.[0];
      if (!session || (needed !== undefined && at(capabilities, needed) === undefined)) {
        return ownAnswer(404, ownFailureText(call.request.headers, id, -32601, 'Method not found', 'method-not-bridged'));
      }
      if (method !== 'server/discover') return forward(call, readAsked(text, method), session);
      const discovered = { supportedVersions, capabilities: bridgedCapabilities(capabilities), instructions, ...UNCACHED };
      return ownAnswer(200, replyText(id, 'result', complete(membersOf(JSON.stringify(discovered)), serverInfo)));
    },
    revoke: (keeps) => sessions.revoke(keeps),
    close: () => sessions.close(),
  };
}
