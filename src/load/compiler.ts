import { Worker } from 'node:worker_threads';
import type { GraphResult } from './graph.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';

/** What `compiler-worker.ts` is asked. */
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
 * Transpiles and type-checks the config in a thread of its own. Loading TypeScript takes a third of a second of processor time: here it is loaded once,
 * beside everything else, and this module loads none itself.
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
  // Whoever awaits one of them hears of the fault; the other must not be an unhandled one.
  graph.catch(() => {});
  types.catch(() => {});
  return { graph, types };
}
