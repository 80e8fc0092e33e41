import { mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Group } from '#src/output/groups.js';
import { write } from '#src/output/write.js';
import type { WriteInput } from '#src/output/write.js';

export type Files = Readonly<Record<string, string>>;

export function group(target: string, files: Files, environment: string | null = null): Group {
  return { environment, target, config: `hash of ${target}`, files: Object.entries(files).map(([path, contents]) => ({ path, contents })) };
}

/** A folder of the test's own; the output folder in it does not exist yet. */
export function temporaryRoot(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcpgen-output-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'generated');
}

export const build = (root: string, groups: readonly Group[], more: Partial<WriteInput> = {}) =>
  write({ root, groups, generator: '1.0.0', ...more });

/** `created nginx/nginx.conf`, `conflict edited nginx/nginx.conf`. */
export async function outcome(result: ReturnType<typeof write>): Promise<readonly string[]> {
  const done = await result;
  if (!done.ok) return done.conflicts.map(({ reason, path }) => `conflict ${reason} ${path}`);
  return done.changes.map(({ kind, path }) => `${kind} ${path}`);
}

export function put(root: string, path: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), contents);
}

export const get = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

/** Everything below a folder: contents of files, `folder` for folders, `-> target` for links. */
export function tree(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).map((entry): [string, string] => {
    const path = join(entry.parentPath, entry.name);
    const shown = path.slice(root.length + 1);
    if (entry.isDirectory()) return [shown, 'folder'];
    return [shown, entry.isSymbolicLink() ? `-> ${readlinkSync(path)}` : readFileSync(path, 'utf8')];
  });
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
