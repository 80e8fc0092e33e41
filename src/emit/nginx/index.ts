import type { Emitter } from '../types.js';
import { nginxModel } from './model.js';
import { nginxPrint } from './print.js';
import type { NginxDocument } from './types.js';

export const nginxEmitter: Emitter<NginxDocument> = {
  model: nginxModel,
  print: nginxPrint,
};
