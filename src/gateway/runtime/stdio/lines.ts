/** Splits bytes into lines of at most `limit` bytes. Held as latin1, one unit per byte, so that a character may be split over two chunks. */
export function lineReader(limit: number, onLine: (line: string) => void, onTooLong: () => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    rest += chunk.toString('latin1');
    // Splitting flattens what has been joined: not before a line is complete.
    const lines = chunk.includes(10) ? rest.split('\n') : [rest];
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.length > limit) onTooLong();
      else if (line.trim() !== '') onLine(Buffer.from(line, 'latin1').toString());
    }
    if (rest.length <= limit) return;
    rest = '';
    onTooLong();
  };
}
