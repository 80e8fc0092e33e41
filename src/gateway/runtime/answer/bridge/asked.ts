/** What a modern client asks in a legacy session, and what of the session's event streams is for it. */
import type { Instance } from '../../upstream/instance.js';
import { asObject, at, isReply, parseJson, type Json } from '../../wire/json-rpc.js';
import { membersOf, type Members } from '../../wire/json-members.js';
import { memberText, ownText, replaceMember } from '../../wire/json-text.js';
import { CAPABILITIES, CLIENT_INFO, LOG_LEVEL, VERSION } from '../../wire/meta-keys.js';
import { failureText, successText } from '../../wire/replies.js';
import type { Rewrite } from './answers.js';
import { tell, type LegacySession } from './legacy-sessions.js';
import { modernReply, type Asker } from './modern-replies.js';

export interface Asked extends Asker {
  /** As the server will see them, but for the id and the token. */
  readonly params: Members;
  readonly meta: Members;
  /** Rank of the least log message that was asked for; -1 for none. */
  readonly level: number;
}

/** RFC 5424, as MCP orders them. */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** Replies to what a server asks in one stream, under way at once: it may ask without end. */
const MOST_TELLING = 16;

export function readAsked(text: string, method: string): Asked {
  const params = membersOf(memberText(text, ['params']));
  const meta = membersOf(params.get('_meta'));
  const level = parseJson(meta.get(LOG_LEVEL) ?? '');
  const opensUrls = at(parseJson(meta.get(CAPABILITIES) ?? ''), 'elicitation', 'url') !== undefined;
  // What the client brings to a call that asked for input is of no use to a server that starts again.
  for (const name of ['_meta', 'inputResponses', 'requestState']) params.delete(name);
  for (const name of [VERSION, CLIENT_INFO, LOG_LEVEL, CAPABILITIES]) meta.delete(name);
  return { id: ownText(memberText(text, ['id'])), method, opensUrls, params, meta, level: LEVELS.indexOf(level as string) };
}

/** What is needed of it until its answer has ended, which may take long: parts of its text would keep the whole. */
export function waitingFor(asked: Asked): Asked {
  const token = ownText(asked.meta.get('progressToken') ?? null);
  return { ...asked, params: new Map(), meta: new Map(token === null ? [] : [['progressToken', token]]) };
}

/** A server may say more than belongs to the request, whose id in the session is `id`: the rest is dropped, and answered where the server waits. */
export function eventsFor(asked: Asked, id: number, session: LegacySession, instance: Instance): Rewrite {
  let telling = 0;
  const reply = (to: string | null, method: unknown): void => {
    if (telling >= MOST_TELLING) return;
    telling++;
    // No capability was declared that a server could ask for.
    void tell(session, method === 'ping' ? successText(to, {}) : failureText(to, -32601, 'Method not found'), instance).then(() => telling--);
  };
  return (message: Json, text: string) => {
    const params = asObject(message['params']);
    const { id: ofMessage, method } = message;
    if (isReply(message)) return ofMessage === id ? modernReply(asked, message, text, session.introduction['serverInfo'])[1] : null;
    if (ofMessage !== undefined) reply(memberText(text, ['id']), method);
    if (method === 'notifications/progress' && params['progressToken'] === id) {
      return replaceMember(text, ['params', 'progressToken'], asked.meta.get('progressToken') ?? 'null');
    }
    const isTheirs = !session.isAnonymous || session.upstreamId === undefined;
    const isWanted = isTheirs && method === 'notifications/message' && asked.level >= 0 && LEVELS.indexOf(params['level'] as string) >= asked.level;
    return isWanted ? text : null;
  };
}
