/**
 * Answers for callers that may use only some of what a server offers: lists without the rest, and one answer for what they may not use and what nothing has.
 * It stands before everything else that changes an answer, where names are still the server's own.
 */
import { unknownItem } from '../../decision/denial.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { asObject, at, isReply, parseJson } from '../../wire/json-rpc.js';
import { memberText } from '../../wire/json-text.js';
import { replyText } from '../../wire/replies.js';
import type { Answered, Call, CallItems } from '../call.js';
import { changeResults } from '../read-results.js';
import { createCatalogue, type Ask } from './catalogue.js';
import { filterLists } from './lists.js';

export interface Items {
  /** Rejects with the `UpstreamFault` 'unlisted' for a name that nothing has. @param proceed answers the call as if nothing restricted it */
  answer(call: Call, items: CallItems, proceed: (call: Call) => Promise<Answered>): Promise<Answered>;
  /** Whether the call names a tool or a prompt that its server does not have. @param ask sends a request as the call itself will be sent */
  isUnlisted(call: Call, ask: Ask): boolean | Promise<boolean>;
}

/** Bytes of one event of a stream, as many as of one that is held for a client of 2024-11-05. */
const LONGEST = 16 * 2 ** 20;

export function createItems(): Items {
  const catalogue = createCatalogue();
  return {
    isUnlisted: catalogue.lacks,
    async answer(call, items, proceed) {
      // In the transport of 2024-11-05 only the stream knows the session, so that asks before it posts.
      const asks = items.hasRules && call.route === 'server';
      if (asks && (await catalogue.lacks(call, async (asked) => (await proceed(asked)).response))) throw new UpstreamFault('unlisted');
      const answered = await proceed(call);
      if (!items.isRead) return answered;
      return { ...answered, response: await readable(call, items, answered.response) };
    },
  };

  function readable(call: Call, { lists, hasRules }: CallItems, response: UpstreamResponse): Promise<UpstreamResponse> {
    const { message } = call;
    const isModern = call.era === 'modern';
    const isList = message?.method.endsWith('/list') ?? false;
    const reads = message?.method.startsWith('resources/') === true && !isList;
    const change = (text: string): string => {
      if (reads) return hasRules ? withoutOwnWords(text, isModern, [-32002, -32602]) : text;
      const learnt = catalogue.learner(call);
      const filtered = filterLists(text, { lists, isList, seen: learnt.see });
      learnt.keep();
      return hasRules && !isList ? withoutOwnWords(filtered, isModern, [-32002]) : filtered;
    };
    return changeResults(response, change, call.table.timeouts.response, LONGEST);
  }
}

/** Servers say in many words that they have no such resource: callers are told in those in which they would be told of one that is not for them. */
function withoutOwnWords(text: string, isModern: boolean, codes: readonly number[]): string {
  const reply = asObject(parseJson(text));
  if (!isReply(reply) || !codes.includes(Number(at(reply, 'error', 'code')))) return text;
  return replyText(memberText(text, ['id']), 'error', JSON.stringify(unknownItem('resource', null, isModern)));
}
