/** A stdio server as an instance of its pool, in the gateway's own process, where nothing else gives up on its children. */
import type { Env } from '../process/env.js';
import type { Log } from '../process/log.js';
import { readSecret } from '../process/secrets.js';
import type { ChildTable } from '../tables/pool.js';
import type { Found } from '../upstream/instance.js';
import { digest } from '../wire/digest.js';
import { inTime } from './in-time.js';
import { startChildren } from './upstream.js';

export function childInstance(child: ChildTable, env: Env, keepAlive: number, log: Log, firstByte: number): Found {
  // A secret must not change unnoticed.
  const secrets = child.env.map(([, value]) => ('secret' in value ? digest(readSecret(env, value.secret)) : null));
  const make = () => ({ upstream: inTime(startChildren(child, env, keepAlive, log), firstByte), probe: null, weight: 1, region: null });
  return { id: 'local', key: JSON.stringify([child, keepAlive, firstByte, secrets]), make };
}
