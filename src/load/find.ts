import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { isFile } from './is-file.js';

/** The only name that is looked up. No rc file, `package.json` key or home directory is read, so the checkout alone decides. */
export const CONFIG_NAME = 'mcp.config.ts';

/** Names that other tools would take, for the message. */
const OTHER_NAMES = ['js', 'mjs', 'cjs', 'mts', 'cts', 'json'].map((end) => `mcp.config.${end}`);

export type Found = { readonly ok: true; readonly file: string } | { readonly ok: false; readonly diagnostic: Diagnostic };

/** Finds the config from `cwd` upward to the repository's root (the folder with `.git`), or takes the one that was named. */
export function findConfig(cwd: string, configFile?: string): Found {
  if (configFile !== undefined) return named(resolve(cwd, configFile), configFile);
  const start = resolve(cwd);
  let folder = start;
  for (;;) {
    const file = join(folder, CONFIG_NAME);
    if (isFile(file)) return { ok: true, file };
    const parent = dirname(folder);
    if (parent === folder || existsSync(join(folder, '.git'))) return notFound(start, folder);
    folder = parent;
  }
}

function named(file: string, asGiven: string): Found {
  if (isFile(file)) return { ok: true, file };
  const what = existsSync(file) ? `${asGiven} is not a file` : `there is no ${asGiven}`;
  return failure(`${what} (${file})`, 'name an existing config after --config, or leave it out to have mcp.config.ts looked up');
}

function notFound(start: string, last: string): Found {
  const where = start === last ? `in ${start}` : `in ${start} and every folder above it up to ${last}`;
  const other = OTHER_NAMES.find((name) => isFile(join(start, name)));
  const advice = other === undefined ? '`npx mcpgen init` writes one' : `${other} is there: rename it to ${CONFIG_NAME}`;
  return failure(`found no ${CONFIG_NAME} ${where}`, `${advice}; \`--config FILE\` names one elsewhere`);
}

function failure(message: string, help: string): Found {
  return { ok: false, diagnostic: { code: 'config-not-found', message, help, place: { kind: 'none' } } };
}
