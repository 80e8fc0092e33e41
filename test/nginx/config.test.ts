/** `nginx -t` on every kind of plan, without a warning; and a start as nobody in particular. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { nginxModel } from '#src/emit/nginx/model.js';
import { nginxPrint } from '#src/emit/nginx/print.js';
import type { Route, TenantPlan, Traffic } from '#src/plan/traffic-types.js';
import type { Plan } from '#src/plan/types.js';
import { buildPlan } from '../support/plan.js';
import { check, freePort, NGINXES, NO_NGINX, writeDocument, type Nginx } from './binaries.js';
import { IMPLIED, widePlan } from './plans.js';
import { get, send } from './raw.js';
import { nginxOf } from './stand.js';

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const host = (name: string) => ({ name, tenant: null, from: 'gateway.hosts' });
const route = (index: number): Route => ({ path: `/mcp/server-${index}`, kind: 'mcp', server: `server-${index}`, origins: 'app', methods: ['POST'], from: '' });
const tenant = (index: number): TenantPlan => ({ ...IMPLIED[0]!, name: `tenant-${index}`, implied: false, match: { clients: [], hosts: [], path: true } });
const rate = (tokens: number, window: number): Partial<Traffic> => ({ limits: { ...widePlan().traffic.limits, perAddress: { tokens, window } } });

const PLANS: Readonly<Record<string, (nginx: Plan['infra']['targets']['nginx']) => Plan>> = {
  'the example': (nginx) => buildPlan({ targets: { nginx: { ...nginx!, listen: 8088 } } }),
  'hosts, tenants and every kind of origin': plan({}),
  'trusted proxies': plan({ trustedProxies: ['10.0.0.0/8', '10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1'] }),
  'trusted proxies that make up for a missing Origin': plan({ trustedProxies: ['10.0.0.0/8'], originFallback: 'forwarded', requireOrigin: true }),
  'any host': plan({ anyHost: true, cors: { credentials: true, maxAge: 1, exposeHeaders: ['A', 'B'], allowHeaders: [] } }),
  'nothing at all': plan({ routes: [], origins: [], originSets: [], tenants: IMPLIED, hosts: [host('127.0.0.1')], log: { level: 'info', requests: false, audit: false } }),
  'one a minute': plan(rate(1, 60_000)),
  'seven an hour': plan(rate(7, 3_600_000)),
  'a thousand routes, tenants and hosts': plan({
    routes: many(1000, route),
    tenants: many(1000, tenant),
    hosts: many(1000, (index) => host(`tenant-${index}.${'long-name-of-a-customer.'.repeat(6)}mcp.acme.test`)),
  }),
};

function plan(traffic: Partial<Traffic>): (nginx: Plan['infra']['targets']['nginx']) => Plan {
  return (nginx) => widePlan(traffic, { gateway: 8080, nginx: 8088, release: nginx });
}

for (const nginx of NGINXES) {
  describe(`nginx -t ${nginx.version}`, () => {
    for (const [name, make] of Object.entries(PLANS)) {
      it(`${name}: no error and no warning`, () => {
        const folder = writeDocument(nginxModel(make(nginxOf(nginx))));
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
      const source = writeDocument(nginxModel(widePlan({}, { gateway: 1, nginx: port, release: nginxOf(nginx) })));
      // The files in one folder, what nginx writes in another, as in a container with a read-only root.
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
  const child = spawn(path, ['-p', folder, '-c', join(folder, 'nginx/nginx.conf'), '-g', 'daemon off;'], { uid: 65_534, gid: 65_534, stdio: ['ignore', 'ignore', 'inherit'] });
  let status = 0;
  for (let tries = 0; tries < 100 && status === 0 && child.exitCode === null; tries++) {
    await wait(50);
    status = (await send(port, get('/nowhere', { Host: 'mcp.acme.test' }))).status;
  }
  if (child.exitCode === null) {
    child.kill('SIGQUIT');
    await once(child, 'exit');
  }
  return status;
}

it('prints the same bytes for the same plan', () => {
  assert.deepEqual(nginxPrint(nginxModel(widePlan())), nginxPrint(nginxModel(widePlan())));
});
