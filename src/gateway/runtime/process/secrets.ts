/** Secrets, which the tables name and the environment gives. */
import { readFileSync } from 'node:fs';
import { SettingError, type Env } from './env.js';

/** A secret by name: the file that `NAME_FILE` names, the variable `NAME`, or the file `NAME` in the folder `MCPGEN_SECRETS`. */
export function readSecret(env: Env, name: string): string {
  const file = env[`${name}_FILE`];
  const folder = env['MCPGEN_SECRETS'];
  const inFolder = (): string | undefined => (folder === undefined ? undefined : readFile('MCPGEN_SECRETS', `${folder}/${name}`));
  const value = file !== undefined ? readFile(`${name}_FILE`, file) : (env[name] ?? inFolder());
  if (value === undefined || value === '') throw new SettingError(`secret ${name} is not set: give it as ${name}, or a file with it as ${name}_FILE`);
  return value;
}

/** What templates and guides write where a secret belongs. It would be long enough, and everybody knows it. */
const PLACEHOLDER = /^(?:<.*>|\$\{.*|.{0,9}change.?(?:me|this).*|your[-_. ].*|replace.?(?:me|with).*|.{0,9}placeholder.*)$/is;
/** From so many bytes on a secret is one that whoever deploys has chosen, and not one that somebody else has given them. */
const CHOSEN = 16;

/** @throws a `SettingError` that names the secret and never shows it */
export function refusePlaceholder(name: string, value: string): void {
  if (PLACEHOLDER.test(value)) throw new SettingError(`${name} is a placeholder: \`mcpgen secrets --generate\` makes a value of its own`);
}

export function longSecret(env: Env, name: string, bytes: number): string {
  const value = readSecret(env, name);
  if (bytes >= CHOSEN) refusePlaceholder(`secret ${name}`, value);
  if (Buffer.byteLength(value) < bytes) throw new SettingError(`secret ${name} is shorter than ${bytes} bytes`);
  return value;
}

function readFile(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new SettingError(`${setting} names ${path}, which cannot be read`, { cause });
  }
}
