/** What git would do with a file. */
import { spawnSync } from 'node:child_process';
import { basename, dirname } from 'node:path';

/** `tracked`: it has been committed or added. `open`: it would be, by the next `git add .`. Null where it is ignored, or git has no say in it. */
export function gitExposure(path: string): 'tracked' | 'open' | null {
  const git = (...args: string[]): number | null => spawnSync('git', args, { cwd: dirname(path), stdio: 'ignore' }).status;
  if (git('rev-parse', '--is-inside-work-tree') !== 0) return null;
  if (git('ls-files', '--error-unmatch', '--', basename(path)) === 0) return 'tracked';
  return git('check-ignore', '--quiet', '--', basename(path)) === 0 ? null : 'open';
}
