/** The compiler's own thread: what to run first, because others wait for it, then what is wrong with the types. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkTypes } from '../source/typecheck/check-types.js';
import type { CompilerInput, CompilerMessage } from './compiler.js';
import { collectGraph } from './graph.js';

const { configFile, cwd } = workerData as CompilerInput;
const post = (message: CompilerMessage): void => parentPort?.postMessage(message);

post({ kind: 'graph', graph: collectGraph(configFile, cwd) });
post({ kind: 'types', diagnostics: checkTypes(configFile, cwd) });
