/** A line of a child that is longer than `limits.line`: whose message it was, as far as its two ends tell, and what becomes of that. The child lives on. */
import type { Log } from '../process/log.js';
import { parseJson } from '../wire/json-rpc.js';
import { headMembers } from '../wire/json-text.js';
import { failureText } from '../wire/replies.js';
import { tooLong } from './lost.js';
import type { OpenRequests } from './requests.js';

/** Many servers write the id of a reply behind its result. Only what stands before the last bracket is a member of the message itself. */
const LAST_ID = /[,{]\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?[\d.eE+-]+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;

export interface LongLines {
  begins(head: string): void;
  ends(tail: string): void;
}

/**
 * A reply that is lost fails the call of its id. Where its beginning names none, the only call that waits is the one; with several its end is waited for, and
 * where that names none either nobody's call is ended for another's: the one that is lost ends with `timeouts.response`. A question is refused to the child.
 */
export function longLines(limit: number, pid: number, requests: OpenRequests, refuse: (message: string) => void, log: Log, onDropped: () => void): LongLines {
  /** What its end must tell: whose reply it was, or which question; null where all is known. */
  let missing: 'reply' | 'question' | null = null;
  const say = (lost: string): void => log('warn', 'child-line-too-long', { pid, limit, lost });
  const lose = (id: unknown): boolean => {
    const isFound = requests.lose(id, (call) => tooLong(call, limit));
    if (isFound) say('the answer to a call');
    return isFound;
  };
  const refuseQuestion = (id: string): void => refuse(failureText(id, -32603, `The question is longer than limits.line (${limit} bytes)`));
  return {
    begins(head) {
      const members = headMembers(head);
      const id = members.get('id') ?? '';
      missing = null;
      if (members.has('method') || members.has('params')) {
        say('a message');
        onDropped();
        if (id === '') missing = 'question';
        else refuseQuestion(id);
      } else if (id !== '') lose(parseJson(id));
      else if (!lose(undefined)) missing = 'reply';
    },
    ends(tail) {
      const [, id] = LAST_ID.exec(tail) ?? [];
      if (missing === 'question' && id !== undefined) refuseQuestion(id);
      if (missing === 'reply' && !(id !== undefined && lose(parseJson(id)))) say('a line of which nobody knows whose it was');
      missing = null;
    },
  };
}
