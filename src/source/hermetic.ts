/**
 * What a config may import. It is hermetic: it reads its own files and nothing of the machine, so that every checkout gives the same result.
 */
import { isBuiltin } from 'node:module';

/** Built-in modules that only compute: nothing in them reads the machine, the clock or chance. */
export const PURE_BUILTINS = ['assert', 'assert/strict', 'path', 'path/posix', 'url', 'util'];

export const PURE_BUILTINS_SPOKEN = 'node:path, node:url, node:util and node:assert';

/** True for an import that would let a config read more than its own files. */
export function isEffectful(specifier: string): boolean {
  if (/^(data|https?|blob):/.test(specifier)) return true;
  // A module of a newer Node is not known here as a builtin, but its specifier begins with `node:`.
  return (specifier.startsWith('node:') || isBuiltin(specifier)) && !PURE_BUILTINS.includes(specifier.replace(/^node:/, ''));
}

/** What is said of such an import, whoever finds it: the reader of the sources, or the hooks when the config runs. */
export function cannotImport(specifier: string): string {
  return `a config cannot import '${specifier}': it reads nothing but its own files`;
}
