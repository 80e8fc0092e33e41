import { randomBytes } from 'node:crypto';
import { UpstreamFault } from '../wire/fault.js';
import { EventStream } from '../wire/event-stream.js';
import type { Log } from './child.js';
import type { Running } from './supervisor.js';

export interface Session {
  readonly id: string;
  /** The child, once it can be spoken to; rejects with an `UpstreamFault`. */
  readonly running: () => Promise<Running>;
  /** Answers under way, the newest last. */
  readonly posts: Set<EventStream>;
  /** What a GET receives; until then it keeps what nothing else can carry. */
  standalone: EventStream;
  /** When it was last in use. */
  seen: number;
  /** `shown` when its client takes a stream. */
  openPost(shown: boolean): EventStream;
}

/** At most `limit` bytes wait in each stream. */
export function createSession(running: () => Promise<Running>, limit: number, log: Log): Session {
  const posts = new Set<EventStream>();
  const flow = (on: boolean) => (): void => void running().then(({ link }) => link.flow(on), () => {});
  const failed = (error: Error): void => {
    if (error instanceof UpstreamFault) log('warn', 'messages-dropped', { reason: 'not read by the client' });
  };
  const open = (shown = false): EventStream =>
    Object.assign(new EventStream(), { limit, shown }).on('full', flow(false)).on('drain', flow(true)).on('close', flow(true)).on('error', failed);
  const openPost = (shown: boolean): EventStream => {
    const post = open(shown).on('close', () => posts.delete(post));
    posts.add(post);
    return post;
  };
  const session = { id: randomBytes(24).toString('base64url'), running, posts, standalone: open(), seen: 0, openPost };
  const renew = (): void => {
    session.standalone = open().on('close', renew);
  };
  renew();
  return session;
}

/** On one stream only (2025-03-26, Transports § Multiple Connections). `asking` when the message is a request. */
export function deliver({ posts, standalone }: Session, bytes: Buffer, asking: boolean): void {
  const post = asking || !standalone.shown ? [...posts].findLast(({ shown }) => shown) : undefined;
  (post ?? standalone).event(bytes);
}
