import { line } from './directives.js';
import { word } from './tokens.js';
import type { Directive } from './types.js';

/** The directives that listen on a port, of IPv4 and of IPv6: an nginx that listens on `80` alone hears nobody who comes over IPv6. */
export function listens(port: number, ...parameters: readonly string[]): readonly Directive[] {
  return [String(port), `[::]:${port}`].map((address) => line('listen', word(address), ...parameters));
}
