/** The entry of this room: a stdio server's processes behind the seam of every instance. */
import { readSecret, type Env } from '../process/env.js';
import type { Log } from '../process/log.js';
import type { ChildTable } from '../tables/pool.js';
import type { Upstream } from '../upstream/upstream.js';
import type { StdioOptions, StdioUpstream } from './contract.js';
import { inTime } from './in-time.js';
import { createLegacyUpstream } from './legacy.js';
import { createModernUpstream } from './modern.js';

export function createStdioUpstream(options: StdioOptions): StdioUpstream {
  return options.child.modern ? createModernUpstream(options) : createLegacyUpstream(options);
}

/** Reads the secrets that the children are given. */
export function startChildren(child: ChildTable, environment: Env, keepAlive: number, log: Log): StdioUpstream {
  const env = child.env.map(([name, value]) => [name, 'text' in value ? value.text : readSecret(environment, value.secret)] as const);
  return createStdioUpstream({ child, env: Object.fromEntries(env), keepAlive, log });
}

/** For the gateway's own process, where nothing else gives up on a child. */
export function startInTime(child: ChildTable, environment: Env, keepAlive: number, log: Log, firstByte: number): Upstream {
  return inTime(startChildren(child, environment, keepAlive, log), firstByte);
}
