import { z } from 'zod';
import { urlOf } from '../url.js';

/**
 * An http or https URL without credentials, which would be secrets in a committed file, and without a fragment, which is never sent
 * (RFC 9110 §4.2.4, §4.2.5). `read` says what the URL becomes, or null where it is not what is wanted.
 */
function webUrl(wanted: string, example: string, read: (url: URL, written: string) => string | null, what = 'an http or https URL') {
  return z.string({ error: `expected a URL, such as "${example}"` }).transform((written, context) => {
    const url = urlOf(written);
    const isPlain = url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.hash;
    const value = isPlain ? read(url, written) : null;
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: `expected ${what} ${wanted}, such as "${example}"; got ${JSON.stringify(written)}` });
    return z.NEVER;
  });
}

export const publicUrl = webUrl('with nothing behind the host', 'https://mcp.acme.com', ({ origin, pathname, search }) =>
  pathname === '/' && search === '' ? origin : null,
);

/** The collector's address; OpenTelemetry adds the signal's path to a base (OTLP/HTTP Request). */
export const collectorUrl = webUrl('without credentials', 'https://otel.acme.com:4318', ({ origin, pathname, search, href }) =>
  pathname === '/' ? `${origin}/v1/traces${search}` : href,
);

export const instanceUrl = webUrl('without credentials or fragment', 'https://crm-a.acme.com/mcp', (_, written) => written);

/** Hosts that mean this machine, where a request never leaves it. */
const isLoopback = ({ hostname }: URL): boolean => ['localhost', '[::1]'].includes(hostname) || /^127(\.\d+){3}$/.test(hostname);
const isSafe = (url: URL): boolean => url.protocol === 'https:' || isLoopback(url);

/** What decides who somebody is, or is given credentials, is asked over TLS alone. */
export const trustedUrl = (example: string) =>
  webUrl('without credentials or fragment', example, (url, written) => (isSafe(url) ? written : null), 'an https URL (http for loopback hosts only)');

/** Whether a text is an https URL, or one of this machine, without credentials, query or fragment (RFC 8414 §2). */
export function isIssuerUrl(text: string): boolean {
  const url = urlOf(text);
  return url !== null && /^https?:$/.test(url.protocol) && isSafe(url) && !url.username && !url.password && !url.search && !url.hash;
}
