/** Whether a value that somebody chose can keep what it stands for. What is said of it never shows it. */

/** Words of examples, guides and keyboards, which are tried first. */
const PEOPLE = 'admin|administrator|root|user|guest|test|demo';
/** What programs are delivered with. */
const PROGRAMS = 'postgres|mysql|redis|rabbitmq|minio(?:admin)?|grafana';
const FILLERS = 'default|example|sample|dummy|none|null|todo|fixme|xxx+|abc\\w{0,3}|letmein|qwerty\\w*|welcome|0?123';
const COMMON = new RegExp(`^(?:${PEOPLE}|${PROGRAMS}|${FILLERS})\\d*$`, 'i');
const TO_FILL_IN = 'change.?(?:me|this)|replace.?(?:me|this|with)|your[-_. ]|<[^>]*>|^\\$\\{|^\\{\\{|placeholder|insert.?here|fill.?(?:me|in)';
const PLACEHOLDER = new RegExp(`${TO_FILL_IN}|pass(?:word|wd)|s3cret|supersecret`, 'i');
const DEFAULT = /^(?:secret|token|key|api[-_]?key|session[-_]?key|dev|local)(?:[-_]?(?:secret|token|key|value|test|dev|local|prod|\d+))*$/i;

/** @returns why it is weak; null where nothing says so */
export function weaknessOf(value: string, bytes: number): string | null {
  if (PLACEHOLDER.test(value) || COMMON.test(value) || DEFAULT.test(value)) return 'a default, or a placeholder that was not filled in';
  const length = Buffer.byteLength(value);
  if (length < bytes) return `${length} bytes, where ${bytes} are needed`;
  // Who cannot choose their token has been given a good one; of those that must be long, few signs make few possibilities.
  return bytes >= 16 && isMonotonous(value) ? 'of few different signs, or a row of them' : null;
}

function isMonotonous(value: string): boolean {
  const signs = new Set(value);
  const steps = [...value].slice(1).filter((sign, index) => Math.abs(sign.charCodeAt(0) - value.charCodeAt(index)) <= 1).length;
  return signs.size < 8 || steps >= value.length * 0.7 || /^(.{1,8})\1+$/.test(value);
}
