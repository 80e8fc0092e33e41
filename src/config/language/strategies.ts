/** Ways to choose an instance. Each is a strategy that can be named directly, with no settings. */
export const BALANCES = ['round-robin', 'least-connections', 'weighted', 'health-based', 'random', 'rendezvous'] as const;

/** A way to choose an instance. */
export type Balance = (typeof BALANCES)[number];

export const isBalance = (name: string): name is Balance => (BALANCES as readonly string[]).includes(name);
