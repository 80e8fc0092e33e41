/** The results of a run of the suite, check by check. Its totals alone would be the same for two servers that fail different checks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Status = 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
export interface Check {
  readonly status: Status;
  readonly message: string;
}
/** What was found, by `scenario / check #n`. A scenario may make one check several times. */
export type Results = ReadonlyMap<string, Check>;

/** The name of a scenario's folder: `server-<scenario>-<time>`. A run of a single scenario leaves `server-` out. */
const FOLDER_NAME = /^(?:server-)?(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/;

export function readResults(folder: string): Results {
  const results = new Map<string, Check>();
  for (const name of readdirSync(folder).sort()) {
    const scenario = FOLDER_NAME.exec(name)?.[1];
    if (scenario === undefined) continue;
    const checks = JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8')) as readonly { id: string; status: Status; errorMessage?: string }[];
    const times = new Map<string, number>();
    // A line with INFO is a note, such as a request that was sent, and no check.
    for (const { id, status, errorMessage = '' } of checks.filter(({ status }) => status !== 'INFO')) {
      const n = (times.get(id) ?? 0) + 1;
      times.set(id, n);
      results.set(`${scenario} / ${id}${n > 1 ? ` #${n}` : ''}`, { status, message: errorMessage });
    }
  }
  return results;
}

export const countOf = (results: Results, status: Status): number => [...results.values()].filter((check) => check.status === status).length;

export interface Difference {
  readonly check: string;
  readonly direct: Check | undefined;
  readonly gateway: Check | undefined;
}

/** The checks that had another result, failed for another reason, or were made on one side alone. */
export function differences(direct: Results, gateway: Results): Difference[] {
  return [...new Set([...direct.keys(), ...gateway.keys()])]
    .map((check) => ({ check, direct: direct.get(check), gateway: gateway.get(check) }))
    .filter(({ direct, gateway }) => direct?.status !== gateway?.status || direct?.message !== gateway?.message);
}
