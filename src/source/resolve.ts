import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The endings that a specifier with a JavaScript ending may have in the source. The first that exists wins, as with `moduleResolution: nodenext`. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = { '.js': ['.ts', '.js'], '.mjs': ['.mts', '.mjs'] };
const EXACT = ['.ts', '.mts', '.js', '.mjs', '.json'];
const ADDED = ['.ts', '.mts', '.js', '.mjs', '/index.ts', '/index.mts', '/index.js', '/index.mjs'];

/** True for specifiers that name a file rather than a package. */
export function isRelative(specifier: string): boolean {
  return /^(\.\.?(\/|$)|\/|file:)/.test(specifier);
}

/** The first existing file that a relative import may name. The caller says what exists; nothing here reads the disk. */
export function resolveRelative(from: string, specifier: string, exists: (file: string) => boolean): string | undefined {
  return candidates(from, specifier).find(exists);
}

function candidates(from: string, specifier: string): readonly string[] {
  const base = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(dirname(from), specifier);
  const extension = extname(base);
  const stem = base.slice(0, base.length - extension.length);
  const exact = WRITTEN_AS[extension]?.map((ending) => stem + ending) ?? (EXACT.includes(extension) ? [base] : []);
  return [...exact, ...ADDED.map((ending) => base + ending)];
}
