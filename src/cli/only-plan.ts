import type { Plan } from '../plan/types.js';
import type { Project } from '../project.js';
import { UsageError } from './args.js';

/** The plan of a command that is about one environment; which one must be said where the config declares several. */
export function onlyPlan({ plans }: Project): Plan {
  const [plan, ...others] = plans;
  if (plan !== undefined && others.length === 0) return plan;
  throw new UsageError(`which environment? --env ${plans.map(({ environment }) => environment).join(' or --env ')}`);
}
