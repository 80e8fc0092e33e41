/**
 * A config must not depend on the clock, on chance or on the machine. All three are made to differ between its two loads, so that a config
 * that depends on them gives two different values (MCP903) on every run, and not only near midnight or on another machine. The fourth
 * disguise, other file URLs in `import.meta`, is applied by `evaluate.ts`.
 */

/** Part of every URL that the second load's files are served under. It distinguishes the config's own code from that of packages. */
export const SECOND_MARK = '/mcpgen-second-load';

const DAY = 24 * 60 * 60 * 1000;
/** Long enough to change the year, month, day of the month, weekday, hour, minute and second, whatever today is. */
export const CLOCK_SHIFT = 400 * DAY + 5 * 60 * 60 * 1000 + 7 * 60 * 1000 + 11 * 1000 + 13;

/** The first load draws its random numbers from the lowest third of the interval, the second from the highest: any random choice differs. */
export function disguiseRandom(load: 'first' | 'second'): void {
  const random = Math.random;
  const offset = load === 'first' ? 0 : 2 / 3;
  Math.random = () => offset + random() / 3;
}

export function shiftClock(shift: number): void {
  const RealDate = Date;
  const now = RealDate.now;
  RealDate.now = () => now() + shift;
  const Shifted = new Proxy(RealDate, {
    construct: (target, args, newTarget): object => Reflect.construct(target, args.length === 0 ? [target.now()] : args, newTarget),
    apply: (target) => new target(target.now()).toString(),
  });
  RealDate.prototype.constructor = Shifted;
  globalThis.Date = Shifted;

  const elapsed = performance.now.bind(performance);
  performance.now = () => elapsed() + shift;
  Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + shift });
  shiftTemporal(shift);
}

interface Zoned {
  toPlainDateTime(): unknown;
  toPlainDate(): unknown;
  toPlainTime(): unknown;
  add(duration: { milliseconds: number }): Zoned;
}
interface TemporalNow {
  instant(): { add(duration: { milliseconds: number }): unknown };
  zonedDateTimeISO(zone?: unknown): Zoned;
  plainDateTimeISO(zone?: unknown): unknown;
  plainDateISO(zone?: unknown): unknown;
  plainTimeISO(zone?: unknown): unknown;
}

/** Node has `Temporal` from version 26 on. */
function shiftTemporal(milliseconds: number): void {
  const { Temporal } = globalThis as { Temporal?: { Now: TemporalNow } };
  if (Temporal === undefined) return;
  const now = Temporal.Now;
  const instant = now.instant.bind(now);
  const zoned = now.zonedDateTimeISO.bind(now);
  const shifted = (zone: unknown): Zoned => (zone === undefined ? zoned() : zoned(zone)).add({ milliseconds });
  now.instant = () => instant().add({ milliseconds }) as ReturnType<TemporalNow['instant']>;
  now.zonedDateTimeISO = shifted;
  now.plainDateTimeISO = (zone) => shifted(zone).toPlainDateTime();
  now.plainDateISO = (zone) => shifted(zone).toPlainDate();
  now.plainTimeISO = (zone) => shifted(zone).toPlainTime();
}

/**
 * Shows the config's own code a `process` of another machine, in which every environment variable is set and all ids and folders differ.
 * Packages still see the real one, because they may need it to run at all.
 */
export function disguiseProcess(): void {
  const real = globalThis.process;
  const disguised = new Proxy(real, { get: (target, key) => disguisedProperty(target, key) });
  Object.defineProperty(globalThis, 'process', {
    configurable: true,
    get(this: unknown) {
      return calledBySecondLoad() ? disguised : real;
    },
  });
}

const DISGUISE = 'mcpgen-second-load';
const ENVIRONMENT = new Proxy<Record<string, string>>(
  { MCPGEN_SECOND_LOAD: DISGUISE },
  {
    get: (_, key) => (typeof key === 'string' ? DISGUISE : undefined),
    has: () => true,
  },
);

function disguisedProperty(process: NodeJS.Process, key: string | symbol): unknown {
  if (key === 'env') return ENVIRONMENT;
  if (key === 'cwd') return () => `/${DISGUISE}`;
  if (key === 'uptime') return () => process.uptime() + CLOCK_SHIFT / 1000;
  const value: unknown = Reflect.get(process, key);
  if (typeof value === 'string') return DISGUISE;
  if (typeof value === 'number') return value + 1;
  return typeof value === 'function' ? value.bind(process) : value;
}

function calledBySecondLoad(): boolean {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(holder, Object.getOwnPropertyDescriptor(globalThis, 'process')?.get);
  Error.stackTraceLimit = limit;
  return holder.stack?.includes(SECOND_MARK) ?? false;
}
