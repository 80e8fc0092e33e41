import { didYouMean } from '../diagnostics/closest.js';

/** What a config may import from the package. */
const EXPORTS = ['defineConfig', 'secret'];

/** What was meant by a name that the package does not export. */
export const exportsNear = (name: string): string => `it exports ${EXPORTS.join(' and ')}${didYouMean(name, EXPORTS)}`;

/** What to do about a name that nothing declares. */
export function whereFrom(name: string): string {
  if (EXPORTS.includes(name)) return `import { ${name} } from 'mcpgen';`;
  const guess = didYouMean(name, EXPORTS);
  return `declare it in this file, or import it from the file that does${guess}`;
}
