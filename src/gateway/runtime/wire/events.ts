/** Reads server-sent events one by one (HTML, §9.2.5 and §9.2.6), and keeps their bytes as they were on the wire. */
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { append } from './append.js';
import { UpstreamFault } from './fault.js';

export interface StreamEvent {
  /** The bytes of the event with the blank line behind it. Those of all events of a stream, one after the other, are the bytes of the stream. */
  readonly raw: Buffer;
  readonly text: string;
}

export interface EventReader {
  /** The events that a chunk completes. Throws when one is longer than the limit. */
  push(chunk: Buffer): StreamEvent[];
  /** The rest that has no blank line behind it when the stream ends. Readers should ignore it, but not every reader does. */
  end(): StreamEvent[];
  /** Bytes of an event that has not ended. */
  readonly waiting: number;
}

/** Bytes of an event that is changed on its way. */
const LONGEST = 4 * 2 ** 20;
/** Milliseconds that a server may take to close its stream behind the last event that counts; it need not close it at all. */
const GRACE = 1000;
const LF = 10;
const CR = 13;

export function eventReader(limit: number): EventReader {
  let store: Buffer = Buffer.alloc(0);
  let used = 0;
  let isFirst = true;
  let isLineEmpty = true;
  let wasCr = false;
  const hold = (bytes: Buffer): void => {
    if (used + bytes.length > limit) throw new RangeError('event too long');
    store = append(store, used, bytes);
    used += bytes.length;
  };
  const take = (last: Buffer): StreamEvent => {
    if (used > 0 || last.length > limit) hold(last);
    const raw = used > 0 ? store.subarray(0, used) : last;
    const text = raw.toString();
    // A byte order mark does not belong to the name of the first field.
    const event = { raw, text: isFirst ? text.replace(/^\ufeff/, '') : text };
    store = Buffer.alloc(0);
    used = 0;
    isFirst = false;
    return event;
  };
  return {
    push: (chunk) => {
      const events: StreamEvent[] = [];
      let from = 0;
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i];
        const isSecondHalf = byte === LF && wasCr;
        wasCr = byte === CR;
        if (byte !== LF && byte !== CR) isLineEmpty = false;
        // A carriage return ends an event at once, because nothing may follow it for long; its line feed then comes as an event of its own.
        else if (isSecondHalf ? i === 0 && used === 0 : isLineEmpty) {
          if (wasCr && chunk[i + 1] === LF) {
            wasCr = false;
            i++;
          }
          events.push(take(chunk.subarray(from, i + 1)));
          from = i + 1;
        } else isLineEmpty = true;
      }
      hold(chunk.subarray(from));
      return events;
    },
    end: () => (used > 0 ? [take(Buffer.alloc(0))] : []),
    get waiting() {
      return used;
    },
  };
}

/** The lines of a text and their ends, by turns. */
export const linesOf = (text: string): string[] => text.split(/(\r\n|\r|\n)/);
/** The value of a field with this name; null where the line is another one. */
export const valueOf = (line: string, name: string): string | null =>
  line === name ? '' : line.startsWith(`${name}:`) ? line.slice(name.length + (line[name.length + 1] === ' ' ? 2 : 1)) : null;

export interface EventFields {
  /** The event carries an MCP message: its type is `message`, or it has none. */
  readonly isMessage: boolean;
  readonly type: string;
  readonly data: string;
  /** Undefined where the event names none; then the id of the event before counts. */
  readonly id: string | undefined;
}

export function readEvent(text: string): EventFields {
  const lines = linesOf(text);
  const values = (name: string): string[] => lines.flatMap((line) => valueOf(line, name) ?? []);
  const type = values('event').pop() ?? '';
  return { isMessage: type === '' || type === 'message', type, data: values('data').join('\n'), id: values('id').pop() };
}

export interface ChangedEvents extends Transform {
  /** Nothing that follows is wanted any more. */
  isOver: boolean;
  /** Ends the stream as if its source had ended. */
  finish(): void;
}

/**
 * A stream of what `change` makes of each event. A rest that is no whole event when the source ends counts as one. When one of both streams breaks off, the
 * other is broken off too.
 */
export function changeEvents(body: Buffer | Readable, change: (event: StreamEvent) => Buffer | string, longest = LONGEST): ChangedEvents {
  const reader = eventReader(longest);
  const pass = (read: () => readonly StreamEvent[], done: TransformCallback): void => {
    try {
      for (const event of read()) if (!events.isOver) events.push(change(event));
    } catch (error) {
      return done(new UpstreamFault('answered', error));
    }
    if (events.isOver) events.push(null);
    done();
  };
  const through = new Transform({
    transform: (chunk: Buffer, _encoding, done) => pass(() => reader.push(chunk), done),
    flush: (done) => pass(() => reader.end(), done),
  });
  const finish = (): void => {
    events.isOver = true;
    events.push(null);
  };
  const events: ChangedEvents = Object.assign(through, { isOver: false, finish });
  const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
  pipeline(source, events, () => {});
  // A reader is told by 'close'.
  return events.on('error', () => {}).once('end', () => setTimeout(() => source.destroy(), GRACE).unref());
}
