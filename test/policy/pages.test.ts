/** The configs on the pages are executed: what a page calls bad is found by its rule, and in what it calls good nothing is found at all. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { rulePage } from '#src/assets.js';
import { planConfig } from '#src/compile.js';
import { decideExpectation } from '#src/decision.js';
import { firstDifference } from '#src/load/difference.js';
import { RULES } from '#src/policy/rules/index.js';
import { runRules } from '#src/policy/run.js';
import type { Finding } from '#src/policy/types.js';
import { readPage } from '#src/policy/read-page.js';
import { configsIn } from './configs-in.js';
import { inputOf } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'mcpgen-pages-'));
after(() => rmSync(folder, { recursive: true }));
const INDEX = join(process.cwd(), 'dist/index');

interface PageConfig {
  readonly slug: string;
  readonly kind: 'Bad' | 'Good';
  readonly code: string;
}
const CONFIGS: readonly PageConfig[] = RULES.flatMap((rule) => {
  const { sections } = readPage(rulePage(rule));
  return (['Bad', 'Good'] as const).flatMap((kind) => configsIn(sections[kind]).map((code) => ({ slug: rule.slug, kind, code })));
});

test('every config on a page type-checks', () => {
  for (const { slug, kind, code } of CONFIGS) writeFileSync(join(folder, `${slug}.${kind}.ts`), code);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2023'],
    types: [],
    skipLibCheck: true,
    paths: { mcpgen: [`${INDEX}.d.ts`] },
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const { stdout } = spawnSync(join(process.cwd(), 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
  assert.equal(stdout, '');
});

for (const { slug, kind, code } of CONFIGS) {
  test(`${slug}: the config that is ${kind.toLowerCase()}`, async () => {
    const findings = await findingsIn(code);
    if (kind === 'Bad')
      assert.ok(
        findings.some((finding) => finding.slug === slug),
        JSON.stringify(findings, null, 2),
      );
    else
      assert.deepEqual(
        findings.map((finding) => `${finding.severity} ${finding.code} ${finding.at}: ${finding.message}`),
        [],
      );
  });
}

async function findingsIn(code: string): Promise<readonly Finding[]> {
  const [one, other] = [await evaluated(code, 'one'), await evaluated(code, 'other')];
  const planned = planConfig(one);
  if (!planned.ok) assert.fail(JSON.stringify(planned.diagnostics));
  const load = { difference: firstDifference(one, other) };
  return planned.plans.flatMap((plan) => runRules(RULES, inputOf(plan, { load, decideExpectation: decideExpectation(plan) })).findings);
}

/** No page's config has types in it beyond what JavaScript can read. */
async function evaluated(code: string, turn: string): Promise<unknown> {
  const file = join(folder, `${turn}-${Math.random()}.mjs`);
  writeFileSync(file, code.replace("'mcpgen'", JSON.stringify(pathToFileURL(`${INDEX}.js`).href)));
  // Two loads of a config that reads the clock are never in the same millisecond.
  await new Promise((resolve) => setTimeout(resolve, 2));
  return ((await import(pathToFileURL(file).href)) as { default: unknown }).default;
}
