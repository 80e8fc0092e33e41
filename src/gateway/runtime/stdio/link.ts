/** One child, and who waits for what from it. */
import { frame, type EventStream } from '../wire/event-stream.js';
import { UpstreamFault } from '../wire/fault.js';
import { startChild, type Child, type ChildOptions } from './child.js';
import { CANCELLED, errorText, readMessages, type Message } from './message.js';
import { createNames } from './names.js';
import { OpenQuestions } from './questions.js';
import { OpenRequests } from './requests.js';
import type { OnReply } from './response.js';
import type { ChildSession } from './session.js';

export interface Link extends Child {
  /** Sends a request: of a session and with a stream for what it brings about, or the gateway's own. */
  ask(request: Message, onReply: OnReply, session?: ChildSession, stream?: EventStream): void;
  /** Sends a notification or a reply of a session. */
  tell(session: ChildSession, message: Message): void;
  /** The session has ended: nobody waits for its replies, and nobody will give any. */
  leave(session: ChildSession): void;
}

/** How many there may be of each: requests under way, questions under way, sessions of a shared child. */
export const MAX_OPEN = 4096;
/** Why a child is killed. */
export const TOO_DEEP = 'nested too deeply';

export function openLink(options: ChildOptions, sessions: () => Iterable<ChildSession>, onExit: () => void): Link {
  const { modern: isModern, sharing } = options.child;
  const isShared = sharing === 'shared';
  const write = (text: string): void => child.write(text);
  const nameFor = createNames(isShared, (id) => requests.has(id));
  const requests = new OpenRequests(write, nameFor);
  const questions = new OpenQuestions(write, nameFor);

  /** Nothing on the wire says whom a child asks. The session that asked last is the likeliest. */
  const sessionToAsk = (): ChildSession | undefined => requests.latestSession() ?? [...sessions()].sort((a, b) => b.seen - a.seen)[0];

  const fromChild = (message: Message): void => {
    const { shape, id, method } = message;
    if (isModern && shape === 'notification' && requests.notify(message)) return;
    if (shape === 'response') requests.reply(message);
    else if (shape === 'request') {
      const session = sessionToAsk();
      if (!session || isModern || questions.size >= MAX_OPEN) return child.refuse(errorText(id, -32603, 'No client to ask'));
      questions.ask(session, message);
    } else if (method === 'notifications/progress') requests.progress(message);
    else if (method === CANCELLED) questions.cancel(message);
    else {
      const event = frame(message.text);
      for (const session of sessions()) session.tell(event, false);
    }
  };
  const onLine = (line: string): boolean => {
    // Most lines that are no messages end here: an error that is thrown for each would cost far more than the line.
    if (!/^\s*[[{]/.test(line)) return false;
    try {
      const read = readMessages(line);
      if (typeof read === 'number') return false;
      read.messages.forEach(fromChild);
    } catch (error) {
      // JSON of any depth can be read, but it is written by recursion.
      if (!(error instanceof RangeError)) throw error;
      child.kill(TOO_DEEP);
    }
    return true;
  };
  const child = startChild(options, onLine, () => {
    requests.fail();
    onExit();
  });

  return {
    ...child,
    // A slow client would hold up all others of a shared child; its stream breaks off instead.
    flow: isShared ? () => {} : child.flow,
    check() {
      child.check();
      if (requests.size >= MAX_OPEN) throw new UpstreamFault('full');
    },
    ask: (request, onReply, session, stream) => requests.ask(request, onReply, session, stream),
    tell(session, message) {
      const { shape, method, params, text } = message;
      if (shape === 'response') questions.reply(session, message);
      else if (method === CANCELLED) requests.cancel(session, params['requestId'] ?? null, params['reason']);
      else if (shape === 'notification' && !(isShared && method === 'notifications/initialized')) write(text);
    },
    leave(session) {
      requests.cancel(session);
      questions.leave(session);
    },
  };
}
