/** Loads configs that tests write, and says in a line what is wrong with them. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Diagnostic } from '#src/diagnostics/diagnostic.js';
import { load, type LoadOptions } from '#src/load/load.js';
import type { Loaded } from '#src/load/loaded.js';
import { folderWith } from './folder.js';

type Files = Readonly<Record<string, string>>;

export async function loading(t: TestContext, files: Files | string, options: Partial<LoadOptions> = {}): Promise<Loaded> {
  const cwd = await folderWith(t, typeof files === 'string' ? { 'mcp.config.ts': files } : files);
  return load({ cwd, ...options });
}

export async function loaded(t: TestContext, files: Files | string): Promise<Extract<Loaded, { ok: true }>> {
  const result = await loading(t, files);
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

export async function refused(t: TestContext, files: Files | string, options: Partial<LoadOptions> = {}): Promise<readonly Diagnostic[]> {
  const result = await loading(t, files, options);
  assert.ok(!result.ok, 'the config was expected not to load');
  return result.diagnostics;
}

/** The one diagnostic of a config, as `code file:line:column message`. */
export async function saying(t: TestContext, files: Files | string, options: Partial<LoadOptions> = {}): Promise<string> {
  const [diagnostic, ...others] = await refused(t, files, options);
  assert.ok(diagnostic);
  assert.deepEqual(others, []);
  const { code, message, place } = diagnostic;
  const where = place.kind === 'location' ? `${place.location.file}:${place.location.line}:${place.location.column}` : place.kind;
  return `${code} ${where} ${message}`;
}
