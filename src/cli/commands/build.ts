import { maskOf, type Mask } from '../../diagnostics/mask.js';
import { chosenTargets, type Target } from '../../emit/types.js';
import { drift } from '../../output/drift.js';
import { buildReport, conflictReport, driftReport } from '../../output/report.js';
import { write } from '../../output/write.js';
import { output, type Output, type Project } from '../../project.js';
import { UsageError } from '../args.js';
import { buildProject } from '../build-project.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../io.js';
import { sessionOptions } from '../session-options.js';

export async function run(context: Context): Promise<ExitCode> {
  const { io, given, cwd } = context;
  if (given.has('check') && given.has('stdout')) throw new UsageError('--check and --stdout exclude each other');
  const options = sessionOptions(given, cwd);
  const built = await buildProject(options, context);
  if (!built.ok) {
    io.err(built.text);
    return built.exit;
  }
  const { project, emitted, verdict } = built;
  refuseMissingTargets(project, options.targets);
  const result = output(project, options, emitted);
  if (given.has('stdout')) return print(result, context);
  const mask = maskOf(project.secrets);
  return given.has('check') ? compare(result, context, mask) : save(result, context, verdict.others, mask);
}

/** Building only a target that no environment declares would write nothing and look like success. */
function refuseMissingTargets({ plans }: Project, targets: readonly Target[] | undefined): void {
  for (const target of targets ?? []) {
    if (plans.some((plan) => chosenTargets(plan).includes(target))) continue;
    throw new UsageError(`the config has no targets.${target}; add it: targets: { ${target}: {} }`);
  }
}

function print({ groups }: Output, { io }: Context): ExitCode {
  for (const { environment, files } of groups) {
    for (const { path, contents } of files) io.out(`# file: ${environment === null ? '' : `${environment}/`}${path}\n${contents}`);
  }
  return EXIT.clean;
}

async function compare(result: Output, { io }: Context, mask: Mask): Promise<ExitCode> {
  const difference = await drift(result);
  io.out(mask(driftReport(difference)));
  return difference.entries.length === 0 ? EXIT.clean : EXIT.drift;
}

async function save(result: Output, { io, given }: Context, others: number, mask: Mask): Promise<ExitCode> {
  const saved = await write({ ...result, force: given.has('force') });
  if (!saved.ok) {
    io.err(mask(conflictReport(saved.conflicts, saved)));
    return EXIT.usage;
  }
  if (given.has('quiet')) return EXIT.clean;
  io.out(`${buildReport(saved.changes, { verbose: given.has('verbose') }).join('\n')}\n`);
  if (others > 0) io.err(`${others} ${others === 1 ? 'finding' : 'findings'} below an error: npx mcpgen check\n`);
  return EXIT.clean;
}
