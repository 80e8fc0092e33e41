/** What is asked of a stdio server's processes, and what they give: the seam of every instance, and how many of them run. */
import type { Upstream, UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import type { ChildOptions } from './child.js';
import type { ChildCounts, ChildTimeouts, LinkOptions, Links } from './link.js';
import type { Batch } from './message.js';

export interface StdioOptions extends ChildOptions {
  /** Milliseconds between two comments on an open stream. */
  readonly keepAlive: number;
  /** Default: a minute, and ten. */
  readonly timeouts?: ChildTimeouts;
  readonly now?: () => number;
}

/** With all that was left out. */
export type ServedOptions = StdioOptions & LinkOptions;

export interface StdioUpstream extends Upstream {
  status(): { readonly processes: number; readonly restarts: number };
  readonly counts: Readonly<ChildCounts>;
  /** Whether its command can be started; null where it is there and nobody has started it yet. */
  isWell(): Promise<boolean | null>;
  /** Starts a child once, speaks to it and ends it. @returns whether it answered */
  rehearse(): Promise<boolean>;
}

/** Begins to serve children. `signal` is aborted when none is wanted any more. */
export type Serve = (options: ServedOptions, signal: AbortSignal) => Served;

/** How children are spoken to, by era; missing where no child of the config is of that one. */
export interface ChildEras {
  readonly serveLegacy?: Serve;
  readonly serveModern?: Serve;
}

/** The parts of this gateway in which they are. */
export interface ChildFeatures {
  readonly stdioLegacy?: () => Promise<ChildEras>;
  readonly stdioModern?: () => Promise<ChildEras>;
}

/** How the children of one era are spoken to. */
export interface Served {
  readonly links: Links;
  /** @param read the messages of a POST; none for other methods */
  answer(request: UpstreamRequest, read: Batch): Promise<UpstreamResponse>;
  /** Ends what the children serve, before they themselves are ended. */
  close(): void;
}
