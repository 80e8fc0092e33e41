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

export function longSecret(env: Env, name: string, bytes: number): string {
  const value = readSecret(env, name);
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
