/** The compiler's thread. It sends the transpiled modules first, because the evaluating workers wait for them, and then the type errors. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkTypes } from '../source/typecheck/check-types.js';
import type { CompilerInput, CompilerMessage } from './compiler.js';
import { collectGraph } from './graph.js';

const { configFile, cwd } = workerData as CompilerInput;
const post = (message: CompilerMessage): void => parentPort?.postMessage(message);

post({ kind: 'graph', graph: collectGraph(configFile, cwd) });
post({ kind: 'types', diagnostics: checkTypes(configFile, cwd) });
