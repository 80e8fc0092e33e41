/** What one client hears of a child: an event stream for each of its POSTs, and one that stands. */
import { randomBytes } from 'node:crypto';
import type { Log } from '../process/log.js';
import { EventStream } from '../wire/event-stream.js';
import { UpstreamFault } from '../wire/fault.js';
import type { ChildCaller } from './caller.js';

/** A client's session with a child. A modern child knows no sessions: there each request has one of its own. */
export interface ChildSession extends ChildCaller {
  readonly id: string;
  /** Streams of POSTs under way, the newest last. */
  readonly posts: Set<EventStream>;
  /** What a GET receives; until one comes, the stream keeps what no other can carry. */
  standalone: EventStream;
  /** When it was last in use. */
  seen: number;
  /** Requests of it that the child has not answered, also those whose client has left; and when the last of them must have ended. */
  calls: number;
  until: number;
  /** @param isShown whether the client takes a stream */
  openPost(isShown: boolean): EventStream;
}

/** `flow` lets the child's output come, or holds it back; at most `limit` bytes wait in each stream. */
export function createSession(caller: ChildCaller, flow: (on: boolean) => void, limit: number, log: Log): ChildSession {
  const posts = new Set<EventStream>();
  const resume = (): void => flow(true);
  const failed = (error: Error): void => {
    if (error instanceof UpstreamFault) log('warn', 'messages-dropped', { reason: 'not read by the client' });
  };
  const open = (shown = false): EventStream =>
    Object.assign(new EventStream(), { limit, shown }).on('full', () => flow(false)).on('drain', resume).on('close', resume).on('error', failed);
  const openPost = (isShown: boolean): EventStream => {
    const post = open(isShown).on('close', () => posts.delete(post));
    posts.add(post);
    return post;
  };
  const session = { ...caller, id: randomBytes(24).toString('base64url'), posts, standalone: open(), seen: 0, calls: 0, until: 0, openPost };
  const renew = (): void => {
    session.standalone = open().on('close', renew);
  };
  renew();
  return session;
}

/** Tells the client on one stream only (2025-03-26, Transports § Multiple Connections). */
export function tellClient({ posts, standalone }: ChildSession, event: Buffer, isRequest: boolean): void {
  const post = isRequest || !standalone.shown ? [...posts].findLast(({ shown }) => shown) : undefined;
  (post ?? standalone).event(event);
}
