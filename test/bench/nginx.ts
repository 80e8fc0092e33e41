/** nginx as what stands in front of most servers: connections kept on both sides, and a line of JSON for each request, as many bytes as the gateway's. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { freePort, NGINXES, NO_NGINX } from '../nginx/binaries.js';
import { end, launch, listening, temporaryFolder } from './processes.js';
import type { Setting, Skipped, Started } from './targets.js';

export async function startNginx({ upstream, workers }: Setting): Promise<Started | Skipped> {
  const nginx = NGINXES.at(-1);
  if (!nginx) return { skipped: String(NO_NGINX) };
  const folder = temporaryFolder();
  // Started by root, nginx works as another user, who must be able to enter.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  mkdirSync(join(folder, 'temp'));
  writeFileSync(file, config(folder, port, upstream, workers));
  const child = launch(nginx.path, ['-p', folder, '-c', file], { endWith: 'SIGTERM', stderr: 'pipe' });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  await listening(port, child).catch((error: unknown) => Promise.reject(new Error(`nginx: ${String(error)}: ${errors}`)));
  const about = `nginx ${nginx.version}, ${workers === 1 ? 'one worker' : `${workers} workers`}`;
  return { about, port, pid: child.pid ?? null, headers: {}, end: () => end(child) };
}

/** What the gateway's line says of a request, as far as nginx knows it. */
const LOG_LINE = [
  '"timestamp":"$time_iso8601","level":"info","service":"gateway","event":"request","request_id":"$request_id"',
  '"correlation_id":"$request_id","tenant":"default","client":"$remote_addr","server":"search","method":"$request_method","rpc":"$uri"',
  '"tool":null,"status":$status,"reason":null,"complete":"$request_completion","instance":"$upstream_addr","duration_ms":$request_time',
].join(',');

function config(folder: string, port: number, upstream: number, workers: number): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${folder}/temp/${kind};`);
  return [
    'daemon off;',
    `worker_processes ${workers};`,
    `pid ${folder}/nginx.pid;`,
    'error_log stderr warn;',
    'events { worker_connections 1024; }',
    'http {',
    ...temp,
    `  log_format line escape=json '{${LOG_LINE}}';`,
    // Gathered before it is written, as the gateway gathers its lines; both write them to nowhere.
    `  access_log ${devNull} line buffer=64k flush=1s;`,
    // By default it hangs up after a thousand requests.
    '  keepalive_requests 1000000000;',
    `  upstream server { server 127.0.0.1:${upstream}; keepalive 256; keepalive_requests 1000000000; }`,
    '  server {',
    // Each worker has a queue of its own, or one of them might take all connections.
    `    listen 127.0.0.1:${port}${workers === 1 ? '' : ' reuseport'};`,
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
