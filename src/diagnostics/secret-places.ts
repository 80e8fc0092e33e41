/** Which texts of a config are secrets because of where they stand: under a key that wants a secret, a variable or header of that name, behind an option. */
import { isSecretUnder, secretStretches } from './secret-shapes.js';

/** Where a text stands. */
export interface Standing {
  /** The key that it is the value of, or that its list is the value of; null for a text alone. */
  readonly name: string | null;
  /** The key above that one. */
  readonly owner: string | null;
  /** The text before it in its list. */
  readonly previous: string | null;
}

export const ALONE: Standing = { name: null, owner: null, previous: null };

/** Keys of the language under which nothing but `secret('NAME')` may stand. */
const WANT_SECRETS: ReadonlySet<string> = new Set(['keys', 'sessionKeys', 'readToken', 'writeToken']);
/** What a secret is called. */
const SECRET_REFERENCE = /^[A-Z][A-Z0-9_]{0,126}$/;
/** Objects whose values a process or a server gets: any of them may be a secret, whatever it is called. */
const HANDED_ON: ReadonlySet<string> = new Set(['env', 'headers', 'set']);
/** Objects whose keys are names that a person chose, and names of objects elsewhere. */
const NO_SECRETS: ReadonlySet<string> = new Set(['rules', 'origins', 'servers', 'strategies', 'pullSecrets', 'permissions']);
/** What a person writes who has nothing to hide: words, numbers, sizes, paths, addresses, and references that something else fills in. */
const PLAIN = new RegExp(
  [
    String.raw`^[A-Za-z_]{0,16}$`,
    String.raw`^[A-Za-z]{1,16}(?:[-_., ](?:[A-Za-z]{1,12}|\d{1,6}|[a-z]{1,6}\d{1,2}))*$`,
    String.raw`^[\d.:]{1,12}$`,
    String.raw`^\d+[A-Za-z%]{1,3}$`,
    String.raw`^\.{0,2}/[\w./@-]*$`,
    String.raw`^[a-z][a-z0-9+.-]*://[^\s?#@]*$`,
    String.raw`\$\{.*\}`,
  ].join('|'),
);

/** The secret parts of one text: all of it, some, or none. */
export function secretParts(text: string, { name, owner, previous }: Standing): readonly string[] {
  if (isSecret(text, name, owner) || (previous !== null && isOption(previous) && isSecretUnder(previous, text))) return text === '' ? [] : [text];
  // A command that was written as one text.
  const words = name === 'command' && /\s/.test(text) ? text.split(/\s+/) : [];
  const within = words.flatMap((word, i) => secretParts(word, { name: null, owner: null, previous: words[i - 1] ?? null }));
  return [...within, ...assigned(text), ...secretStretches(text).map(({ start, end }) => text.slice(start, end))];
}

function isSecret(text: string, name: string | null, owner: string | null): boolean {
  if (name === null || NO_SECRETS.has(name) || (owner !== null && NO_SECRETS.has(owner))) return false;
  if (WANT_SECRETS.has(name)) return true;
  if (name === 'secret') return !SECRET_REFERENCE.test(text);
  return isSecretUnder(name, text) || (owner !== null && HANDED_ON.has(owner) && !PLAIN.test(text));
}

/** Whether what stands here is a secret unless it is plainly none, or is handed on with everything in it. */
export function mayHoldSecrets(standing: Standing): boolean {
  return (standing.name !== null && HANDED_ON.has(standing.name)) || secretParts('x0', standing).length > 0;
}

const isOption = (text: string): boolean => /^--?[A-Za-z][\w-]*$/.test(text);

/** `--api-key=…`, `API_KEY=…`, `X-Api-Key: …`, `?token=…`, and whoever a URL that stands alone is asked as, quotes in the name included. */
function assigned(text: string): readonly string[] {
  const [, option, value] = /^(-{0,2}[A-Za-z_][\w-]*)=(.+)$/s.exec(text) ?? /^([A-Za-z][\w-]*): *(.+)$/s.exec(text) ?? [];
  const whole = option !== undefined && value !== undefined && isSecretUnder(option, value) ? [value] : [];
  const query = [...text.matchAll(/[?&;]([\w.-]+)=([^&#\s]+)/g)].flatMap(([, name = '', value = '']) => (isSecretUnder(name, value) ? [value] : []));
  const [, user = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^\s/?#]+)@/i.exec(text) ?? [];
  return [...whole, ...query, ...(user === '' ? [] : [user])];
}
