/** What of a request its credentials are judged by; a `RequestHead` has it. */
import type { RequestHead } from '../decision/head.js';

export interface Asked extends Pick<RequestHead, 'path' | 'pathTenant' | 'address'> {
  readonly request: { readonly headers: Readonly<Record<string, string | undefined>> };
}

/** What of a request says whose it is. */
export interface Said extends Asked, Pick<RequestHead, 'host'> {}
