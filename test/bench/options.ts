/** The flags of the bench. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Amounts } from './rounds.js';
import { bakerOf } from './rows.js';
import { SCENARIOS, type Scenario } from './scenarios.js';
import { TARGETS, type Target } from './targets.js';

export const USAGE = [
  'npm run bench -- [flags]',
  '  --rounds N         times each target is measured, by turns (5)',
  '  --seconds S        of each measurement (2)',
  '  --warm-up N        requests that each target answers before that (20000)',
  '  --concurrency C    connections (32)',
  `  --only a,b         of ${TARGETS.map(({ name }) => name).join(', ')}`,
  `  --scenario a,b     of ${SCENARIOS.map(({ name }) => name).join(', ')}`,
  '  --node WHICH       one more Node to run the gateway and the pipe: a path, or a version that npx brings (20, latest); may be repeated',
  '  --newest           the same as --node latest',
  '  --workers N        rows for nginx and the gateway with N workers, too',
  '  --before CHECKOUT  rows for the gateway of another checkout of this project, in which `npm run build && npx tsc -p test` was run',
  '  --json FILE        the numbers, too; - is stdout, and the tables go to stderr',
].join('\n');

export interface Options extends Amounts {
  readonly targets: readonly Target[];
  readonly scenarios: readonly Scenario[];
  readonly nodes: readonly string[];
  readonly workers: number;
  readonly before: string | null;
  readonly json: string | null;
}

/** Throws what is wrong with them. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      'warm-up': { type: 'string', default: '20000' },
      concurrency: { type: 'string', default: '32' },
      only: { type: 'string' },
      scenario: { type: 'string' },
      node: { type: 'string', multiple: true, default: [] },
      newest: { type: 'boolean', default: false },
      workers: { type: 'string', default: '1' },
      before: { type: 'string' },
      json: { type: 'string' },
    },
  });
  return {
    rounds: positive('rounds', values.rounds, Number.isInteger),
    seconds: positive('seconds', values.seconds, Number.isFinite),
    warmUp: positive('warm-up', values['warm-up'], Number.isInteger),
    concurrency: positive('concurrency', values.concurrency, Number.isInteger),
    targets: named('only', values.only, TARGETS),
    scenarios: named('scenario', values.scenario, SCENARIOS),
    nodes: values.newest ? [...values.node, 'latest'] : values.node,
    workers: positive('workers', values.workers, Number.isInteger),
    before: values.before === undefined ? null : built(values.before),
    json: values.json ?? null,
  };
}

function built(checkout: string): string {
  if (existsSync(bakerOf(checkout))) return checkout;
  throw new Error(`--before ${checkout}: there is no ${bakerOf(checkout)}; run \`npm run build && npx tsc -p test\` there`);
}

function positive(flag: string, text: string, isSo: (value: number) => boolean): number {
  const value = Number(text);
  if (value > 0 && isSo(value)) return value;
  throw new Error(`--${flag} ${text} is not a number that can be used`);
}

function named<T extends { readonly name: string }>(flag: string, text: string | undefined, all: readonly T[]): readonly T[] {
  const names = text?.split(',') ?? all.map(({ name }) => name);
  const unknown = names.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) throw new Error(`--${flag}: there is no "${unknown}", but ${all.map(({ name }) => name).join(', ')}`);
  return all.filter(({ name }) => names.includes(name));
}
