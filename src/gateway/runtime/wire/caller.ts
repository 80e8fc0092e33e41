/** How the gateway tells a host of children whose request it sends: children may serve several callers, and must not take one for another. */

/** The header that says it. Only the gateway writes it: what a client sends under that name goes nowhere. */
export const CALLER = 'x-mcpgen-caller';

/**
 * Tenant and principal, of which neither has a blank. The tenant is left out where there is no other. A caller without credentials has no principal:
 * anonymous callers are not one.
 */
export function callerText(tenant: string, client: string | null): string {
  return `${tenant} ${client ?? ''}`;
}

export interface Caller {
  /** Empty where there is no other. */
  readonly tenant: string;
  /** The client by its name; null where it has none, or nothing is said. */
  readonly client: string | null;
}

export function readCaller(text: string | undefined): Caller {
  const [tenant = '', client = ''] = text?.split(' ') ?? [];
  return { tenant, client: client || null };
}
