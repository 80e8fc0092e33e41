/** `nginx -t` accepts every sort of plan without a warning, and nginx starts as an unprivileged user. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { nginxModel } from '#src/emit/nginx/model.js';
import { nginxPrint } from '#src/emit/nginx/print.js';
import type { Plan } from '#src/plan/types.js';
import { examplePlan, existing, type Changes } from '../support/example.js';
import { check, freePort, NGINXES, NO_NGINX, writeDocument, writeFiles, type Nginx } from './binaries.js';
import { widePlan } from './plans.js';
import { get, send } from './raw.js';

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const EXISTING = existing('http://127.0.0.1:1/mcp');

const PLANS: Readonly<Record<string, (nginx: Nginx) => Plan>> = {
  'the example': ({ version }) => examplePlan({ targets: { nginx: { version } } }),
  'hosts, tenants and every kind of origin': plan({}),
  'trusted proxies': plan({ gateway: { trustedProxies: ['10.0.0.0/8', '10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1'] } }),
  'trusted proxies that make up for a missing Origin': plan({
    gateway: { trustedProxies: ['10.0.0.0/8'], originFallback: 'forwarded', requireOrigin: true },
  }),
  'any host': plan({ gateway: { hosts: 'any', cors: { credentials: true, maxAge: '1ms', exposeHeaders: ['A', 'B'] } } }),
  'nothing at all': plan({
    servers: { hidden: { ...EXISTING, public: false } },
    origins: null,
    tenants: null,
    gateway: { url: 'http://127.0.0.1:8088', log: { requests: false, audit: false } },
  }),
  'one a minute': plan({ gateway: { limits: { perAddress: '1/min' } } }),
  'seven an hour': plan({ gateway: { limits: { perAddress: '7/h' } } }),
  'a thousand routes, tenants and hosts': plan({
    servers: Object.fromEntries(many(1000, (index) => [`server-${index}`, EXISTING])),
    tenants: Object.fromEntries(many(1000, (index) => [`tenant-${index}`, { match: { path: true }, servers: '*' }])),
    gateway: { hosts: many(1000, (index) => `tenant-${index}.${'long-name-of-a-customer.'.repeat(6)}mcp.acme.test`) },
  }),
};

function plan(changes: Changes): (nginx: Nginx) => Plan {
  return ({ version }) => widePlan(changes, { gateway: 8080, nginx: 8088, version });
}

for (const nginx of NGINXES) {
  describe(`nginx -t ${nginx.version}`, () => {
    for (const [name, make] of Object.entries(PLANS)) {
      it(`${name}: no error and no warning`, () => {
        const folder = writeDocument(nginxModel(make(nginx)));
        assert.equal(check(nginx, folder), null);
        rmSync(folder, { recursive: true });
      });
    }
  });
}

describe('nginx without rights', { skip: NO_NGINX || (process.getuid?.() === 0 ? false : 'only root can become somebody else') }, () => {
  for (const nginx of NGINXES) {
    it(`nginx ${nginx.version}: as a user of no privilege, from a folder it cannot write`, async () => {
      const port = await freePort();
      const source = writeDocument(nginxModel(widePlan({}, { gateway: 1, nginx: port, version: nginx.version })));
      // The configuration is in one folder and nginx writes to another, as in a container with a read-only root file system.
      const folder = mkdtempSync(join(tmpdir(), 'mcpgen-readonly-'));
      cpSync(source, folder, { recursive: true });
      chmodSync(folder, 0o555);
      chmodSync(source, 0o777);
      const status = await asNobody(nginx, folder, port);
      assert.deepEqual(readdirSync(folder), ['nginx']);
      for (const each of [source, folder]) rmSync(each, { recursive: true });
      assert.equal(status, 404);
    });
  }
});

async function asNobody({ path }: Nginx, folder: string, port: number): Promise<number> {
  const child = spawn(path, ['-p', folder, '-c', join(folder, 'nginx/nginx.conf'), '-g', 'daemon off;'], {
    uid: 65_534,
    gid: 65_534,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return firstStatus(child, port, '127.0.0.1');
}

/** The first status that a new nginx answers with, after which it is ended. */
async function firstStatus(child: ChildProcess, port: number, host: string): Promise<number> {
  let status = 0;
  for (let tries = 0; tries < 100 && status === 0 && child.exitCode === null; tries++) {
    await wait(50);
    status = (await send(port, get('/nowhere', { Host: 'mcp.acme.test' }), { host })).status;
  }
  if (child.exitCode === null) {
    child.kill('SIGQUIT');
    await once(child, 'exit');
  }
  return status;
}

describe('nginx as a service', { skip: NO_NGINX || (process.getuid?.() === 0 ? false : 'only root can become www-data') }, () => {
  for (const nginx of NGINXES) {
    it(`field-22c nginx ${nginx.version}: starts where its streams are sockets, logs to files, and listens on IPv6`, async () => {
      const port = await freePort();
      const plan = widePlan({ targets: { nginx: { run: 'service' } } }, { gateway: 1, nginx: port, version: nginx.version });
      const files = nginxPrint(nginxModel(plan));
      // The places of a service are the machine's own, so a folder takes their place here.
      const logs = mkdtempSync(join(tmpdir(), 'mcpgen-service-'));
      const moved = (contents: string): string => contents.replaceAll('/var/log/nginx', logs).replaceAll('/run/nginx.pid', `${logs}/nginx.pid`);
      const folder = writeFiles(files.map(({ path, contents }) => ({ path, contents: moved(contents) })));
      // Node's pipes are sockets, as are the streams that systemd gives to a service.
      const child = spawn(nginx.path, ['-p', folder, '-c', join(folder, 'nginx/nginx.conf'), '-g', 'daemon off;'], { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const status = await firstStatus(child, port, '::1');
      const log = readFileSync(join(logs, 'access.log'), 'utf8');
      for (const each of [folder, logs]) rmSync(each, { recursive: true });
      assert.deepEqual([status, said], [404, '']);
      assert.match(log, /"path":"\/nowhere","status":404/);
    });
  }
});

it('prints the same bytes for the same plan', () => {
  assert.deepEqual(nginxPrint(nginxModel(widePlan())), nginxPrint(nginxModel(widePlan())));
});
