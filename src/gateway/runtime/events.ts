/** Server-sent events as they are on the wire (HTML, §9.2.5 and §9.2.6): read one by one, and their bytes kept. */
import { isUtf8 } from 'node:buffer';
import { append } from './exchange.js';

export interface StreamEvent {
  /** As it came, with the blank line behind it: all events of a stream, one after the other, are its bytes. */
  readonly raw: Buffer;
  /** Null where it is no UTF-8, of which readers make different things. */
  readonly text: string | null;
}

export interface EventReader {
  /** The events that a chunk completes. Throws when one is longer than the limit. */
  push(chunk: Buffer): StreamEvent[];
  /** What has no blank line behind it when the stream ends: to be ignored, but not every reader does. */
  end(): StreamEvent[];
}

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
    const text = isUtf8(raw) ? raw.toString() : null;
    // A byte order mark is none of the first field's name.
    const event = { raw, text: isFirst && text?.startsWith('\ufeff') ? text.slice(1) : text };
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
  };
}

/** Lines and their ends by turns. */
const linesOf = (text: string): string[] => text.split(/(\r\n|\r|\n)/);
const valueOf = (line: string, name: string): string | null =>
  line === name ? '' : line.startsWith(`${name}:`) ? line.slice(name.length + (line[name.length + 1] === ' ' ? 2 : 1)) : null;

/** The two fields that say something; the type is empty for messages. */
export function readEvent(text: string): { readonly type: string; readonly data: string } {
  const values = (name: string): string[] => linesOf(text).flatMap((line) => valueOf(line, name) ?? []);
  return { type: values('event').pop() ?? '', data: values('data').join('\n') };
}

/** The same event with other data: where the first line of the old was, and all else as it is. */
export function withData(text: string, data: string): string {
  const parts = linesOf(text);
  const at = parts.findIndex((line) => valueOf(line, 'data') !== null);
  const end = parts[at + 1] || '\n';
  const isData = (i: number): boolean => i % 2 === 0 && valueOf(parts[i] ?? '', 'data') !== null;
  const lines = data.split('\n').map((line) => `data: ${line}${end}`);
  return parts.map((part, i) => (i === at ? lines.join('') : isData(i) || isData(i - 1) ? '' : part)).join('');
}
