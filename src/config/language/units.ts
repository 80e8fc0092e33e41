/**
 * Quantities are strings with a unit, so that `30` can never mean seconds in one place and milliseconds in the next.
 * The parsers that turn them into numbers are in `../units.ts`.
 */

/** A length of time: `250ms`, `15s`, `5m`, `24h`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h'}`;

/** An amount of memory or storage, binary: `kb mb gb` and `Ki Mi Gi` mean the same 1024-based units. */
export type Size = `${number}${'kb' | 'mb' | 'gb' | 'Ki' | 'Mi' | 'Gi'}`;

/** A rate: `100/min` is a bucket of 100 tokens refilled evenly over a minute. */
export type Rate = `${number}/${'s' | 'min' | 'h'}`;

/** An amount of processor time: `250m` is a quarter of a core, `2` two cores. */
export type Cpu = `${number}m` | `${number}`;

/** A share of a whole, from `0%` to `100%`. */
export type Percentage = `${number}%`;

/** A day in UTC: `2027-03-01`. */
export type Day = `${number}-${number}-${number}`;
