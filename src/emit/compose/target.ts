import type { ComposePlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';

export function target({ infra }: Plan): ComposePlan {
  if (infra.targets.compose === null) throw new TypeError('the plan has no compose target');
  return infra.targets.compose;
}
