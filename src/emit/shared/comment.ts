import { HEADER } from '../types.js';

/**
 * Comment lines that begin with `#`, for YAML, TOML, Dockerfiles and env files. The text may come from the user's descriptions and names. A line break in it
 * would end the comment, so every character that one of these formats reads as a line break becomes a space (YAML 1.1 §4.2: also U+0085, U+2028, U+2029).
 */
export function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${onOneLine(line)}`.trimEnd() + '\n').join('');
}

/** The comment at the top of a generated file: the header says where the file comes from, and the given lines say how it is used. */
export function opening(lines: readonly string[] = []): string {
  return comment(lines.length === 0 ? [HEADER] : [HEADER, '', ...lines]);
}

export function onOneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]+/g, ' ');
}
