import type { Model } from '../config/model.js';
import { isLoopbackHost } from './loopback.js';
import type { PublicUrl } from './traffic-types.js';

/** Where clients reach the gateway: `gateway.url`, or the port it listens on. */
export function planPublicUrl({ gateway }: Model): PublicUrl {
  const href = gateway.url ?? `http://127.0.0.1:${gateway.listen.port}`;
  const url = new URL(href);
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  return {
    href,
    scheme,
    // Hosts are compared without the dot at the end.
    host: url.hostname.replace(/\.$/, ''),
    port: Number(url.port || (scheme === 'https' ? 443 : 80)),
    isPublic: !isLoopbackHost(url.hostname),
    from: gateway.url === undefined ? 'gateway' : 'gateway.url',
  };
}
