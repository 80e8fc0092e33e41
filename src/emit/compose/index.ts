import type { Emitter } from '../types.js';
import { composeModel } from './model.js';
import { composePrint } from './print.js';
import type { ComposeDocument } from './types.js';

export const composeEmitter: Emitter<ComposeDocument> = {
  model: composeModel,
  print: composePrint,
};
