/** What is asked of a stdio server's processes, and what they give: the seam of every instance, and how many of them run. */
import type { Upstream, UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import type { ChildOptions } from './child.js';
import type { Links } from './link.js';
import type { Batch } from './message.js';

export interface StdioOptions extends ChildOptions {
  /** Milliseconds between two comments on an open stream. */
  readonly keepAlive: number;
  readonly now?: () => number;
}

export interface StdioUpstream extends Upstream {
  status(): { readonly processes: number; readonly restarts: number };
}

/** How the children of one era are spoken to. */
export interface Served {
  readonly links: Links;
  /** @param read the messages of a POST; none for other methods */
  answer(request: UpstreamRequest, read: Batch): Promise<UpstreamResponse>;
  /** Ends what the children serve, before they themselves are ended. */
  close(): void;
}
