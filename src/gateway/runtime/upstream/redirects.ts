/** A server that sends its callers elsewhere, where no gateway follows: what to configure instead. */
import { UpstreamFault } from '../wire/fault.js';
import type { UpstreamResponse } from './upstream.js';

/** Its body is of no use. A 304 is no redirection. */
export const isRedirection = (status: number): boolean => status > 299 && status < 400 && status !== 304;

/**
 * @param origin of the instance @param setting of the config that has the path which was asked for, as a sentence goes on
 */
export function redirection({ status, headers }: Pick<UpstreamResponse, 'status' | 'headers'>, origin?: string, setting = URL_PATH): UpstreamFault {
  return new UpstreamFault('redirected', `it answered ${status}: ${advice(String(headers['location'] ?? ''), origin, setting)}`);
}

const URL_PATH = 'the URL of its instances has to have the path';
export const HEALTH_PATH = 'its health.path has to be';

/** What to configure in place of a redirection; its query may hold anything, and is not repeated. */
function advice(location: string, origin: string | undefined, setting: string): string {
  if (location === '' || !URL.canParse(location, origin)) return 'it redirects to no place that could be named here';
  const { protocol, host, pathname } = new URL(location, origin);
  const isSame = `${protocol}//${host}` === origin;
  const elsewhere = `the URL of its instances has to have the address ${protocol}//${host}`;
  return (isSame ? `${setting} ${pathname}` : setting === URL_PATH ? elsewhere + pathname : elsewhere).slice(0, 250);
}
