/** Time and chance as pools see them, so that tests can provide both. */
export interface Clock {
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Does something later. A process that has nothing else to do does not wait for it. @returns a function that cancels it */
  readonly after: (ms: number, work: () => void) => () => void;
}

export const CLOCK: Clock = {
  now: () => performance.now(),
  random: Math.random,
  after: (ms, work) => {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** A factor for waiting times, so that things which began at the same moment do not go on in step. */
export const jitter = ({ random }: Clock): number => 0.9 + 0.2 * random();
