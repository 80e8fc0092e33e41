/** Runs the demo servers of examples/servers as processes, which are ended with the tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { ROOT } from './folder.js';
import { within } from './http.js';

const running = new Set<() => unknown>();
process.on('exit', () => running.forEach((kill) => kill()));
after(() => Promise.all([...running].map((kill) => kill())));

/** Starts a demo server over HTTP and resolves with its URL. */
export async function startExample(script: string): Promise<{ readonly url: string; kill(): Promise<unknown> }> {
  const child = spawn(process.execPath, [join(ROOT, 'examples/servers', script)], {
    env: { PATH: process.env['PATH'], PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  const kill = (): Promise<unknown> => (child.kill('SIGKILL'), exited);
  running.add(kill);
  const url = new Promise<string>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      const [, found] = / listening on (http:\S+)$/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { url: await within(url, `the start of ${script}`), kill };
}
