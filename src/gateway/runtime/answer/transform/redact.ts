/**
 * Redaction in JSON text. The text is kept but for the values that are taken out, because reading and writing it again would change numbers that a
 * double cannot hold.
 */
import type { RedactionStep } from '../../tables/pool.js';
import { spaceEnd, valueEnd } from '../../wire/json-text.js';

/** A step, and the path behind it. */
export interface Path {
  readonly step: RedactionStep;
  readonly next: Path | null;
}

const REDACTED = '"[redacted]"';
/** Deeper than any result should be, and shallow enough to walk. */
const DEEPEST = 500;

/** Paths below the result of a response; a batch has several. */
export function pathsOf(redact: readonly (readonly RedactionStep[])[]): { readonly single: readonly Path[]; readonly batch: readonly Path[] } {
  const single = redact.map((steps) => linked([{ kind: 'name', name: 'result' }, ...steps]));
  return { single, batch: single.map((next) => ({ step: { kind: 'each' }, next })) };
}

const linked = (steps: readonly RedactionStep[]): Path => steps.reduceRight<Path | null>((next, step) => ({ step, next }), null) as Path;

/** Throws for what is no JSON or too deep: what cannot be read cannot be redacted. */
export function redactJson(text: string, { single, batch }: ReturnType<typeof pathsOf>): string {
  JSON.parse(text);
  let out = '';
  let kept = 0;

  /** @returns where the value that begins at `at` ends */
  const walk = (at: number, paths: Iterable<Path>, depth: number): number => {
    if (text[at] !== '{' && text[at] !== '[') return valueEnd(text, at);
    if (depth > DEEPEST) throw new RangeError('too deep');
    const isArray = text[at] === '[';
    at = spaceEnd(text, at + 1);
    for (let index = 0; text[at] !== '}' && text[at] !== ']'; index++) {
      let key: string | number = index;
      if (!isArray) {
        const end = valueEnd(text, at);
        key = JSON.parse(text.slice(at, end)) as string;
        at = spaceEnd(text, spaceEnd(text, end) + 1);
      }
      const inner = behind(paths, key);
      const end = inner && inner.size > 0 ? walk(at, inner, depth + 1) : valueEnd(text, at);
      if (inner === null) {
        out += text.slice(kept, at) + REDACTED;
        kept = end;
      }
      at = spaceEnd(text, end);
      if (text[at] === ',') at = spaceEnd(text, at + 1);
    }
    return at + 1;
  };
  const start = spaceEnd(text, 0);
  walk(start, text[start] === '[' ? batch : single, 0);
  return out + text.slice(kept);
}

/** What of the paths is left behind a key or an index; null where one of them ends. */
function behind(paths: Iterable<Path>, key: string | number): Set<Path> | null {
  const left = new Set<Path>();
  for (const path of paths) {
    const { step, next } = path;
    if (step.kind === 'anywhere') left.add(path);
    const isMeant = step.kind === 'each' || key === (step.kind === 'index' ? step.index : step.name);
    if (isMeant && next === null) return null;
    if (isMeant && next) left.add(next);
  }
  return left;
}
