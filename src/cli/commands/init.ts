import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import Handlebars from 'handlebars';
import { assets } from '../../assets.js';
import { CONFIG_NAME } from '../../load/find.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../io.js';

const NEXT = `next:
  npx mcpgen dev     run it here
  npx mcpgen build   write generated/, to be committed
  npx mcpgen check   run the policy rules
`;

export async function run({ io, cwd, given }: Context): Promise<ExitCode> {
  const file = join(cwd, given.one('config') ?? CONFIG_NAME);
  if (existsSync(file)) {
    io.err(`mcpgen: ${file} exists and was left as it is\n`);
    return EXIT.usage;
  }
  const render = Handlebars.compile(assets.template('init.config.ts.hbs'), { noEscape: true, strict: true });
  // The flag `wx` refuses a file that somebody else created since it was looked for.
  await writeFile(file, render({ name: nameFrom(basename(cwd)) }), { flag: 'wx' });
  io.out(`wrote ${CONFIG_NAME}\n\n${NEXT}`);
  return EXIT.clean;
}

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
