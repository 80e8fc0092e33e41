/**
 * Hosts that mean this machine. The gateway has the same list in `decision/address.ts`; it is said again here because the plan imports types of the runtime
 * and no code.
 */
export const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'] as const;

/** Whether the host of a URL can be reached from this machine alone: one of those above, or any address of 127.0.0.0/8. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK_HOSTS.some((host) => host === hostname) || /^127(\.\d+){3}$/.test(hostname);
}
