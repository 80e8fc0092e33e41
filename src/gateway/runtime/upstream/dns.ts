import { lookup } from 'node:dns/promises';

/** Platforms change addresses without notice; their resolvers answer at once. */
const EVERY = 5000;

/** A resolver that does not answer must not keep the gateway from starting. */
const FIRST_WAIT = 2000;

/** Calls back with the addresses of a name, again whenever they change. @returns after the first look, a function that stops it */
export async function watchName(name: string, changed: (addresses: readonly string[]) => void): Promise<() => void> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let known = '';
  const look = async (): Promise<void> => {
    try {
      const addresses = (await lookup(name, { all: true })).map(({ address }) => address).sort();
      if (!stopped && addresses.join() !== known) {
        known = addresses.join();
        changed(addresses);
      }
    } catch {
      // A name that cannot be resolved right now keeps its last addresses: probes tell which of them still answer.
    }
    if (!stopped) timer = setTimeout(() => void look(), EVERY).unref();
  };
  await Promise.race([look(), new Promise((resolve) => setTimeout(resolve, FIRST_WAIT).unref())]);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
