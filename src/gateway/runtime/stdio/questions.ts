/** Requests of a child to its clients that have no reply yet. */
import { frame } from '../wire/event-stream.js';
import { errorText, withId, withParam, type Id, type Message } from './message.js';
import type { ChildSession } from './session.js';

interface Question {
  readonly session: ChildSession;
  /** As the child chose it. */
  readonly id: Id;
}

export class OpenQuestions {
  /** By the id that the client knows. */
  readonly #asked = new Map<Id, Question>();
  readonly #write: (text: string) => void;
  readonly #nameFor: (id: Id) => Id;

  constructor(write: (text: string) => void, nameFor: (id: Id) => Id) {
    this.#write = write;
    this.#nameFor = nameFor;
  }

  get size(): number {
    return this.#asked.size;
  }

  ask(session: ChildSession, message: Message): void {
    const { id } = message;
    const name = this.#nameFor(id);
    this.#asked.set(name, { session, id });
    session.tell(frame(withId(message, name)), true);
  }

  /** @returns whether the reply is one that this session was asked for */
  reply(session: ChildSession, message: Message): boolean {
    const question = this.#asked.get(message.id);
    if (question?.session !== session) return false;
    this.#asked.delete(message.id);
    this.#write(withId(message, question.id));
    return true;
  }

  /** The child wants no reply any more. */
  cancel(message: Message): void {
    for (const [name, { session, id }] of this.#asked) {
      if (id !== message.params['requestId']) continue;
      this.#asked.delete(name);
      session.tell(frame(withParam(message, 'requestId', name)), true);
    }
  }

  /** The session has ended: the child is told that nobody will reply. */
  leave(session: ChildSession): void {
    for (const [name, question] of this.#asked) {
      if (question.session !== session) continue;
      this.#asked.delete(name);
      this.#write(errorText(question.id, -32603, 'The client has gone'));
    }
  }
}
