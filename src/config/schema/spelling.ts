/** What people write who are used to shells and compose files: found where it is written, with what mcpgen takes instead. */

/** A program and its arguments as one text: `npx -y foo`. A path may hold a blank, `/opt/my tools/run`; words that follow a bare name may not. */
export function unsplit(program: string): readonly string[] | null {
  const words = program.trim().split(/\s+/);
  const [first = '', second = ''] = words;
  const isPath = first.includes('/') || first.includes('\\');
  return words.length > 1 && (!isPath || second.startsWith('-')) ? words : null;
}

/** `['npx', '-y', 'foo']`. */
export const listed = (words: readonly string[]): string => `[${words.map((word) => `'${word}'`).join(', ')}]`;

/**
 * `${VAR}`, `$VAR`, `${VAR:-default}` and `${env:VAR}`, alone, behind `Bearer ` or in a URL: nothing fills these in. Names of variables are in capitals; what
 * is not, `${level}`, is a template that the process itself may fill in.
 */
const VARIABLE = /\$(?:\{(?:env:)?([A-Z_][A-Z0-9_]*)(?::?[-?+=][^}]*)?\}|([A-Z_][A-Z0-9_]*))/;
const WHOLE = new RegExp(`^(?:(?:Bearer|Basic|Token) )?${VARIABLE.source}$`);
const IN_A_URL = new RegExp(`^[a-z][a-z0-9+.-]*://.*${VARIABLE.source}`);

/** The variable that somebody expects to be filled in; null for a text that means itself. */
export function variableIn(text: string): string | null {
  const [, braced, bare] = WHOLE.exec(text) ?? IN_A_URL.exec(text) ?? [];
  return braced ?? bare ?? null;
}

/** What to write where secrets may be named, and where they may not. */
export function insteadOf(variable: string, text: string): string {
  const reference = `secret('${variable}')`;
  return WHOLE.test(text) && text.startsWith('$') ? `write ${reference}, or the value` : `write the value, or put the whole text into a secret: ${reference}`;
}

const SHELLS = /(?:^|\/)(?:ba|da|z|k)?sh$/;

/** The variable that an argument, or the value of an option, expects to be filled in. A shell does that; without one nobody does. */
export function unfilled([program = '', ...words]: readonly string[]): string | null {
  if (SHELLS.test(program)) return null;
  return words.map((word) => variableIn(word.replace(/^--?[\w-]+=/, ''))).find((variable) => variable !== null) ?? null;
}
