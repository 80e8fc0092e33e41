import { type Edit, lineEdits } from './line-edits.js';

const CONTEXT = 3;

export interface Texts {
  /** As patch headers show it, after `a/` and `b/`. */
  readonly path: string;
  /** Null when there is no such file. */
  readonly before: string | null;
  readonly after: string | null;
}

/** A unified diff as `git apply` and `patch -p1` take it, ending in a newline; empty when nothing differs. */
export function unifiedDiff({ path, before, after }: Texts): string {
  if (before === after) return '';
  // Git's own header. An empty file that is created or removed has no hunk, so only this header can say so.
  const mode = before === null ? 'new file mode 100644\n' : after === null ? 'deleted file mode 100644\n' : '';
  const header = `diff --git ${quoted(`a/${path}`)} ${quoted(`b/${path}`)}\n${mode}`;
  const [a, b] = [lines(before ?? ''), lines(after ?? '')];
  if (a.length === 0 && b.length === 0) return header;
  const from = before === null ? '/dev/null' : quoted(`a/${path}`);
  const to = after === null ? '/dev/null' : quoted(`b/${path}`);
  const body = hunks(lineEdits(a, b)).map((edits) => printHunk(edits, a, b));
  return `${header}--- ${from}\n+++ ${to}\n${body.join('')}`;
}

/** The line that stands for files which are not text. No tool can apply it. */
export function binaryDiff(path: string, after: string | null): string {
  return `Binary files ${quoted(`a/${path}`)} and ${after === null ? '/dev/null' : quoted(`b/${path}`)} differ\n`;
}

/** The lines of a text, each with its newline, so that a last line without a newline differs from the same line with one. */
function lines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A name as git quotes it, like a C string. Names with a space are quoted too, because `patch` would end the name there. */
function quoted(name: string): string {
  if (!/[\u0000-\u0020\u007f"\\]/.test(name)) return name;
  const octal = (char: string): string => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
  return `"${name.replace(/[\u0000-\u001f\u007f"\\]/g, octal)}"`;
}

/** Edits whose context touches share a hunk. */
function hunks(edits: readonly Edit[]): readonly (readonly [Edit, ...Edit[]])[] {
  const result: [Edit, ...Edit[]][] = [];
  for (const edit of edits) {
    const hunk = result.at(-1);
    const last = hunk?.at(-1);
    if (hunk && last && edit.aStart - last.aEnd <= 2 * CONTEXT) hunk.push(edit);
    else result.push([edit]);
  }
  return result;
}

function printHunk(edits: readonly [Edit, ...Edit[]], a: readonly string[], b: readonly string[]): string {
  const [first, last] = [edits[0], edits.at(-1) ?? edits[0]];
  const lead = Math.min(CONTEXT, first.aStart);
  const trail = Math.min(CONTEXT, a.length - last.aEnd);
  const out = [`@@ -${range(first.aStart - lead, last.aEnd + trail)} +${range(first.bStart - lead, last.bEnd + trail)} @@\n`];
  const print = (sign: string, from: readonly string[], start: number, end: number): void => {
    for (const line of from.slice(start, end)) out.push(sign, line, line.endsWith('\n') ? '' : '\n\\ No newline at end of file\n');
  };
  let at = first.aStart - lead;
  for (const { aStart, aEnd, bStart, bEnd } of edits) {
    print(' ', a, at, aStart);
    print('-', a, aStart, aEnd);
    print('+', b, bStart, bEnd);
    at = aEnd;
  }
  print(' ', a, at, last.aEnd + trail);
  return out.join('');
}

/** Lines count from 1; an empty range names the line before it. */
function range(start: number, end: number): string {
  if (end === start) return `${start},0`;
  return end - start === 1 ? `${start + 1}` : `${start + 1},${end - start}`;
}
