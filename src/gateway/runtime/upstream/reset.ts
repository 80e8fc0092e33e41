/** What somebody who has mended an instance asks for: that it is no longer held against it that it failed. */
import type { Instance } from './instance.js';
import type { Pool } from './pool.js';

/** Closes breakers and ends ejections, of one instance or all. @returns ids of those where that changed something */
export function resetInstances(pool: Pool, id: string | undefined, now: number): readonly string[] {
  const isHeld = ({ ejectedAt, breaker }: Instance): boolean =>
    ejectedAt !== null || (breaker !== null && (breaker.state !== 'closed' || breaker.failures(now) > 0));
  const due = pool.instances.filter((instance) => (id === undefined || instance.id === id) && isHeld(instance));
  for (const instance of due) {
    instance.breaker?.reset(now);
    if (instance.ejectedAt !== null) pool.turnTo(instance, true, 'reset');
  }
  return due.map((instance) => instance.id);
}
