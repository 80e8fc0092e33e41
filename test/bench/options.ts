/** The flags of the bench. */
import { parseArgs } from 'node:util';
import { SCENARIOS, type Scenario } from './scenarios.js';
import { TARGETS, type Target } from './targets.js';

export const USAGE = [
  'npm run bench -- [flags]',
  '  --rounds N       times each target is measured, by turns (5)',
  '  --seconds S      of each measurement (2)',
  '  --concurrency C  connections (32)',
  `  --only a,b       of ${TARGETS.map(({ name }) => name).join(', ')}`,
  `  --scenario a,b   of ${SCENARIOS.map(({ name }) => name).join(', ')}`,
  '  --json FILE      the numbers, too; - is stdout, and the tables go to stderr',
].join('\n');

export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly concurrency: number;
  readonly targets: readonly Target[];
  readonly scenarios: readonly Scenario[];
  readonly json: string | null;
}

/** Throws what is wrong with them. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      concurrency: { type: 'string', default: '32' },
      only: { type: 'string' },
      scenario: { type: 'string' },
      json: { type: 'string' },
    },
  });
  return {
    rounds: positive('rounds', values.rounds, Number.isInteger),
    seconds: positive('seconds', values.seconds, Number.isFinite),
    concurrency: positive('concurrency', values.concurrency, Number.isInteger),
    targets: named('only', values.only, TARGETS),
    scenarios: named('scenario', values.scenario, SCENARIOS),
    json: values.json ?? null,
  };
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
