import { HEADER } from '../types.js';

/**
 * Comment lines behind `#`, for YAML, TOML, Dockerfile and env files alike. Descriptions and names may hold any text: whatever one of
 * these formats takes for a line break (YAML 1.1 §4.2 counts U+0085, U+2028 and U+2029) would end the comment, so it becomes a space.
 */
export function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${onOneLine(line)}`.trimEnd() + '\n').join('');
}

/** The opening of every generated file: where it comes from, then what to do with it. */
export function opening(lines: readonly string[] = []): string {
  return comment(lines.length === 0 ? [HEADER] : [HEADER, '', ...lines]);
}

export function onOneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]+/g, ' ');
}
