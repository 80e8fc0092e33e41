/**
 * What several exchanges write within one turn of the event loop leaves together at its end. The reader wakes once for all of it, and the processor stays
 * with one kind of work. Nothing waits for a timer, or for longer than the turn.
 */
const waiting: (() => void)[] = [];

export function atTurnsEnd(write: () => void): void {
  if (waiting.push(write) === 1) setImmediate(flush);
}

function flush(): void {
  for (const write of waiting.splice(0)) write();
}
