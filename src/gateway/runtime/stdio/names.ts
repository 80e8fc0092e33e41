/** Names in place of ids, so that messages of several clients can be told apart. */
import type { Id } from './message.js';

/** @returns the id itself while it cannot be mistaken for another, else a new one of the same type */
export function createNames(isShared: boolean, isTaken: (id: Id) => boolean): (id: Id) => Id {
  // Does not begin at 0: what was meant for the child before this one must find nothing.
  let last = Date.now();
  return (id) => {
    if (!isShared && !isTaken(id)) return id;
    last += 1;
    return typeof id === 'string' ? `${last}` : last;
  };
}
