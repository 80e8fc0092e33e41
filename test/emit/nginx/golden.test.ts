/** The output for a small plan, for each release of nginx. The golden files are there to be read and compared. UPDATE=1 writes them again. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { nginxEmitter } from '#src/emit/nginx/index.js';
import type { NginxTarget } from '#src/config/language/targets.js';
import { emitInput } from '../../support/emit-input.js';
import { examplePlan, type Changes } from '../../support/example.js';

const FOLDER = join(process.cwd(), 'test/emit/nginx/golden');
const nginx = (version: NonNullable<NginxTarget['version']>, gateway: NonNullable<Changes['gateway']> = {}): Changes => ({
  gateway,
  targets: { nginx: { version }, compose: null, kubernetes: null, fly: null },
});

const CASES: Readonly<Record<string, Changes>> = {
  '1.22': nginx('1.22'),
  '1.26': nginx('1.26'),
  '1.30': nginx('1.30'),
  '1.30-tls': nginx('1.30.6', { tls: { at: 'nginx', certificate: '/etc/tls/mcp.pem', key: '/etc/tls/mcp.key' } }),
  '1.30-both-transports': nginx('1.30', { revisions: ['2024-11-05', '2025-06-18', '2026-07-28'] }),
  '1.30-behind-proxies': nginx('1.30', { trustedProxies: ['10.0.0.0/8'], originFallback: 'forwarded', requireOrigin: true }),
};

describe('the nginx files', () => {
  for (const [name, options] of Object.entries(CASES)) {
    it(name, () => {
      const files = nginxEmitter.print(nginxEmitter.model(examplePlan(options), emitInput()));
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
