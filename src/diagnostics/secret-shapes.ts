/**
 * What a secret looks like: by the name it is kept under, by the format of a vendor's tokens, or because no person would write it. Each
 * test errs on the side of silence: a finding that is wrong teaches people to suppress the ones that are right.
 */

/** Formats that vendors document for secret scanning. Dated: July 2026. */
const FORMATS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:[\s\S]*?-----END (?:[A-Z]+ )*PRIVATE KEY-----)?/ },
  { what: 'a JSON web token', pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}/ },
  { what: 'a GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})\b/ },
  { what: 'a GitLab token', pattern: /\bgl(?:pat|dt|ptt|rt)-[\w-]{20,}\b/ },
  { what: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: 'an Anthropic key', pattern: /\bsk-ant-[\w-]{20,}\b/ },
  { what: 'an OpenAI key', pattern: /\bsk-(?:proj-|svcacct-)?(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{32,}\b/ },
  { what: 'a Google API key', pattern: /\bAIza[\w-]{35}\b/ },
  { what: 'a Slack token', pattern: /\bxox[abeoprs]-[\w-]{10,}\b/ },
  { what: 'a Stripe key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}\b/ },
  { what: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { what: 'a PyPI token', pattern: /\bpypi-[\w-]{50,}\b/ },
  { what: 'a Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{30,}\b/ },
  { what: 'a SendGrid key', pattern: /\bSG\.[\w-]{16,}\.[\w-]{32,}/ },
  { what: 'a Fly token', pattern: /\b(?:FlyV1 )?fm[12]_[\w+/=-]{40,}/ },
  { what: 'a DigitalOcean token', pattern: /\bdo[op]_v1_[0-9a-f]{64}\b/ },
  { what: 'a Slack webhook', pattern: /\bhooks\.slack\.com\/services\/\w+\/\w+\/\w{16,}/ },
  { what: 'a bearer token', pattern: /\b(?:Bearer|Basic) (?=[\w.~+/=-]*\d)[\w.~+/=-]{20,}/ },
  { what: 'a password in a URL', pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'`$<>{}]*:(?!\/\/)[^\s/:@"'`$<>{}]{3,}@[\w.[-]/i },
];

/** What a text contains that is a secret whatever it is called; null for nothing. */
export function secretIn(text: string): string | null {
  const format = FORMATS.find(({ pattern }) => pattern.test(text));
  if (format) return format.what;
  return randomMatches(text).length > 0 ? 'a random string' : null;
}

const EVERY_FORMAT = FORMATS.map(({ pattern }) => new RegExp(pattern, `${pattern.flags}g`));

/** A part of a text, in UTF-16 units. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Who a URL is asked as, unless that is covered up already. A password may hold an unescaped slash, a port may not. */
const USER_INFO = /\b[a-z][a-z0-9+.-]*:\/\/((?:[^\s/?#"'`<>@•]+|[^\s/?#"'`<>@:•]+:(?!\d+(?:\/|$))[^\s"'`<>@•]+)@)/gi;

/** Where a text holds what is a secret whatever it is called. */
export function secretStretches(text: string): readonly Stretch[] {
  const matches = [...EVERY_FORMAT.flatMap((pattern) => [...text.matchAll(pattern)]), ...randomMatches(text)];
  // Of a URL only the user is a secret, the rest says where to look.
  const whole = matches.filter(([match]) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(match));
  const users = Array.from(text.matchAll(USER_INFO), ({ index, 0: { length }, 1: user = '' }) => {
    return { start: index + length - user.length, end: index + length - 1 };
  });
  return [...whole.map(({ index, 0: { length } }) => ({ start: index, end: index + length })), ...users];
}

const word = (...words: readonly string[]): string => `(?:${words.join('|')})`;
const KEY_OF = word('API', 'ACCESS', 'SECRET', 'PRIVATE', 'SIGNING', 'ENCRYPTION', 'SESSION', 'MASTER', 'AUTH', 'HMAC', 'JWT', 'LICENSE');
const SECRET = word(
  'PASSWORD',
  'PASSWD',
  'PASSPHRASE',
  'PASS',
  'PWD',
  'AUTHORIZATION',
  'SECRETS?',
  'TOKEN',
  'CREDENTIALS?',
  `${KEY_OF}_?KEYS?`,
);
const SECRET_NAME = new RegExp(`(?:^|_)${SECRET}(?:_|$)`);

/** Last words of names about a secret: where it is, how long it lasts, what it is called or who keeps it. */
const ABOUT = word(
  ...[
    'FILE',
    'PATH',
    'DIR',
    'URL',
    'URI',
    'ENDPOINT',
    'HOST',
    'REGION',
    'NAME',
    'ID',
    'HEADER',
    'PREFIX',
    'TYPE',
    'KIND',
    'FORMAT',
    'VERSION',
  ],
  ...['TTL', 'EXPIRY', 'EXPIRES(?:_IN)?', 'EXPIRATION(?:_[A-Z]+)?', 'LIFETIME', 'AGE', 'SECONDS', 'HOURS', 'DAYS', 'MS', 'ROTATION'],
  ...['LENGTH', 'SIZE', 'LIMIT', 'COUNT', 'MIN', 'MAX', 'BUDGET', 'ROUNDS', 'METHOD', 'ALGORITHM', 'ALG', 'ISSUER', 'AUDIENCE'],
  ...['POLICY', 'ENABLED', 'REQUIRED', 'MODE', 'PROVIDER', 'BACKEND', 'MANAGER', 'DRIVER', 'SOURCE', 'STORE'],
);
const NAME_ABOUT_SECRET = new RegExp(`_${ABOUT}$`);

/** Whether what is kept under this name is meant to be secret: `DB_PASSWORD`, `apiKey`; not `TOKEN_TTL`, `MAX_TOKENS`, `API_KEY_FILE`. */
export function isSecretName(name: string): boolean {
  const upper = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
  return SECRET_NAME.test(upper) && !NAME_ABOUT_SECRET.test(upper);
}

/** Whether a variable or an option holds a secret as text, judged by its name. Switches, references and bare counts are not secrets. */
export function isSecretUnder(name: string, value: string): boolean {
  if (!isSecretName(name) || HARMLESS.test(value)) return false;
  return !/^\d{1,6}$/.test(value) || /pass|pwd/i.test(name);
}

/** Nothing, switches, and references that something else fills in. */
const HARMLESS = new RegExp(
  [
    String.raw`^\s*$`,
    `^${word('true', 'false', 'yes', 'no', 'on', 'off', 'null', 'none', 'disabled', 'required', 'optional')}$`,
    String.raw`^(?:Bearer |Basic )?\$\{?\w+`,
    String.raw`^\{\{`,
    '^secret:',
    '^/run/secrets/',
  ].join('|'),
  'i',
);

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
/** `sha256:…`, `sha512-…` (OCI digests, subresource integrity): meant to be published. */
const DIGEST = /\bsha(?:1|256|384|512)[:-][A-Za-z0-9+/=_-]+/g;

/** Hexadecimal that stands by itself, behind an underscore too: `NODE_SEA_FUSE_fce680ab…`. */
const HEX = /(?<![A-Za-z0-9])[0-9a-fA-F]{16,}(?![A-Za-z0-9])/g;

/** What looks drawn at random in a text: base64 or base62, at least 24 characters. Hexadecimal is left out, because hashes are. */
function randomMatches(text: string): readonly RegExpExecArray[] {
  const blank = (match: string): string => ' '.repeat(match.length);
  const without = text.replace(UUID, blank).replace(DIGEST, blank).replace(HEX, blank);
  return [...without.matchAll(/[A-Za-z0-9+/_-]{24,}={0,2}/g)].filter(([run]) => isRandom(run));
}

function isRandom(run: string): boolean {
  if (isReadable(run)) return false;
  const kinds = Array.from(run, kindOf);
  const has = (kind: Kind): number => kinds.filter((one) => one === kind).length;
  if (has('lower') < 3 || has('upper') < 3 || has('digit') < 2) return false;
  // Neighbours of a random base62 string are of different kinds 62 % of the time; of camelCase and of version strings, far less often.
  const neighbours = kinds
    .slice(1)
    .map((kind, index) => [kinds[index], kind])
    .filter((pair) => !pair.includes('sign'));
  const changes = neighbours.filter(([one, other]) => one !== other).length / neighbours.length;
  return changes >= 0.45 && entropy(run) >= 3.8;
}

/** Base64 of plain text, which hides nothing and is judged where it was written. */
function isReadable(run: string): boolean {
  const bytes = Buffer.from(run, 'base64');
  return bytes.length >= 12 && bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

type Kind = 'lower' | 'upper' | 'digit' | 'sign';
function kindOf(character: string): Kind {
  if (character >= 'a' && character <= 'z') return 'lower';
  if (character >= 'A' && character <= 'Z') return 'upper';
  return character >= '0' && character <= '9' ? 'digit' : 'sign';
}

/** Bits per character (Shannon). */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return -[...counts.values()].reduce((sum, count) => sum + (count / text.length) * Math.log2(count / text.length), 0);
}
