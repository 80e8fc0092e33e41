/** The files of gateways, as a build writes them. */
import { join } from 'node:path';
import { assets } from '#src/assets.js';
import { gatewayDocument } from '#src/emit/gateway/index.js';
import type { EmittedFile } from '#src/emit/types.js';
import type { Plan } from '#src/plan/types.js';
import { open } from '#src/project.js';
import { put, ROOT } from '../../support/folder.js';

export const LEAST = { name: 'acme', servers: { web: { kind: 'http', instances: [{ url: 'https://web.acme.com/mcp' }] } } };

let root: Promise<Plan> | undefined;

/** The plan of this repository's own config. */
export function rootPlan(): Promise<Plan> {
  root ??= open({ cwd: ROOT }).then((opened) => {
    if (!opened.ok) throw new Error(`the config of this repository: ${opened.diagnostics.map(({ diagnostic }) => diagnostic.message).join('; ')}`);
    return opened.project.plans[0] as Plan;
  });
  return root;
}

/** The contents of the gateway's files, by their path below `gateway/`. */
export function baked(plan: Plan): ReadonlyMap<string, string> {
  return new Map(gatewayDocument(plan, assets).files.map(({ path, contents }: EmittedFile) => [path.replace(/^gateway\//, ''), contents]));
}

export function write(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, contents] of files) put(join(folder, path), contents);
}

export const bytes = (files: ReadonlyMap<string, string>): number => [...files.values()].reduce((sum, contents) => sum + Buffer.byteLength(contents), 0);

/** Those of the files that are code. */
export const modules = (files: ReadonlyMap<string, string>) => [...files].filter(([path]) => path.endsWith('.js'));
