/** `explain request --log`: decides again what audit lines tell of. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plan } from '../plan/types.js';
import { isAuditLine, replayer } from '../replay.js';
import { UsageError } from './args.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './io.js';
import { replaysJson, replaysText, type Replays } from './render/replays.js';
import type { StepsOptions } from './render/steps.js';

/** Flags that can be given beside `--log`. */
const BESIDE = new Set(['log', 'env', 'format', 'cwd', 'config', 'color', 'quiet', 'verbose']);

/** @returns 1 where something would be decided otherwise */
export async function replayLog({ io, given, cwd }: Context, plan: Plan, options: StepsOptions): Promise<ExitCode> {
  const other = given.names().find((name) => !BESIDE.has(name));
  if (other !== undefined) throw new UsageError(`--log or --${other}: the line says what was asked`);
  const source = given.one('log') ?? '';
  const isLine = source.trimStart().startsWith('{');
  const text = source === '-' ? await io.input() : isLine ? source : readLog(cwd, source);
  const found = replayAll(plan, text);
  if (found.replays.length + found.admin === 0) {
    const got = isLine ? 'this is no audit line' : `there is no audit line in ${source === '-' ? 'standard input' : source}`;
    throw new UsageError(`${got}: one is a JSON object with "event":"audit", as the gateway writes it with log.audit`);
  }
  io.out(given.one('format') === 'json' ? replaysJson(found, options) : replaysText(found, options));
  return found.replays.some(({ differences }) => differences.length > 0) ? EXIT.findings : EXIT.clean;
}

function readLog(cwd: string, source: string): string {
  const path = resolve(cwd, source);
  if (!existsSync(path)) throw new UsageError(`--log ${source}: there is no such file; an audit line begins with {, and - is standard input`);
  return readFileSync(path, 'utf8');
}

function replayAll(plan: Plan, text: string): Replays {
  const replay = replayer(plan);
  const lines = text.split('\n').map((line, index) => ({ number: index + 1, value: readLine(line), isEmpty: line.trim() === '' }));
  const audited = lines.flatMap(({ number, value }) => (isAuditLine(value) ? [{ number, line: value }] : []));
  const decided = audited.filter(({ line }) => line.kind !== 'admin');
  return {
    replays: decided.map(({ number, line }) => ({ ...replay(line), number })),
    admin: audited.length - decided.length,
    others: lines.filter(({ isEmpty }) => !isEmpty).length - audited.length,
  };
}

/** Compose and other collectors write names and times before a line. */
function readLine(line: string): unknown {
  const start = line.indexOf('{');
  if (start === -1) return null;
  try {
    return JSON.parse(line.slice(start)) as unknown;
  } catch {
    return null;
  }
}
