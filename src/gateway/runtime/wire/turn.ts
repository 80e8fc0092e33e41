/** What several exchanges write within one turn of the event loop leaves together at its end: whoever reads it wakes once for all of it. */
const waiting: (() => void)[] = [];

export function atTurnsEnd(write: () => void): void {
  if (waiting.push(write) === 1) setImmediate(flush);
}

function flush(): void {
  for (const write of waiting.splice(0)) write();
}
