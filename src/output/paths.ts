import { isReservedName } from './reserved-names.js';

/**
 * Why a path may not be written or removed below an output folder, or null when it may. Lock files come from repositories and are not
 * trusted: a path in one must not lead out of the folder, nor hold characters that confuse a terminal or a patch header.
 */
export function pathFault(path: string): string | null {
  if (path === '') return 'is empty';
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'has a control character';
  if (path.includes('\\')) return 'has a backslash';
  if (path.includes('"')) return 'has a quotation mark';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute';
  for (const segment of path.split('/')) {
    if (segment === '') return 'has an empty segment';
    if (segment === '.' || segment === '..') return `has a "${segment}" segment`;
    if (isReservedName(segment)) return `uses the name "${segment}", which mcpgen keeps for itself`;
  }
  return null;
}

/** The folders above a path, outermost first: `a` and `a/b` for `a/b/c`. */
export function ancestors(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

/** The folder that a path lies in; '' is the output folder itself. */
export function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
