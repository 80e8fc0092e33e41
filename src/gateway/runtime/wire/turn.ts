/**
 * What several exchanges write within one turn of the event loop leaves together, when the turn ends: whoever reads it wakes once for all of it, and the
 * processor stays with one kind of work. It waits for no timer, and for no more than what has come in by then.
 */
let waiting: (() => void)[] = [];

export function atTurnsEnd(write: () => void): void {
  if (waiting.push(write) === 1) setImmediate(flush);
}

function flush(): void {
  const all = waiting;
  waiting = [];
  for (const write of all) write();
}
