import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import { firstDifference } from './difference.js';
import { SECOND_MARK } from './disguise.js';
import type { ModuleGraph } from './graph.js';
import type { HookTable } from './hooks.js';
import { explain, type Outcome } from './outcome.js';
import type { Report, WorkerInput } from './worker.js';

export type Evaluation =
  | { readonly ok: true; readonly value: unknown; readonly difference: ConfigPath | null }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface EvaluateOptions {
  readonly cwd: string;
  /** Milliseconds after which a load is given up. Default: 10 s. */
  readonly timeLimit?: number;
  /** Receives what the config prints while it is loaded. Default: that is dropped, because stdout belongs to the command. */
  readonly onOutput?: (text: string) => void;
}

const TIME_LIMIT = 10_000;
/** Far more than any config needs, and little enough that a runaway config does not exhaust the machine. */
const MEMORY_LIMIT_MB = 512;

/** Evaluates the config twice, in two threads with empty environments, and compares the results. */
export async function evaluate(configFile: string, modules: ModuleGraph, options: EvaluateOptions): Promise<Evaluation> {
  const [first, second] = await Promise.all([
    run(input('first', configFile, modules), options),
    run(input('second', configFile, modules), { ...options, onOutput: () => undefined }),
  ]);
  if (first.kind === 'value' && second.kind === 'value') {
    return { ok: true, value: first.value, difference: firstDifference(first.value, second.value) };
  }
  if (first.kind !== 'value') return { ok: false, diagnostics: explain(first, modules, options.cwd) };
  const help = 'only the second of two loads fails: the config depends on the clock, on chance or on the machine';
  return { ok: false, diagnostics: explain(second, modules, options.cwd).map((diagnostic) => ({ ...diagnostic, help })) };
}

function input(load: 'first' | 'second', configFile: string, modules: ModuleGraph): WorkerInput {
  const urlOf = (file: string): string => {
    const url = pathToFileURL(file);
    return load === 'first' ? url.href : `file://${SECOND_MARK}${url.pathname}`;
  };
  const served: HookTable['modules'] = new Map(
    Array.from(modules.values(), ({ file, code, imports }) => {
      const targets = Object.fromEntries(Array.from(imports, ([specifier, target]) => [specifier, urlOf(target)]));
      return [urlOf(file), { code, imports: targets, realUrl: pathToFileURL(file).href }];
    }),
  );
  return { load, entry: urlOf(configFile), table: { mcpgen: new URL('../index.js', import.meta.url).href, modules: served } };
}

function run(workerData: WorkerInput, { timeLimit = TIME_LIMIT, onOutput }: EvaluateOptions): Promise<Outcome> {
  return new Promise((settle) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData,
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
    });
    const timer = setTimeout(() => finish({ kind: 'timeout', milliseconds: timeLimit }), timeLimit);
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer);
      settle(outcome);
      void worker.terminate();
    };
    for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', (text: string) => onOutput?.(text));
    worker.on('message', (report: Report) => finish(report));
    worker.on('error', (error: NodeJS.ErrnoException) => finish(uncaught(error)));
    worker.on('exit', () => finish({ kind: 'stalled' }));
  });
}

function uncaught(error: NodeJS.ErrnoException): Outcome {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return { kind: 'memory', megabytes: MEMORY_LIMIT_MB };
  return { kind: 'threw', message: error.message, stack: error.stack ?? '' };
}
