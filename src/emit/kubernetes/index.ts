import type { Emitter } from '../types.js';
import { kubernetesModel } from './model.js';
import { kubernetesPrint } from './print.js';
import type { KubernetesDocument } from './types.js';

export const kubernetesEmitter: Emitter<KubernetesDocument> = {
  model: kubernetesModel,
  print: kubernetesPrint,
};
