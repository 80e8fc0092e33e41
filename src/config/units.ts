/** Turns quantities with units into numbers. Each parser returns null for what it does not understand; the message about it is the schema's. */

/** A bucket of so many tokens, which is refilled evenly over so many milliseconds. */
export interface TokenRate {
  readonly tokens: number;
  readonly window: number;
}

const DURATION: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SIZE: Readonly<Record<string, number>> = { kb: 2 ** 10, Ki: 2 ** 10, mb: 2 ** 20, Mi: 2 ** 20, gb: 2 ** 30, Gi: 2 ** 30 };
const WINDOW: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000 };

/** Milliseconds. Node's timers count in 31 bits, so 24 days is the most that can be waited for. */
export function parseDuration(text: string): number | null {
  const value = scaled(text, /^(\d+(?:\.\d+)?)(ms|s|m|h)$/, DURATION);
  return value !== null && value > 0 && value < 2 ** 31 ? value : null;
}

/** Bytes. */
export function parseSize(text: string): number | null {
  const value = scaled(text, /^(\d+(?:\.\d+)?)(kb|mb|gb|Ki|Mi|Gi)$/, SIZE);
  return value !== null && value > 0 && Number.isSafeInteger(value) ? value : null;
}

/** Thousandths of a core. */
export function parseCpu(text: string): number | null {
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text) ?? [];
  const value = number === undefined ? 0 : Math.round(Number(number) * (milli ? 1 : 1000));
  return value > 0 && Number.isSafeInteger(value) ? value : null;
}

export function parseRate(text: string): TokenRate | null {
  const [, tokens, unit] = /^(\d+)\/(s|min|h)$/.exec(text) ?? [];
  const window = WINDOW[unit ?? ''];
  const count = Number(tokens);
  return window === undefined || count < 1 || !Number.isSafeInteger(count) ? null : { tokens: count, window };
}

/** From 0 to 1. */
export function parsePercentage(text: string): number | null {
  const value = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]);
  return value >= 0 && value <= 100 ? value / 100 : null;
}

/** A calendar day that exists. */
export function parseDay(text: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? null : text;
}

function scaled(text: string, form: RegExp, units: Readonly<Record<string, number>>): number | null {
  const [, number, unit] = form.exec(text) ?? [];
  const factor = units[unit ?? ''];
  return number === undefined || factor === undefined ? null : Math.round(Number(number) * factor);
}
