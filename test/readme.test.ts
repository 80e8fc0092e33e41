/**
 * The tour in the README, run as it stands: every command in one shell, every line below a command looked for in what it printed. A block in TypeScript is the
 * file that its first line names.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { freePort } from '#src/dev/ports.js';
import { folder, installHere, ROOT } from './support/folder.js';

interface Step {
  readonly command: string;
  readonly expected: readonly string[];
  /** Written before the command is run. */
  readonly files: readonly File[];
}

interface File {
  readonly name: string;
  readonly text: string;
}

function tour(): Step[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const part = readme.slice(readme.indexOf('<!-- tour -->'), readme.indexOf('<!-- /tour -->'));
  const steps: { command: string; expected: string[]; files: readonly File[] }[] = [];
  let files: readonly File[] = [];
  for (const [, language, block = ''] of part.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    const [, name] = /^\/\/ (\S+)\n/.exec(block) ?? [];
    if (language === 'ts' && name !== undefined) files = [...files, { name, text: block }];
    if (language !== 'console') continue;
    for (const line of block.trim().split('\n')) {
      if (line.startsWith('$ ')) {
        steps.push({ command: line.slice(2), expected: [], files });
        files = [];
      } else steps.at(-1)?.expected.push(line.trim());
    }
  }
  return steps;
}

it('the tour of the README', async (t) => {
  const cwd = folder(t);
  installHere(cwd);
  const port = String(await freePort());
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd,
    env: { PATH: `${join(cwd, 'node_modules/.bin')}:${process.env['PATH']}`, HOME: cwd, PORT: port },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.after(() => shell.kill('SIGKILL'));
  let text = '';
  let look = (): void => {};
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      look();
    });
  }
  /** Waits for every line: a program in the background says its first when it is ready. */
  const printed = (all: readonly string[], command: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`after "${command}" one of ${JSON.stringify(all)} was not printed:\n${text}`)), 20_000);
      look = () => {
        if (!all.every((line) => text.includes(line))) return;
        clearTimeout(limit);
        resolve();
      };
      look();
    });

  const steps = tour();
  assert.ok(steps.length >= 10, 'the README has a tour');
  assert.ok(steps.some(({ files }) => files.length > 0), 'it shows a config');
  shell.stdin.write('set -m\n');
  for (const { command, expected, files } of steps) {
    for (const { name, text } of files) writeFileSync(join(cwd, name), text);
    text = '';
    // `npx` would ask the registry; the port of the gateway is the system's choice here and 8080 in the text.
    const local = command.replace(/^npx mcpgen/, 'mcpgen').replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`);
    const background = local.endsWith('&');
    shell.stdin.write(background ? `${local}\n` : `${local}\necho "exit code $?" ; echo "--- done ---"\n`);
    await printed([...expected, ...(background ? [] : ['--- done ---'])], command);
    if (!background && !expected.includes('exit code 2')) assert.match(text, /exit code 0/, `${command}\n${text}`);
  }
  shell.stdin.end();
  await once(shell, 'close');
});
