/** Requests of a child to its clients that have no reply yet. */
import { frame } from '../wire/event-stream.js';
import { failureText } from '../wire/replies.js';
import { idText, withId, withParam, type Id, type Message } from './message.js';
import { tellClient, type ChildSession } from './session.js';

export interface OpenQuestions {
  count(): number;
  ask(session: ChildSession, message: Message): void;
  /** Hands a client's reply to the child, if it is the client that was asked. */
  reply(session: ChildSession, message: Message): void;
  /** The child wants no reply any more. */
  cancel(message: Message): void;
  /** The session has ended: the child is told that nobody will reply. */
  leave(session: ChildSession): void;
}

export function openQuestions(write: (text: string) => void, nameFor: (id: Id) => Id): OpenQuestions {
  /** By the id that the client knows; `id` is the child's own, `written` as it wrote that. */
  const open = new Map<Id, { readonly session: ChildSession; readonly id: Id; readonly written: string }>();
  return {
    count: () => open.size,
    ask(session, message) {
      const { id } = message;
      const name = nameFor(id);
      open.set(name, { session, id, written: idText(message) });
      tellClient(session, frame(name === id ? message.text : withId(message, JSON.stringify(name))), true);
    },
    reply(session, message) {
      const question = open.get(message.id);
      if (question?.session !== session) return;
      open.delete(message.id);
      write(withId(message, question.written));
    },
    cancel(message) {
      for (const [name, { session, id }] of open) {
        if (id !== message.params['requestId']) continue;
        open.delete(name);
        tellClient(session, frame(withParam(message, ['requestId'], JSON.stringify(name))), true);
      }
    },
    leave(session) {
      for (const [name, question] of open) {
        if (question.session !== session) continue;
        open.delete(name);
        write(failureText(question.written, -32603, 'The client has gone'));
      }
    },
  };
}
