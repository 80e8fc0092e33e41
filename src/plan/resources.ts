import type { ResourcesModel } from '../config/model.js';
import type { ResourcesPlan } from './infra-types.js';

export function planResources({ requests, limits }: ResourcesModel): ResourcesPlan {
  return { requests, limits: { cpu: limits.cpu ?? null, memory: limits.memory } };
}
