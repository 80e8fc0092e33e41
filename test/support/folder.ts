import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

export const ROOT = process.cwd();

/** Makes a folder with these files for one test, and removes it when the test ends. */
export function folder(t: Pick<TestContext, 'after'>, files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'mcpgen-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) put(join(path, name), text);
  return path;
}

export function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Installs this package in a folder as npm would, by its name in `node_modules`. */
export function installHere(path: string): void {
  mkdirSync(join(path, 'node_modules/.bin'), { recursive: true });
  symlinkSync(ROOT, join(path, 'node_modules/mcpgen'));
  symlinkSync('../mcpgen/dist/cli/bin.js', join(path, 'node_modules/.bin/mcpgen'));
}
