import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import Handlebars from 'handlebars';
import { assets } from '../../assets.js';
import { CONFIG_NAME } from '../../load/find.js';
import { attempt, errno } from '../../output/system-error.js';
import { UsageError } from '../args.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../io.js';

const NEXT = `next:
  npx mcpgen dev     run it here
  npx mcpgen build   write generated/, to be committed
  npx mcpgen check   run the policy rules
`;

export async function run({ io, cwd, given }: Context): Promise<ExitCode> {
  const name = given.one('config') ?? CONFIG_NAME;
  const file = resolve(cwd, name);
  const exists = `${file} exists and was left as it is`;
  if (existsSync(file)) throw new UsageError(exists);
  const render = Handlebars.compile(assets.template('init.config.ts.hbs'), { noEscape: true, strict: true });
  // The flag `wx` refuses a file that somebody else created since it was looked for.
  await attempt('write', file, () => writeFile(file, render({ name: nameFrom(basename(cwd)) }), { flag: 'wx' }).catch(unlessItExists(exists)));
  io.out(`wrote ${name}\n\n${NEXT}`);
  return EXIT.clean;
}

const unlessItExists = (message: string) => (error: unknown): never => {
  throw errno(error) === 'EEXIST' ? new UsageError(message) : error;
};

/** The folder's name as a DNS label. */
function nameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 30)
    .replace(/-+$/, '');
  return name === '' ? 'my-tools' : name;
}
