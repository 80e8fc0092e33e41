/** Event streams of legacy sessions, in which a server may say more than belongs to the request they answer. */
import type { Instance } from '../../upstream/pool.js';
import { asObject, failure, isReply, success, type Json } from '../../wire/json-rpc.js';
import { levelOf, type Asked } from './asked.js';
import type { Rewrite } from './events.js';
import { tell, type LegacySession } from './legacy-sessions.js';
import { modernReply } from './modern-replies.js';

/** Replies to what a server asks in one stream, under way at once: it may ask without end. */
const MOST_TELLING = 16;

/** What of a stream is for the client that asked; the rest is dropped, and answered where the server waits. @param id of the request in the session */
export function eventsFor(asked: Asked, id: number, session: LegacySession, instance: Instance): Rewrite {
  let telling = 0;
  const reply = (to: unknown, method: unknown): void => {
    if (telling >= MOST_TELLING) return;
    telling++;
    // No capability was declared that a server could ask for.
    void tell(session, method === 'ping' ? success(to, {}) : failure(to, -32601, 'Method not found'), instance).then(() => telling--);
  };
  return (message: Json) => {
    const params = asObject(message['params']);
    const { id: ofMessage, method } = message;
    if (isReply(message)) return ofMessage === id ? modernReply(asked, message, session.introduction['serverInfo'])[1] : null;
    if (ofMessage !== undefined) reply(ofMessage, method);
    if (method === 'notifications/progress' && params['progressToken'] === id) {
      return { ...message, params: { ...params, progressToken: asked.meta['progressToken'] } };
    }
    const isWanted = method === 'notifications/message' && asked.level >= 0 && levelOf(params['level']) >= asked.level;
    return isWanted ? { ...message } : null;
  };
}
