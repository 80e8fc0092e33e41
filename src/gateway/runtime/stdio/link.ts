/** One child, and who waits for what from it. */
import { frame, type EventStream } from '../wire/event-stream.js';
import { UpstreamFault } from '../wire/fault.js';
import type { Holder } from '../process/places.js';
import { startChild, type Child, type ChildOptions } from './child.js';
import { longLines, type LongLines } from './long-lines.js';
import { failureText } from '../wire/replies.js';
import { CANCELLED, idText, readMessages, type Message } from './message.js';
import { openQuestions } from './questions.js';
import { openRequests } from './requests.js';
import type { OnReply } from './response.js';
import { tellClient, type ChildSession } from './session.js';

export interface Link extends Omit<Child, 'check'> {
  /** Throws an `UpstreamFault` when messages would not reach the child, would wait behind too many others, or are more requests than their caller's share. */
  check(holder: Holder, requests: number): void;
  /** Sends a request: of a session and with a stream for what it brings about, or the gateway's own. */
  ask(request: Message, onReply: OnReply, session?: ChildSession, stream?: EventStream): void;
  /** Sends a notification or a reply of a session. */
  tell(session: ChildSession, message: Message): void;
  /** The session has ended: nobody waits for its replies, and nobody will give any. */
  leave(session: ChildSession): void;
}

/** Of each: questions under way, sessions of a shared child. */
export const MAX_OPEN = 4096;

function openLink(options: LinkOptions, sessions: () => Iterable<ChildSession>, onMessage: () => void, onExit: () => void): Link {
  const { counts, log, timeouts } = options;
  const { modern: isModern, sharing, line } = options.child;
  const isShared = sharing === 'shared';
  const write = (text: string): void => child.write(text);
  const requests = openRequests(isShared, timeouts.response, write);
  const questions = openQuestions(write, requests.nameFor);

  /** A child says nothing of whom it means. Only where all who could be meant are one principal is it that one. */
  const onlyOne = (meant: readonly ChildSession[]): ChildSession | undefined =>
    meant.every(({ principal }) => principal === meant[0]?.principal) ? meant.at(-1) : undefined;
  /** Whom a child asks: those for whom it does something, since it asks in the course of a request; else any of its sessions, the one last in use first. */
  const sessionToAsk = (): ChildSession | null | undefined => {
    const askers = requests.askers();
    const all = [...sessions()].sort((a, b) => a.seen - b.seen);
    const meant = askers && onlyOne(askers.length > 0 ? askers : all);
    return meant && (all.includes(meant) ? meant : all.findLast(({ principal }) => principal === meant.principal));
  };
  const drop = (what: string): void => {
    counts.dropped += 1;
    // Each is counted; the first of a flood and every thousandth are told.
    if (counts.dropped % 1000 !== 1) return;
    log('warn', 'messages-dropped', { pid: child.pid, reason: 'could be meant for several callers', what, dropped: counts.dropped });
  };
  /** What is said to nobody in particular may be about any of its sessions, also one that waits for nothing. */
  const tellAll = (message: Message): void => {
    const all = [...sessions()];
    const askers = requests.askers();
    if (!askers || (all.length > 0 && !onlyOne([...all, ...askers]))) return drop('notification');
    const event = frame(message.text);
    for (const session of all) tellClient(session, event, false);
  };

  const fromChild = (message: Message): void => {
    const { shape, method } = message;
    if (isModern && shape === 'notification' && requests.notify(message)) return;
    if (shape === 'response') requests.reply(message);
    else if (shape === 'request') {
      const session = isModern || questions.count() >= MAX_OPEN ? undefined : sessionToAsk();
      if (session) return questions.ask(session, message);
      counts.refused += 1;
      child.refuse(failureText(idText(message), -32603, 'No client to ask, or several that could be meant'));
    } else if (method === 'notifications/progress') requests.progress(message) || (counts.dropped += 1);
    else if (method === CANCELLED) questions.cancel(message);
    else tellAll(message);
  };
  const onLine = (line: string): boolean => {
    // Most lines that are no messages end here: an error that is thrown for each would cost far more than the line.
    if (!/^\s*[[{]/.test(line)) return false;
    const read = readMessages(line);
    if (typeof read === 'number') return false;
    onMessage();
    read.messages.forEach(fromChild);
    return true;
  };
  const onDropped = (): void => void (counts.dropped += 1);
  const long = (pid: number): LongLines => longLines(line, pid, requests, (text) => child.refuse(text), log, onDropped);
  const child = startChild(options, onLine, long, () => {
    requests.fail();
    onExit();
  });

  return {
    ...child,
    // A slow client would hold up all others of a shared child; its stream breaks off instead.
    flow: isShared ? () => {} : child.flow,
    check(holder, wanted) {
      child.check();
      if (wanted > 0 && !requests.hasRoom(holder, wanted)) throw new UpstreamFault('full');
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

/** What the children of one upstream have in common. */
export interface LinkOptions extends ChildOptions {
  readonly timeouts: ChildTimeouts;
  readonly counts: ChildCounts;
}

/** Milliseconds in which a child must answer `initialize`, and any other request. */
export interface ChildTimeouts {
  readonly firstByte: number;
  readonly response: number;
}

/** What nobody was told, since the start. */
export interface ChildCounts {
  /** Messages of children that reached nobody. */
  dropped: number;
  /** Questions that were refused to children. */
  refused: number;
  /** Sessions that were ended to make room for others, and callers for whom there was none. */
  ended: number;
  full: number;
}

/** The children of one upstream. */
export interface Links {
  readonly running: number;
  /** How many have ever been started. */
  readonly started: number;
  /** Whether the command can be started: `well` once a child has answered, `failed` where it cannot be run, or has only ever ended without a word. */
  readonly health: 'unknown' | 'well' | 'failed';
  /** @param sessions those that the child serves, as they are at the moment */
  launch(sessions: () => Iterable<ChildSession>, onExit: () => void): Link;
  /** Resolves when all have ended. */
  close(): Promise<void>;
}

export function createLinks(options: LinkOptions): Links {
  /** Each with the promise of its end. */
  const links = new Map<Link, Promise<void>>();
  let started = 0;
  let health: Links['health'] = 'unknown';
  return {
    get health() {
      return health;
    },
    get running() {
      return links.size;
    },
    get started() {
      return started;
    },
    launch(sessions, onExit) {
      let ended = (): void => {};
      const end = new Promise<void>((resolve) => void (ended = resolve));
      let hasSpoken = false;
      const onMessage = (): void => {
        if (!hasSpoken) health = 'well';
        hasSpoken = true;
      };
      const exited = (): void => {
        // What ends a child that others have spoken to is no fault of the command: a caller may have sent what it cannot bear.
        if (!hasSpoken && health === 'unknown') health = 'failed';
        links.delete(link);
        ended();
        onExit();
      };
      let link: Link;
      try {
        link = openLink(options, sessions, onMessage, exited);
      } catch (fault) {
        health = 'failed';
        throw fault;
      }
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
