import type { Config } from './config.js';

/**
 * Declares a deployment. It returns its argument: its work is done by the compiler, which checks every cross-reference (a tenant's servers,
 * a server's origins and strategy, a match's client) against the declared names and completes them. A reference with nothing declared is
 * an error, because each type parameter defaults to `never`.
 */
export function defineConfig<
  const S extends string = never,
  const O extends string = never,
  const T extends string = never,
  const L extends string = never,
  const C extends string = never,
  const E extends string = never,
>(config: Config<S, O, T, L, C, E>): Config<S, O, T, L, C, E> {
  return config;
}
