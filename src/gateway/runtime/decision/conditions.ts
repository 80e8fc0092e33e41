/**
 * Conditions on the arguments of a call. What cannot be told for certain, such as a number that comes as text or a path that goes up, fulfils no condition
 * of a rule that allows, and every condition of one that denies: a server may read more into an argument than is judged here.
 */
import { isObject } from '../wire/json-rpc.js';
import type { ConditionTable, Scalar } from '../tables/rules.js';
import { globOf } from './glob.js';

export type Answer = 'yes' | 'no' | 'unsure';

/** One argument by its path, and what must hold of it. */
export interface Condition {
  readonly path: readonly string[];
  /** The argument and what is asked of it, by which an audit line tells of the condition. */
  readonly text: string;
  readonly holds: (args: unknown) => Answer;
}

/** Stands for an argument that is not there. JSON has no such value. */
const ABSENT = Symbol('absent');
/** Stands for one that lies behind something that is no object. */
const ODD = Symbol('odd');

export function conditionOf(argument: string, table: ConditionTable): Condition {
  const path = argument.split('.');
  const test = testOf(table);
  return {
    path,
    text: `${argument} ${JSON.stringify(table)}`,
    holds: (args) => {
      const value = valueAt(args, path);
      if (value === ODD) return 'unsure';
      if (table.kind === 'present') return answer((value !== ABSENT) === table.is);
      return value === ABSENT ? 'no' : test(value);
    },
  };
}

/** Only what an object has itself is an argument: every object inherits names such as `constructor`. */
function valueAt(args: unknown, path: readonly string[]): unknown {
  let value: unknown = args ?? ABSENT;
  for (const name of path) {
    if (value === ABSENT) return ABSENT;
    if (!isObject(value)) return ODD;
    value = Object.hasOwn(value, name) ? value[name] : ABSENT;
  }
  return value;
}

const answer = (holds: boolean): Answer => (holds ? 'yes' : 'no');

function testOf(table: ConditionTable): (value: unknown) => Answer {
  switch (table.kind) {
    case 'in':
      return (value) => isOneOf(value, table.values);
    case 'matches': {
      const matches = globOf(table.glob);
      return (value) => (typeof value === 'string' ? answer(matches(value)) : 'unsure');
    }
    case 'under':
      return (value) => isUnder(value, table.path);
    case 'range':
      // A number that no double holds is rounded to one on the same side of each bound, or to the bound itself.
      return (value) =>
        typeof value !== 'number' ? 'unsure'
        : !isExact(value) && (value === table.min || value === table.max) ? 'unsure'
        : answer(value >= (table.min ?? -Infinity) && value <= (table.max ?? Infinity));
    case 'length':
      return (value) => (typeof value === 'string' ? answer(value.length <= table.max) : 'unsure');
    case 'present':
      return () => 'unsure';
  }
}

/** Whether a number may be taken for the one that was written. */
const isExact = (value: number): boolean => Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));

function isOneOf(value: unknown, values: readonly Scalar[]): Answer {
  if (typeof value === 'number' && !isExact(value)) return 'unsure';
  if (values.some((one) => one === value)) return 'yes';
  return values.some((one) => typeof one === typeof value) ? 'no' : 'unsure';
}

/** What servers, systems or shells read as another path than the one that is written: steps up, empty steps, escapes, backslashes, ends of text. */
const NOT_PLAIN = /(?:^|\/)\.{1,2}(?:\/|$)|\/\/|[\\%\0]/;

function isUnder(value: unknown, path: string): Answer {
  if (typeof value !== 'string' || NOT_PLAIN.test(value)) return 'unsure';
  const base = path.endsWith('/') ? path.slice(0, -1) : path;
  if (value === base || value === path || value.startsWith(`${base}/`)) return 'yes';
  // Where a relative path leads is the server's to say, and it may be below an absolute one.
  return path.startsWith('/') && !value.startsWith('/') ? 'unsure' : 'no';
}
