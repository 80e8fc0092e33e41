import type { Plan } from '../../plan/types.js';
import { target } from './target.js';

/** A port of the machine for a port of a container, as `address:port:port`; without an address Docker would publish it on every one. */
export function published(plan: Plan, containerPort: number, port = target(plan).publish.port): string {
  const { address } = target(plan).publish;
  return `${address.includes(':') ? `[${address}]` : address}:${port}:${containerPort}`;
}
