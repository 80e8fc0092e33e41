/** nginx as what stands in front of most servers: one worker, connections kept on both sides, no log. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, NGINXES, NO_NGINX } from '../nginx/binaries.js';
import { end, launch, temporaryFolder } from './processes.js';
import type { Started, Skipped } from './targets.js';

export async function startNginx(upstream: number): Promise<Started | Skipped> {
  const nginx = NGINXES.at(-1);
  if (!nginx) return { skipped: String(NO_NGINX) };
  const folder = temporaryFolder();
  // Started by root, nginx works as another user, who must be able to enter.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  mkdirSync(join(folder, 'temp'));
  writeFileSync(file, config(folder, port, upstream));
  const child = launch(nginx.path, ['-p', folder, '-c', file], { endWith: 'SIGTERM' });
  let errors = '';
  child.stdout?.resume();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`nginx ended (${code}): ${errors}`)));
  });
  // It is awaited until the worker answers; how it ends later is its own affair.
  ended.catch(() => {});
  const pid = await Promise.race([workerOf(port, child), ended]);
  return { about: `nginx ${nginx.version}, one worker`, port, pid, headers: {}, end: () => end(child) };
}

/** The worker says its own process id, as soon as there is one. */
async function workerOf(port: number, child: { readonly exitCode: number | null }): Promise<number> {
  while (child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/pid`).then((response) => response.text(), () => null);
    if (answer !== null) return Number(answer);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('nginx ended before it listened');
}

function config(folder: string, port: number, upstream: number): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${folder}/temp/${kind};`);
  return [
    'daemon off;',
    'worker_processes 1;',
    `pid ${folder}/nginx.pid;`,
    'error_log stderr warn;',
    'events { worker_connections 1024; }',
    'http {',
    ...temp,
    '  access_log off;',
    // By default it hangs up after a thousand requests.
    '  keepalive_requests 1000000000;',
    `  upstream server { server 127.0.0.1:${upstream}; keepalive 256; keepalive_requests 1000000000; }`,
    '  server {',
    `    listen 127.0.0.1:${port};`,
    '    location = /pid { return 200 $pid; }',
    '    location / {',
    '      proxy_pass http://server;',
    '      proxy_http_version 1.1;',
    '      proxy_set_header Connection "";',
    // MCP needs it so: an event is for now.
    '      proxy_buffering off;',
    '    }',
    '  }',
    '}',
    '',
  ].join('\n');
}
