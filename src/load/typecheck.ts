import { Worker } from 'node:worker_threads';
import type { Diagnostic } from './types.js';

/** What `typecheck-worker.ts` is asked. */
export interface TypecheckInput {
  readonly configFile: string;
  readonly cwd: string;
}

/**
 * Type-checks the config in a thread of its own, so that loading goes on meanwhile. This module loads no compiler itself: started before
 * `load`, the two threads load theirs at the same time.
 */
export function startTypecheck(configFile: string, cwd: string): Promise<readonly Diagnostic[]> {
  return new Promise((settle, fail) => {
    const workerData: TypecheckInput = { configFile, cwd };
    const worker = new Worker(new URL('./typecheck-worker.js', import.meta.url), { workerData });
    worker.once('message', settle);
    worker.once('error', fail);
    worker.once('exit', (code) => fail(new Error(`the type check ended with exit code ${code} and no result`)));
  });
}
