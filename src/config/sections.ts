/** The parts of a config whose keys are names that the user declares: what one of them is called, and where they stand. */
export const SECTIONS = {
  server: 'servers',
  origin: 'origins',
  tenant: 'tenants',
  strategy: 'strategies',
  client: 'auth.clients',
} as const;

/** What can be declared and referred to. */
export type Named = keyof typeof SECTIONS;
