import type { LogLevel } from '../tables/gateway.js';

export type Fields = Readonly<Record<string, unknown>>;
export type Log = (level: LogLevel, event: string, fields?: Fields) => void;

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** One JSON object a line on stdout. Callers pass names and digests, never secrets, tokens or session ids. */
export function createLog(service: string, level: LogLevel, write: (line: string) => void): Log {
  // Beginnings are made once: a line is written for every request.
  const beginning = (at: LogLevel): string => `","level":"${at}","service":${JSON.stringify(service)},"event":`;
  const beginnings: Readonly<Record<LogLevel, string>> = { debug: beginning('debug'), info: beginning('info'), warn: beginning('warn'), error: beginning('error') };
  let moment = 0;
  let text = '';
  /** The same for all lines of a millisecond: writing a date costs as much as half a line. */
  const timestamp = (): string => {
    const now = Date.now();
    if (now !== moment) text = new Date(now).toISOString();
    moment = now;
    return text;
  };
  return (at, event, fields = {}) => {
    if (RANK[at] < RANK[level]) return;
    const rest = JSON.stringify(fields).slice(1);
    write(`{"timestamp":"${timestamp()}${beginnings[at]}${JSON.stringify(event)}${rest.length > 1 ? ',' : ''}${rest}\n`);
  };
}

/** Milliseconds for which lines are gathered, and characters beyond which they are not. */
const GATHER = 10;
const MOST = 65_536;

/** Writing to a pipe is a system call that blocks: lines that come close together go out together. Whoever kills the process may lose the last of them. */
export function gathered(write: (text: string) => void): { write(line: string): void; flush(): void } {
  let waiting = '';
  let last = 0;
  const flush = (): void => {
    if (waiting !== '') write(waiting);
    waiting = '';
    last = performance.now();
  };
  return {
    flush,
    write: (line) => {
      // One that comes alone goes at once.
      if (waiting === '' && performance.now() - last > GATHER) setImmediate(flush);
      else if (waiting === '') setTimeout(flush, GATHER).unref();
      waiting += line;
      if (waiting.length > MOST) flush();
    },
  };
}
