import { isBuiltin } from 'node:module';

/** Built-in modules that only compute: nothing in them reads the machine, the clock or chance. */
const PURE_BUILTINS = ['assert', 'assert/strict', 'path', 'path/posix', 'url', 'util'];

export const PURE_BUILTINS_SPOKEN = 'node:path, node:url, node:util and node:assert';

/** True for an import that would let a config read more than its own files. */
export function isEffectful(specifier: string): boolean {
  if (/^(data|https?|blob):/.test(specifier)) return true;
  // Newer releases of Node have modules that this one does not know: there the scheme tells.
  return (specifier.startsWith('node:') || isBuiltin(specifier)) && !PURE_BUILTINS.includes(specifier.replace(/^node:/, ''));
}
