/** What one client hears of a child: an event stream for each of its POSTs, and one that stands. */
import { randomBytes } from 'node:crypto';
import type { Log } from '../process/log.js';
import { EventStream } from '../wire/event-stream.js';
import { UpstreamFault } from '../wire/fault.js';

/** A client's session with a child. A modern child knows no sessions: there each request has one of its own. */
export class ChildSession {
  readonly id = randomBytes(24).toString('base64url');
  /** Streams of POSTs under way, the newest last. */
  readonly posts = new Set<EventStream>();
  /** What a GET receives; until one comes, the stream keeps what no other can carry. */
  standalone: EventStream;
  /** When it was last in use. */
  seen = 0;
  readonly #open: (isShown?: boolean) => EventStream;

  /** @param flow lets the child's output come, or holds it back @param limit bytes that may wait in each stream */
  constructor(flow: (on: boolean) => void, limit: number, log: Log) {
    const resume = (): void => flow(true);
    const failed = (error: Error): void => {
      if (error instanceof UpstreamFault) log('warn', 'messages-dropped', { reason: 'not read by the client' });
    };
    this.#open = (shown = false) =>
      Object.assign(new EventStream(), { limit, shown }).on('full', () => flow(false)).on('drain', resume).on('close', resume).on('error', failed);
    this.standalone = this.#openStandalone();
  }

  /** @param isShown whether the client takes a stream */
  openPost(isShown: boolean): EventStream {
    const post = this.#open(isShown).on('close', () => this.posts.delete(post));
    this.posts.add(post);
    return post;
  }

  /** Tells the client on one stream only (2025-03-26, Transports § Multiple Connections). */
  tell(event: Buffer, isRequest: boolean): void {
    const post = isRequest || !this.standalone.shown ? [...this.posts].findLast(({ shown }) => shown) : undefined;
    (post ?? this.standalone).event(event);
  }

  #openStandalone(): EventStream {
    return this.#open().on('close', () => (this.standalone = this.#openStandalone()));
  }
}
