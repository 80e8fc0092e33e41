import type { Plan } from '../plan/types.js';
import type { Project } from '../project.js';
import { UsageError } from './args.js';

/** The plan for a command that is about a single environment. Where the config declares several, `--env` must name one. */
export function onlyPlan({ plans }: Project): Plan {
  const [plan, ...others] = plans;
  if (plan !== undefined && others.length === 0) return plan;
  throw new UsageError(`which environment? --env ${plans.map(({ environment }) => environment).join(' or --env ')}`);
}
