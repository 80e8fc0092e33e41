/** One child, and who waits for what from it. */
import { frame, type EventStream } from '../wire/event-stream.js';
import { UpstreamFault } from '../wire/fault.js';
import { startChild, type Child, type ChildOptions } from './child.js';
import { CANCELLED, errorText, readMessages, type Message } from './message.js';
import { openQuestions } from './questions.js';
import { openRequests } from './requests.js';
import type { OnReply } from './response.js';
import { tellClient, type ChildSession } from './session.js';

export interface Link extends Child {
  /** Sends a request: of a session and with a stream for what it brings about, or the gateway's own. */
  ask(request: Message, onReply: OnReply, session?: ChildSession, stream?: EventStream): void;
  /** Sends a notification or a reply of a session. */
  tell(session: ChildSession, message: Message): void;
  /** The session has ended: nobody waits for its replies, and nobody will give any. */
  leave(session: ChildSession): void;
}

/** Of each: requests under way in either direction, sessions of a shared child. */
export const MAX_OPEN = 4096;
/** Why a child is killed. */
export const TOO_DEEP = 'nested too deeply';

function openLink(options: ChildOptions, sessions: () => Iterable<ChildSession>, onExit: () => void): Link {
  const { modern: isModern, sharing } = options.child;
  const isShared = sharing === 'shared';
  const write = (text: string): void => child.write(text);
  const requests = openRequests(isShared, write);
  const questions = openQuestions(write, requests.nameFor);

  /** Nothing on the wire says whom a child asks. The session that asked last is the likeliest. */
  const sessionToAsk = (): ChildSession | undefined => requests.latestSession() ?? [...sessions()].sort((a, b) => b.seen - a.seen)[0];

  const fromChild = (message: Message): void => {
    const { shape, id, method } = message;
    if (isModern && shape === 'notification' && requests.notify(message)) return;
    if (shape === 'response') requests.reply(message);
    else if (shape === 'request') {
      const session = sessionToAsk();
      if (!session || isModern || questions.count() >= MAX_OPEN) return child.refuse(errorText(id, -32603, 'No client to ask'));
      questions.ask(session, message);
    } else if (method === 'notifications/progress') requests.progress(message);
    else if (method === CANCELLED) questions.cancel(message);
    else {
      const event = frame(message.text);
      for (const session of sessions()) tellClient(session, event, false);
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
      if (requests.count() >= MAX_OPEN) throw new UpstreamFault('full');
    },
    ask: requests.ask,
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

/** The children of one upstream. */
export interface Links {
  readonly running: number;
  /** How many have ever been started. */
  readonly started: number;
  /** @param sessions those that the child serves, as they are at the moment */
  launch(sessions: () => Iterable<ChildSession>, onExit: () => void): Link;
  /** Resolves when all have ended. */
  close(): Promise<void>;
}

export function createLinks(options: ChildOptions): Links {
  /** Each with the promise of its end. */
  const links = new Map<Link, Promise<void>>();
  let started = 0;
  return {
    get running() {
      return links.size;
    },
    get started() {
      return started;
    },
    launch(sessions, onExit) {
      let ended = (): void => {};
      const end = new Promise<void>((resolve) => void (ended = resolve));
      const link = openLink(options, sessions, () => {
        links.delete(link);
        ended();
        onExit();
      });
      links.set(link, end);
      started += 1;
      return link;
    },
    async close() {
      for (const link of links.keys()) link.end();
      await Promise.all(links.values());
    },
  };
}
