/** An event, with what is needed to change its data where it stands. Texts are latin1: a character is a byte. */
export interface StreamEvent {
  /** Empty where none is named, which means `message`. */
  readonly type: string;
  readonly data: string;
  /** How many lines its data has. */
  readonly lines: number;
  /** Where in the stream the value of the last of them is. */
  readonly from: number;
  readonly to: number;
  /** The last id that the stream has named, up to here. */
  readonly id: string;
}

/**
 * Cuts chunks into events (HTML Living Standard, §9.2.6): lines end in CR, LF or both, chunks anywhere. The function returned tells how many bytes wait
 * for the end of their event.
 */
export function eventReader(onEvent: (event: StreamEvent) => void): (chunk: Buffer) => number {
  let type = '';
  let data: string[] = [];
  let id = '';
  let place = { from: 0, to: 0 };
  let line = '';
  let waiting = 0;
  let isFirst = true;
  let afterCr = false;
  /** Of the chunk, in the stream. */
  let position = 0;

  const endLine = (text: string, end: number): void => {
    if (text === '') {
      if (data.length > 0) onEvent({ type, data: data.join('\n'), lines: data.length, ...place, id });
      type = '';
      data = [];
      waiting = 0;
      return;
    }
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(text) ?? [];
    waiting += text.length;
    if (name === 'event') type = value;
    if (name === 'id') id = value;
    if (name !== 'data') return;
    data.push(value);
    place = { from: end - value.length, to: end };
  };

  return (chunk) => {
    const text = chunk.toString('latin1');
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const isSecondHalf = code === 10 && afterCr;
      afterCr = code === 13;
      if (code !== 10 && code !== 13) continue;
      const whole = line + text.slice(start, at);
      line = '';
      start = at + 1;
      if (isSecondHalf) continue;
      endLine(isFirst ? whole.replace(/^\xef\xbb\xbf/, '') : whole, position + at);
      isFirst = false;
    }
    line += text.slice(start);
    position += text.length;
    return line.length + waiting;
  };
}
