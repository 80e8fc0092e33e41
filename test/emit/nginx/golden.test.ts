/** The output for a small plan, by version: to be read, and compared both ways. UPDATE=1 writes it anew. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { nginxEmitter } from '#src/emit/nginx/index.js';
import type { NginxPlan } from '#src/plan/target-types.js';
import { buildPlan, emitInput, TRANSPORTS, type PlanOptions } from '../../support/plan.js';

const FOLDER = join(process.cwd(), 'test/emit/nginx/golden');
const nginx = (version: string, release: NginxPlan['release'], more: Partial<NginxPlan> = {}): PlanOptions => ({
  targets: { nginx: { version, release, listen: 8088, tls: null, from: 'targets.nginx', ...more }, compose: null, kubernetes: null, fly: null },
});

const CASES: Readonly<Record<string, PlanOptions>> = {
  '1.22': nginx('1.22', [1, 22, 0]),
  '1.26': nginx('1.26', [1, 26, 0]),
  '1.30': nginx('1.30', [1, 30, 0]),
  '1.30-tls': nginx('1.30.6', [1, 30, 6], { listen: 443, tls: { certificate: '/etc/tls/mcp.pem', key: '/etc/tls/mcp.key' } }),
  '1.30-both-transports': { ...nginx('1.30', [1, 30, 0]), traffic: { routes: TRANSPORTS } },
  '1.30-behind-proxies': {
    ...nginx('1.30', [1, 30, 0]),
    traffic: { trustedProxies: ['10.0.0.0/8'], originFallback: 'forwarded', requireOrigin: true },
  },
};

describe('the nginx files', () => {
  for (const [name, options] of Object.entries(CASES)) {
    it(name, () => {
      const files = nginxEmitter.print(nginxEmitter.model(buildPlan(options), emitInput()));
      const folder = join(FOLDER, name);
      if (process.env['UPDATE'] === '1') {
        rmSync(folder, { recursive: true, force: true });
        for (const { path, contents } of files) {
          mkdirSync(dirname(join(folder, path)), { recursive: true });
          writeFileSync(join(folder, path), contents);
        }
      }
      assert.deepEqual(readdirSync(join(folder, 'nginx')).map((file) => `nginx/${file}`), files.map(({ path }) => path).sort());
      for (const { path, contents } of files) assert.equal(contents, readFileSync(join(folder, path), 'utf8'), path);
    });
  }
});
