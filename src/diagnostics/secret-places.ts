/** Which texts of a config are secrets because of where they stand: under a key that wants a secret, a variable or header of that name, behind an option. */
import { closest } from './closest.js';
import { isSecretName, isSecretUnder, secretStretches } from './secret-shapes.js';

/** Where a text stands. */
export interface Standing {
  /** The key that it is the value of, or that its list is the value of; null for a text alone. */
  readonly name: string | null;
  /** The key above that one. */
  readonly owner: string | null;
  /** What the keys above, however far, say of every text below them; null for nothing. */
  readonly mark: Mark | null;
  /** The text before it in its list. */
  readonly previous: string | null;
}

export const ALONE: Standing = { name: null, owner: null, mark: null, previous: null };

/** Keys of the language under which nothing but `secret('NAME')` may stand, and what people write in their place. */
const WANT_SECRETS: ReadonlySet<string> = new Set(['keys', 'sessionKeys', 'readToken', 'writeToken', 'readTokens', 'writeTokens', 'tokens', 'bearer']);
/** What a secret is called. */
const SECRET_REFERENCE = /^[A-Z][A-Z0-9_]{0,126}$/;
/** Objects whose values a process or a server gets: any of them may be a secret, whatever it is called. */
const HANDED_ON: ReadonlySet<string> = new Set(['env', 'headers', 'set']);
/** Objects whose keys are names that a person chose, and names of objects elsewhere. */
const NO_SECRETS: ReadonlySet<string> = new Set(['rules', 'origins', 'servers', 'strategies', 'pullSecrets', 'permissions', 'authorizationServers']);
/** Objects whose keys say nothing of what is in them. */
const CHOSEN: ReadonlySet<string> = new Set([...NO_SECRETS, 'tenants']);
/** A variable or a header with its value, in one text. */
const ASSIGNMENT = /^(?:[A-Za-z_]\w*=|[A-Za-z][\w-]*: +)([^=].*)$/s;
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

/** What a place hides of the texts below it. */
type Mark = 'secret' | 'reference' | 'named' | 'private' | 'named and private' | 'auth' | 'admin' | 'clients' | 'client';
const HIDES: Readonly<Record<Mark, (text: string) => boolean>> = {
  secret: () => true,
  reference: (text) => !SECRET_REFERENCE.test(text),
  named: (text) => isSecretUnder('secret', text),
  private: (text) => !PLAIN.test(text),
  'named and private': (text) => isSecretUnder('secret', text) || !PLAIN.test(text),
  // These are objects. Who writes a text in place of one most likely wrote the secret that belongs into it.
  auth: (text) => !PLAIN.test(text),
  admin: (text) => !PLAIN.test(text),
  clients: (text) => !PLAIN.test(text),
  client: () => true,
};
/** What stands in these objects and is no secret, so that a key of another name may hold one. */
const NO_SECRETS_IN: Readonly<Partial<Record<Mark, readonly string[]>>> = {
  auth: ['clients', 'jwt', 'lookup', 'authorizationServers', 'environmentKeys'],
  admin: ['port', 'host', 'allow'],
  client: ['permissions', 'rotateBy'],
};

/** The standing of what is kept under a key of an object that stands here. */
export function inside({ name, mark }: Standing, key: string | null): Standing {
  return { name: key, owner: name, previous: null, mark: markUnder(name, mark, key ?? '') };
}

/** The standing of the names in an object that stands here: one that no person would choose may be the secret itself. */
export function asName({ mark }: Standing): Standing {
  return mark === 'secret' || mark === 'client' ? { ...ALONE, mark: 'private' } : ALONE;
}

/** The standing of what `secret(…)` is called with: a name, or else a secret. */
export const REFERENCE: Standing = { ...ALONE, name: 'secret', mark: 'reference' };

function markUnder(name: string | null, mark: Mark | null, key: string): Mark | null {
  if (mark === 'clients') return 'client';
  if (name !== null && CHOSEN.has(name)) return mark;
  if (key === 'secret') return 'reference';
  // `forward.bearer` is an object that names whom the token is for.
  if (name === 'bearer' && key === 'audience') return null;
  if (mark === 'secret' || mark === 'reference' || WANT_SECRETS.has(key)) return mark === 'reference' ? mark : 'secret';
  if (key === 'clients') return 'clients';
  const harmless = mark === null ? undefined : NO_SECRETS_IN[mark];
  if (harmless !== undefined && closest(key, harmless) !== null) return null;
  if (mark === 'client') return 'secret';
  const isPrivate = HANDED_ON.has(key) || mark === 'private' || mark === 'named and private' || harmless !== undefined;
  const isNamed = mark === 'named' || mark === 'named and private' || (isSecretName(key) && !NO_SECRETS.has(key));
  if (isPrivate) return isNamed ? 'named and private' : 'private';
  return isNamed ? 'named' : key === 'auth' || key === 'admin' ? key : null;
}

const shaped = (text: string): readonly string[] => secretStretches(text).map(({ start, end }) => text.slice(start, end));

/** The secret parts of one text: all of it, some, or none. */
export function secretParts(text: string, standing: Standing): readonly string[] {
  const { name, previous } = standing;
  // `env: ['X=…']`: the name of the variable says which it is.
  const given = name !== null && HANDED_ON.has(name) ? ASSIGNMENT.exec(text)?.[1] : undefined;
  if (given !== undefined) return isSecret(given, standing) ? [given] : [...assigned(text), ...shaped(text)];
  const parts = [...assigned(text), ...shaped(text)];
  if (isSecret(text, standing) || (previous !== null && isOption(previous) && isSecretUnder(previous, text))) return text === '' ? [] : [text];
  // A command that was written as one text.
  const words = name === 'command' && /\s/.test(text) ? text.split(/\s+/) : [];
  return [...words.flatMap((word, i) => secretParts(word, { ...ALONE, previous: words[i - 1] ?? null })), ...parts];
}

function isSecret(text: string, { name, owner, mark }: Standing): boolean {
  if (mark !== null && HIDES[mark](text)) return true;
  return mark !== 'reference' && name !== null && !NO_SECRETS.has(name) && (owner === null || !NO_SECRETS.has(owner)) && isSecretUnder(name, text);
}

/** Whether what stands here is a secret unless it is plainly none, or is handed on with everything in it. */
export function mayHoldSecrets(standing: Standing): boolean {
  return standing.mark !== null || secretParts('x0', standing).length > 0;
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
