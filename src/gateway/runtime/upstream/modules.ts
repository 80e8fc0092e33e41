/**
 * What pools need of the parts that not every gateway has; by the names of their exports. Each is
 * missing where no pool of the config needs it.
 */
import type { Env } from '../process/env.js';
import type { Log } from '../process/log.js';
import type { BreakerTable, ChildTable } from '../tables/pool.js';
import type { Strategies } from './balancer.js';
import type { Breaker } from './breaker.js';
import type { ProbeModules } from './probe.js';
import type { Upstream } from './upstream.js';

/** How a pool chooses: strategies beyond round-robin, and circuit breakers. */
export interface ChoiceModules {
  readonly BALANCERS?: Strategies;
  /** A breaker that goes on where `known` has come to. */
  readonly Breaker?: new (table: BreakerTable, now: number, known: Breaker | null) => Breaker;
}

export interface PoolModules extends ChoiceModules, ProbeModules {
  /** Calls back with the addresses of a name whenever they change. Resolves, after the first look, with what stops it. */
  readonly watchName?: (name: string, changed: (addresses: readonly string[]) => void) => Promise<() => void>;
  /** Servers that speak over stdin and stdout, as children of this process. */
  readonly startInTime?: (child: ChildTable, env: Env, keepAlive: number, log: Log, firstByte: number) => Upstream;
}
