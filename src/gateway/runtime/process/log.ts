import type { LogLevel } from '../tables/gateway.js';

export type Fields = Readonly<Record<string, unknown>>;
export type Log = (level: LogLevel, event: string, fields?: Fields) => void;

/** The log of a process; it also takes lines that come as text already. */
export interface ProcessLog extends Log {
  /** `members` are those of a JSON object as they are to be written, at least one: what is said of every request needs no object. */
  text(level: LogLevel, event: string, members: string): void;
}

/** Whether these lines are written is a setting of their own: a log that is told to be quiet keeps them. */
const AUDIT = 'audit';

const PLAIN = /^[\w/.:-]*$/;

/** What JSON leaves as it is and a terminal or a viewer acts on: DEL and C1 controls, separators of lines, marks that turn the direction of text (UAX #9). */
const ACTED_ON = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const written = (one: string): string => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
const escaped = (json: string): string => json.replace(ACTED_ON, written);

/** Text of others with nothing in it that a terminal obeys, line feeds excepted, also where somebody prints what the JSON holds. */
export const printable = (text: string): string => escaped(text.replace(/[\x00-\x09\x0b-\x1f]/g, written));

/** A JSON string, or null. */
export const quoted = (text: string | null): string => (text === null ? 'null' : PLAIN.test(text) ? `"${text}"` : escaped(JSON.stringify(text)));

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** One JSON object a line on stdout. Callers pass names and digests, never secrets, tokens or session ids. */
export function createLog(service: string, level: LogLevel, write: (line: string) => void): ProcessLog {
  // Beginnings are made once: a line is written for every request.
  const beginnings = Object.fromEntries(Object.keys(RANK).map((at) => [at, `","level":"${at}","service":${JSON.stringify(service)},"event":`]));
  let moment = 0;
  let text = '';
  /** The same for all lines of a millisecond: writing a date costs as much as half a line. */
  const timestamp = (): string => {
    const now = Date.now();
    if (now !== moment) text = new Date(now).toISOString();
    moment = now;
    return text;
  };
  const log: ProcessLog = (at, event, fields = {}) => log.text(at, event, escaped(JSON.stringify(fields).slice(1, -1)));
  log.text = (at, event, members) => {
    if (RANK[at] >= RANK[level] || event === AUDIT) write(`{"timestamp":"${timestamp()}${beginnings[at]}${quoted(event)}${members && ','}${members}}\n`);
  };
  return log;
}

/** Milliseconds for which lines are gathered, and characters beyond which they are not. */
const GATHER = 10;
const MOST = 65_536;

/**
 * Writing to a pipe is a system call that blocks: lines that come close together go out together. Whoever kills the process may lose the last of them.
 */
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
