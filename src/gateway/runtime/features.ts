/**
 * Parts of the runtime that not every gateway has. Each is reached through a loader in `tables.ts` and nowhere else, so that a module no config
 * needs is not in the folder at all.
 */
import type { Log } from './log.js';
import type { Upstream } from './upstream.js';
import type { ChildTable } from './types.js';

export interface Features {
  readonly stdio?: () => Promise<{
    createStdioUpstream(options: { child: ChildTable; env: Record<string, string>; keepAlive: number; log: Log }): Upstream;
  }>;
  readonly host?: () => Promise<{
    startHost(options: { upstream: Upstream; host: string; port: number; path: string; bodyLimit: number; log: Log }): Promise<{ port: number; close(drain: number): Promise<void> }>;
  }>;
  readonly dns?: () => Promise<{ watchName(name: string, changed: (addresses: readonly string[]) => void): () => void }>;
  readonly admin?: () => Promise<typeof import('./admin.js')>;
}
