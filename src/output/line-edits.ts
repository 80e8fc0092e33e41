/** Lines `aStart` to `aEnd` (exclusive) of the old text are replaced by `bStart` to `bEnd` of the new. */
export interface Edit {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

interface Match {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

/**
 * The edits that turn one list of lines into another, by Myers' greedy O(ND) algorithm (Algorithmica 1, 1986).
 *
 * @param effort how many edits the search for a shortest script may take. After that the best path so far is kept, and the search starts anew
 *   from its end. The script may then be longer than necessary, but time and memory are bounded for any input.
 */
export function lineEdits(before: readonly string[], after: readonly string[], effort = 512): readonly Edit[] {
  const [a, b] = numbered(before, after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let [aEnd, bEnd] = [a.length, b.length];
  while (aEnd > start && bEnd > start && a[aEnd - 1] === b[bEnd - 1]) [aEnd, bEnd] = [aEnd - 1, bEnd - 1];

  const matches: Match[] = [{ a: 0, b: 0, length: start }];
  let [x, y] = [start, start];
  while (x < aEnd && y < bEnd) {
    const found = search(a.subarray(x, aEnd), b.subarray(y, bEnd), effort);
    for (const match of found.matches) matches.push({ a: match.a + x, b: match.b + y, length: match.length });
    [x, y] = [x + found.x, y + found.y];
  }
  matches.push({ a: aEnd, b: bEnd, length: a.length - aEnd });
  return between(matches);
}

/** Gives equal lines equal numbers. The search spends its time comparing lines, and numbers compare faster. */
function numbered(before: readonly string[], after: readonly string[]): [Int32Array, Int32Array] {
  const numbers = new Map<string, number>();
  const number = (line: string): number => {
    const known = numbers.get(line) ?? numbers.size;
    numbers.set(line, known);
    return known;
  };
  return [Int32Array.from(before, number), Int32Array.from(after, number)];
}

function between(matches: readonly Match[]): readonly Edit[] {
  const edits: Edit[] = [];
  let [aStart, bStart] = [0, 0];
  for (const { a, b, length } of matches) {
    if (a > aStart || b > bStart) edits.push({ aStart, aEnd: a, bStart, bEnd: b });
    [aStart, bStart] = [a + length, b + length];
  }
  return edits;
}

/** The equal lines on the best path, and the point at which the path ends. */
interface Found {
  readonly matches: readonly Match[];
  readonly x: number;
  readonly y: number;
}

/**
 * Row d holds, for each diagonal k (x - y) from -d to d, the farthest x that d edits reach on it, or -1 where the diagonal is outside of the
 * grid. A row has two more cells at either end, so that the next row never reads beyond it. All rows are kept to trace the path back.
 */
function search(a: Int32Array, b: Int32Array, effort: number): Found {
  const rows: Int32Array[] = [];
  for (let d = 0; ; d++) {
    const previous = rows[d - 1] ?? START;
    const row = new Int32Array(2 * d + 5).fill(-1);
    rows.push(row);
    for (let k = -d; k <= d; k += 2) {
      let x = d === 0 ? 0 : Math.max(removed(previous, d, k, a.length), added(previous, d, k, b.length));
      if (x < 0) continue;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      row[k + d + 2] = x;
      if (x === a.length && y === b.length) return { matches: wayBack(rows, k, a.length, b.length), x, y };
    }
    if (d === effort) {
      const k = farthest(row, d, a.length - b.length);
      const x = row[k + d + 2] ?? 0;
      return { matches: wayBack(rows, k, a.length, b.length), x, y: x - k };
    }
  }
}

const START = new Int32Array(4).fill(-1);

/** Where the d-th edit lands on diagonal k when it removes a line: it comes from diagonal k - 1. -1 when it cannot. */
function removed(previous: Int32Array, d: number, k: number, aLength: number): number {
  const x = previous[k + d] ?? -1;
  return x >= 0 && x < aLength ? x + 1 : -1;
}

/** The same when it adds one: it comes from diagonal k + 1. */
function added(previous: Int32Array, d: number, k: number, bLength: number): number {
  const x = previous[k + d + 2] ?? -1;
  return x - k <= bLength ? x : -1;
}

/** The diagonal that got farthest. Among equals it is the one nearest to the diagonal of the end, because it needs the fewest further edits. */
function farthest(row: Int32Array, d: number, end: number): number {
  let best = { k: 0, sum: -1 };
  for (let k = -d; k <= d; k += 2) {
    const x = row[k + d + 2] ?? -1;
    const sum = x < 0 ? -1 : 2 * x - k;
    if (sum > best.sum || (sum === best.sum && Math.abs(k - end) < Math.abs(best.k - end))) best = { k, sum };
  }
  return best.k;
}

function wayBack(rows: readonly Int32Array[], last: number, aLength: number, bLength: number): readonly Match[] {
  const matches: Match[] = [];
  let k = last;
  for (let d = rows.length - 1; d >= 0; d--) {
    const end = rows[d]?.[k + d + 2] ?? 0;
    const previous = rows[d - 1] ?? START;
    const [byRemoving, byAdding] = [removed(previous, d, k, aLength), added(previous, d, k, bLength)];
    const x = d === 0 ? 0 : Math.max(byRemoving, byAdding);
    if (end > x) matches.push({ a: x, b: x - k, length: end - x });
    k += byAdding >= byRemoving ? 1 : -1;
  }
  return matches.reverse();
}
