import { Worker } from 'node:worker_threads';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { GraphResult } from './graph.js';

/** What the thread of `compiler-worker.ts` is started with. */
export interface CompilerInput {
  readonly configFile: string;
  readonly cwd: string;
}

export type CompilerMessage = { readonly kind: 'graph'; readonly graph: GraphResult } | { readonly kind: 'types'; readonly diagnostics: readonly Diagnostic[] };

export interface Compiler {
  /** The config and its imports, ready to run. */
  readonly graph: Promise<GraphResult>;
  /** What is wrong with the types. */
  readonly types: Promise<readonly Diagnostic[]>;
}

/**
 * Transpiles and type-checks the config in a thread of its own. Loading TypeScript takes a third of a second of processor time. The thread
 * loads it once, in parallel with everything else, and this module does not load it at all.
 */
export function startCompiler(configFile: string, cwd: string): Compiler {
  const workerData: CompilerInput = { configFile, cwd };
  const worker = new Worker(new URL('./compiler-worker.js', import.meta.url), { workerData });
  const next = <K extends CompilerMessage['kind']>(kind: K): Promise<Extract<CompilerMessage, { kind: K }>> =>
    new Promise((settle, fail) => {
      worker.on('message', (message: CompilerMessage) => {
        if (message.kind === kind) settle(message as Extract<CompilerMessage, { kind: K }>);
      });
      worker.once('error', fail);
      worker.once('exit', (code) => fail(new Error(`the compiler's thread ended with exit code ${code} and no ${kind}`)));
    });
  const graph = next('graph').then((message) => message.graph);
  const types = next('types').then((message) => message.diagnostics);
  // A fault rejects both promises. Callers may await only one of them, and the other must not count as an unhandled rejection.
  graph.catch(() => {});
  types.catch(() => {});
  return { graph, types };
}
