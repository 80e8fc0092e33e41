/**
 * Parts of the runtime that not every gateway has. Each is reached through a loader in `tables.ts` and nowhere else, so that a module no config
 * needs is not in the folder at all.
 */
export interface Features {
  readonly stdio?: () => Promise<typeof import('./stdio/upstream.js')>;
  readonly host?: () => Promise<typeof import('./stdio/host.js')>;
  readonly dns?: () => Promise<typeof import('./upstream/dns.js')>;
  readonly admin?: () => Promise<typeof import('./admin.js')>;
}
