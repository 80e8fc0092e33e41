/**
 * Chooses suites by what they import, and runs them.
 *
 *   node .test/suites.js           all of them
 *   node .test/suites.js fast      those that start nothing: no process, no thread, no socket
 *   node .test/suites.js random    those that draw random numbers, with another seed in every run
 *   node .test/suites.js lifecycle those in which connections, streams and processes begin, end and fail: what Node itself does differs between its lines
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOT } from './support/folder.js';

const STARTS_SOMETHING = /^node:(child_process|cluster|dgram|http|http2|https|net|tls|worker_threads)$/;
/** What those modules have beside it: `isIP` opens no socket. */
const IS_PURE = /^(BlockList|isIP|METHODS|STATUS_CODES)?$/;
const AT_ONCE = 2;
const COMPILED = join(ROOT, '.test');
const GENERATOR = join(COMPILED, 'support/random.js');

/** What is tested on one line of Node is shipped on another: `.ci/run` repeats these on the newest. */
const LIFECYCLE = new RegExp(
  `^(?:${[
    'gateway/(?:answer/sse|faults|stdio)/.*',
    'gateway/answer/session-loss',
    'gateway/front/(?:attacks|drain|ended|failing|lifecycle|node-client|parser|pipelined|proxying|revoked|sessions)',
    'gateway/operate/(?:host|workers)',
    'gateway/upstream/http(?:-ends)?',
    'examples/notes',
  ].join('|')})\\.test\\.js$`,
);

const CHOICES: Readonly<Record<string, (imports: () => ReadonlySet<string>, file: string) => boolean>> = {
  all: () => true,
  fast: (imports) => ![...imports()].some((one) => STARTS_SOMETHING.test(one)),
  random: (imports) => imports().has(GENERATOR),
  lifecycle: (_imports, file) => LIFECYCLE.test(relative(COMPILED, file)),
};

/** Modules that a module imports, and those that they import, as far as they are imported in any case: what is loaded on demand is left out. */
function importsOf(file: string, found = new Set<string>()): ReadonlySet<string> {
  for (const [, names, specifier = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s(?:([^'"]*?)\sfrom\s)?'([^']+)'/gm)) {
    const listed = /^\{(.*)\}$/s.exec(names ?? '')?.[1]?.split(',').map((name) => name.trim());
    if (STARTS_SOMETHING.test(specifier) && listed?.every((name) => IS_PURE.test(name))) continue;
    const module = specifier.startsWith('.')
      ? resolve(dirname(file), specifier)
      : specifier.replace(/^#src\//, `${join(ROOT, 'dist')}/`);
    if (found.has(module)) continue;
    found.add(module);
    if (module.startsWith(ROOT) && module.endsWith('.js')) importsOf(module, found);
  }
  return found;
}

/** As many processes as there are at once: those that start nothing can share one, and starting one for each takes longer than most of them do. */
function together(files: readonly string[]): readonly string[] {
  return Array.from({ length: AT_ONCE }, (_, part) => {
    const file = join(COMPILED, `together-${part}.js`);
    writeFileSync(file, files.filter((_file, index) => index % AT_ONCE === part).map((one) => `import ${JSON.stringify(one)};\n`).join(''));
    return file;
  });
}

const [name = 'all'] = process.argv.slice(2);
const isChosen = CHOICES[name];
if (!isChosen) throw new Error(`expected one of ${Object.keys(CHOICES).join(', ')}; got ${name}`);
const suites = readdirSync(COMPILED, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js'))
  .map((file) => join(COMPILED, file))
  .filter((file) => isChosen(() => importsOf(file), file))
  .sort();

const env = { ...process.env };
if (name === 'random') {
  env['MCPGEN_SEED'] ??= String(randomInt(2 ** 31));
  console.log(`MCPGEN_SEED=${env['MCPGEN_SEED']}`);
}
// A second run of the same suites need not try every fault as often.
if (name === 'lifecycle') env['MCPGEN_FAULTS'] = 'few';
const files = name === 'fast' ? together(suites) : suites;
const { status } = spawnSync(process.execPath, ['--test', '--test-timeout=300000', `--test-concurrency=${AT_ONCE}`, ...files], { env, stdio: 'inherit' });
process.exitCode = status ?? 1;
