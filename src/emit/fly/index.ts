import type { Emitter } from '../types.js';
import { flyModel } from './model.js';
import { flyPrint } from './print.js';
import type { FlyDocument } from './types.js';

export const flyEmitter: Emitter<FlyDocument> = {
  model: flyModel,
  print: flyPrint,
};
