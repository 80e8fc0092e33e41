/** What is asked of a stdio server's processes, and what they give: the seam of every instance, and how many of them run. */
import type { Upstream } from '../upstream/upstream.js';
import type { ChildOptions } from './child.js';

export interface StdioOptions extends ChildOptions {
  /** Milliseconds between two comments on an open stream. */
  readonly keepAlive: number;
  readonly now?: () => number;
}

export interface StdioUpstream extends Upstream {
  status(): { readonly processes: number; readonly restarts: number };
}
