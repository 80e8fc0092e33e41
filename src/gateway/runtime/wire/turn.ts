/**
 * What is to be written leaves when the turn of the event loop ends: whoever reads it wakes once for all of it, and the processor stays with one kind of
 * work. Nothing waits for a timer, or for more than what came in during the same turn.
 */
const waiting: (() => void)[] = [];

export function atTurnsEnd(write: () => void): void {
  if (waiting.push(write) === 1) setImmediate(flush);
}

function flush(): void {
  for (const write of waiting.splice(0)) write();
}
