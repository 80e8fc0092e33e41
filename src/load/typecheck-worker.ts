/** The type check's own thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkTypes } from './check-types.js';
import type { TypecheckInput } from './typecheck.js';

const { configFile, cwd } = workerData as TypecheckInput;
parentPort?.postMessage(checkTypes(configFile, cwd));
