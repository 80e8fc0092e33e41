import { randomBytes } from 'node:crypto';
import { join, dirname } from 'node:path';
import { kindOfSecret } from '../../plan/secret-kinds.js';
import type { SecretPlan } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { open } from '../../project.js';
import type { Context } from '../context.js';
import { readEnv, withValues, type EnvValue } from '../env-file.js';
import { gitExposure } from '../git-ignored.js';
import { EXIT, type ExitCode } from '../io.js';
import { readPrivate, writePrivate } from '../private-file.js';
import { renderDiagnostics } from '../render/diagnostics.js';
import { purposesOf, secretsJson, secretsText, type KnownSecret, type SecretList } from '../render/secrets.js';
import { sessionOptions } from '../session-options.js';
import { weaknessOf } from '../../diagnostics/weak-secret.js';

/** Bytes of a value that is made up. */
const DRAWN = 32;

/** @returns 1 while a value is weak */
export async function run(context: Context): Promise<ExitCode> {
  const { io, given, cwd, colour } = context;
  const opened = await open(sessionOptions(given, cwd));
  if (!opened.ok) {
    io.err(renderDiagnostics(opened.diagnostics, { sources: opened.sources, cwd, colour }));
    return EXIT.usage;
  }
  const { plans, sources } = opened.project;
  const folder = dirname(sources.configFile);
  const lists: SecretList[] = [];
  for (const plan of plans) lists.push(await listOf(context, plan, folder));
  const options = { sources, cwd, colour, today: io.today() };
  io.out(given.one('format') === 'json' ? secretsJson(lists, options) : secretsText(lists, options));
  return lists.some(({ secrets }) => secrets.some(({ weak }) => weak !== null)) ? EXIT.findings : EXIT.clean;
}

/** An environment is a deployment of its own, and shares no secret with another. */
const fileOf = ({ environment }: Plan): string => (environment === null ? '.env' : `.env.${environment}`);

async function listOf({ io, given }: Context, plan: Plan, folder: string): Promise<SecretList> {
  const file = fileOf(plan);
  const path = join(folder, file);
  const { secrets } = plan.infra;
  const found = readPrivate(path);
  const before = readEnv(found?.text ?? '');
  const made = given.has('generate') ? secrets.filter((one) => kindOfSecret(one).drawnBy === 'ours' && !isSet(before, one)) : [];
  if (given.has('generate')) {
    const drawn = made.map((one) => ({ name: one.name, value: randomBytes(DRAWN).toString('base64url'), about: purposesOf(one) }));
    if (made.length > 0 || found) await writePrivate(path, found, made.length > 0 ? withValues(found?.text ?? '', drawn) : (found?.text ?? ''));
    if (found && (found.mode & 0o077) !== 0) io.err(`${file} could be read by others (mode ${octal(found.mode)}); it is yours alone now (600)\n`);
  } else if (found && (found.mode & 0o077) !== 0) {
    io.err(`${file} can be read by others (mode ${octal(found.mode)}): chmod 600 ${file}\n`);
  }
  if (found || made.length > 0) warnOfGit(io.err, file, path);
  const values = [...before.values()].map(({ value }) => value);
  return {
    environment: plan.environment,
    file,
    isThere: found !== null || made.length > 0,
    secrets: secrets.map((one): KnownSecret => {
      const value = before.get(one.name)?.value ?? '';
      const isMade = made.includes(one);
      const isShared = value !== '' && values.indexOf(value) !== values.lastIndexOf(value);
      const weak = value === '' ? null : (weaknessOf(value, kindOfSecret(one).bytes) ?? (isShared ? 'the value of another secret too' : null));
      return { plan: one, state: isMade ? 'generated' : value === '' ? 'missing' : 'set', weak };
    }),
  };
}

const isSet = (values: ReadonlyMap<string, EnvValue>, { name }: SecretPlan): boolean => (values.get(name)?.value ?? '') !== '';
const octal = (mode: number): string => (mode & 0o777).toString(8);

function warnOfGit(err: (text: string) => void, file: string, path: string): void {
  const exposure = gitExposure(path);
  if (exposure === 'tracked') err(`${file} is kept by git: git rm --cached ${file}, add it to .gitignore, and replace every secret that was in it\n`);
  if (exposure === 'open') err(`${file} is not ignored by git: add it to .gitignore before the next commit\n`);
}
