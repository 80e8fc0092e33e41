/** What all commands share: the config is loaded once, planned once, and each target is emitted once. */
import { dirname, join } from 'node:path';
import { assets, packageVersion } from './assets.js';
import type { PlacedDiagnostic } from './compile.js';
import type { EmittedTargets } from './emit/registry.js';
import { HEADER, type Target } from './emit/types.js';
import type { LoadFacts } from './load/loaded.js';
import type { Plan } from './plan/types.js';
import type { SourceGraph } from './source/source-graph.js';
import type { GraphResult } from './load/graph.js';
import { load } from './load/load.js';
import type { Group, Scope } from './output/groups.js';

export interface SessionOptions {
  readonly cwd: string;
  readonly configFile?: string;
  /** Only this environment; undefined is all. */
  readonly environment?: string;
  /** Only these targets; undefined is all. */
  readonly targets?: readonly Target[];
  /** The config's modules, when a compiler thread was started earlier. */
  readonly graph?: Promise<GraphResult>;
}

export interface Project {
  readonly sources: SourceGraph;
  readonly facts: LoadFacts;
  readonly plans: readonly Plan[];
  /** Texts of the config that no message may show: secrets that were written into it. */
  readonly secrets: readonly string[];
}

export type Opened =
  | { readonly ok: true; readonly project: Project }
  | { readonly ok: false; readonly diagnostics: readonly PlacedDiagnostic[]; readonly sources: SourceGraph | null };

/** Loads and plans the config. */
export async function open({ cwd, configFile, environment, graph }: SessionOptions): Promise<Opened> {
  // Imported now, because this thread has nothing else to do while the workers evaluate the config.
  const planning = import('./compile.js');
  const loaded = await load({ cwd, ...(configFile === undefined ? {} : { configFile }), ...(graph ? { graph } : {}) });
  if (!loaded.ok) return { ok: false, diagnostics: loaded.diagnostics.map((diagnostic) => ({ diagnostic, environment: null })), sources: loaded.sources };
  const { sources, facts } = loaded;
  const { planConfig, secretsOf } = await planning;
  const planned = planConfig(loaded.value);
  if (!planned.ok) return { ok: false, diagnostics: planned.diagnostics, sources };
  const plans = planned.plans.filter((plan) => environment === undefined || plan.environment === environment);
  if (plans.length > 0) return { ok: true, project: { sources, facts, plans, secrets: secretsOf(loaded.value) } };
  const known = planned.plans.flatMap((plan) => plan.environment ?? []);
  const message = known.length === 0 ? 'the config declares no environments' : `no environment is named "${environment}"; there are ${known.join(', ')}`;
  return { ok: false, diagnostics: [{ diagnostic: { code: 'environment', message, help: null, place: { kind: 'none' } }, environment: null }], sources };
}

/** Documents and files of one plan. */
export async function emitPlan(plan: Plan, targets: readonly Target[] | null): Promise<EmittedTargets> {
  const { emit } = await import('./emit/registry.js');
  return emit(plan, assets, targets);
}

/**
 * Files for the repository that generated files are committed to. Git keeps the line ends that were hashed, reviews fold generated files,
 * and what a killed build left behind is not committed.
 */
const REPOSITORY: Group = {
  environment: null,
  target: 'repository',
  config: '',
  files: [
    { path: '.gitattributes', contents: `# ${HEADER}\n* text eol=lf linguist-generated\n` },
    { path: '.gitignore', contents: `# ${HEADER}\n.env\n.mcpgen-*\n.mcpgen.lock.pid*\n` },
  ],
};

/** What is written where. */
export interface Output {
  /** The folder `generated` beside the config file. */
  readonly root: string;
  readonly groups: readonly Group[];
  readonly scope: Scope;
  readonly generator: string;
}

/** @param emitted the targets of each plan, in the order of the plans; those that were not asked for are left out */
export function output({ sources, plans }: Project, { environment, targets }: SessionOptions, emitted: readonly EmittedTargets[]): Output {
  const isWhole = environment === undefined && targets === undefined;
  const groups = plans.flatMap((plan, i) => groupsOf(plan, emitted[i] ?? {})).filter(({ target }) => targets?.some((one) => one === target) ?? true);
  return {
    root: join(dirname(sources.configFile), 'generated'),
    groups: isWhole ? [...groups, REPOSITORY] : groups,
    scope: { environments: environment === undefined ? null : [environment], targets: targets ?? null },
    generator: `mcpgen ${packageVersion()}`,
  };
}

function groupsOf(plan: Plan, emitted: EmittedTargets): Group[] {
  return Object.entries(emitted).map(([target, { files }]) => ({ environment: plan.environment, target, config: plan.hash, files }));
}
