/** The rows of the decision by name, in the order in which they are asked (DESIGN §4). */
export const STEPS = [
  'normal-form', 'host', 'route', 'preflight', 'origin', 'method', 'head', 'address', 'credentials', 'tenant', 'grant', 'quota', 'body', 'revision',
  'permission', 'session', 'instance',
] as const;

export type Step = (typeof STEPS)[number];

/** The place of a row in the order. */
export const rankOf = (step: Step): number => STEPS.indexOf(step);
