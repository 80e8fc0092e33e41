import { lookup } from 'node:dns/promises';
import { plainAddress } from '../decision/address.js';
import { CLOCK, jitter, type Clock } from '../process/clock.js';
import { Watch } from '../process/watch.js';
import { causeOf, type Cause } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import type { Named } from './modules.js';

/** Platforms change addresses without notice; their resolvers answer at once. */
const EVERY = 5000;

/** A resolver that does not answer must not keep the gateway from starting. */
const FIRST_WAIT = 2000;

export type Lookup = (name: string, options: { readonly all: true }) => Promise<readonly { readonly address: string }[]>;

/**
 * Calls back with the addresses of a name, in order, and again whenever they change. `looked` is told of every look why it failed; null where it did not.
 * @returns after the first look, a function that stops it
 */
export async function watchName(
  name: string,
  changed: (addresses: readonly string[]) => void,
  find: Lookup = lookup,
  clock: Clock = CLOCK,
  looked: (error: unknown) => void = () => {},
): Promise<() => void> {
  let stopped = false;
  let known = '';
  const look = async (): Promise<number> => {
    // A name that cannot be resolved right now keeps its last addresses: probes tell which of them still answer.
    let failed: unknown = null;
    const found = await find(name, { all: true }).catch((error: unknown) => ((failed = error), []));
    if (!stopped) looked(failed);
    // Resolvers turn the order from answer to answer, and may name an address twice.
    const addresses = [...new Set(found.map(({ address }) => address))].sort();
    if (!stopped && addresses.length > 0 && addresses.join() !== known) {
      known = addresses.join();
      changed(addresses);
    }
    return EVERY * jitter(clock);
  };
  const watch = new Watch(look, clock);
  await Promise.race([look(), new Promise<void>((resolve) => clock.after(FIRST_WAIT, resolve))]);
  watch.soon(EVERY);
  return () => {
    stopped = true;
    watch.stop();
  };
}

/** The addresses of one name, for a pool. */
export async function watchNamed(name: string, watch: typeof watchName = watchName): Promise<Named> {
  const named = { name, addresses: [] as readonly string[], cause: null as Cause | null, onChange: () => {}, stop: () => {} };
  const changed = (addresses: readonly string[]): void => {
    named.addresses = addresses;
    named.onChange();
  };
  const looked = (error: unknown): void => {
    const isNews = error !== null && named.cause === null;
    named.cause = error === null ? null : causeOf(new UpstreamFault('connect', error));
    if (isNews) named.onChange();
  };
  named.stop = await watch(name, changed, lookup, CLOCK, looked);
  return named;
}

/** The addresses behind names, as they are now. */
export interface NamedAddresses {
  has(address: string): boolean;
  close(): void;
}

export async function watchNames(names: readonly string[]): Promise<NamedAddresses> {
  const known = new Map<string, readonly string[]>();
  const stops = await Promise.all(names.map((name) => watchName(name, (addresses) => known.set(name, addresses.map(plainAddress)))));
  return {
    has: (address) => [...known.values()].flat().includes(plainAddress(address)),
    close: () => stops.forEach((stop) => stop()),
  };
}
