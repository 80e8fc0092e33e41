import { join } from 'node:path';
import { maskOf } from '../../diagnostics/mask.js';
import { dev, type DevBuild } from '../../dev/dev.js';
import { freePort, isFree } from '../../dev/ports.js';
import { runLog } from '../../dev/run-log.js';
import { conflictReport } from '../../output/report.js';
import { write } from '../../output/write.js';
import { output, type SessionOptions } from '../../project.js';
import type { Plan } from '../../plan/types.js';
import { UsageError } from '../args.js';
import { buildProject } from '../build-project.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../io.js';
import { sessionOptions } from '../session-options.js';
import { onlyPlan } from '../only-plan.js';

export async function run(context: Context): Promise<ExitCode> {
  const { io, given, colour, cwd } = context;
  const options = sessionOptions(given, cwd);
  const first = await buildAndWrite(options, context);
  if (!first.ok) return first.exit;
  const { plan } = first.build;
  const moved: string[] = [];
  const port = await gatewayPort(given.one('port'), plan, moved);
  const { admin } = plan.traffic;
  await dev({
    first: first.build,
    rebuild: async () => {
      const again = await buildAndWrite(options, context);
      return again.ok ? again.build : null;
    },
    port,
    adminPort: admin && (await freeOr(admin.port, 'gateway.admin.port', moved)),
    moved,
    env: io.env,
    log: runLog(io.out, colour),
    until: new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
  });
  return EXIT.clean;
}

type Written = { readonly ok: true; readonly build: DevBuild } | { readonly ok: false; readonly exit: ExitCode };

async function buildAndWrite(options: SessionOptions, context: Context): Promise<Written> {
  const built = await buildProject(options, context);
  if (!built.ok) {
    context.io.err(built.text);
    return { ok: false, exit: built.exit };
  }
  const { project, emitted } = built;
  const plan = onlyPlan(project);
  const result = output(project, options, emitted);
  const saved = await write(result);
  if (!saved.ok) {
    context.io.err(maskOf(project.secrets)(conflictReport(saved.conflicts, saved)));
    return { ok: false, exit: EXIT.usage };
  }
  return { ok: true, build: { plan, sources: project.sources, gateway: join(result.root, plan.environment ?? '', 'gateway') } };
}

/** A port that was asked for must be free. The default port is replaced by a free one when it is taken. */
async function gatewayPort(asked: string | undefined, plan: Plan, moved: string[]): Promise<number> {
  if (asked !== undefined) {
    const port = Number(asked);
    if (!/^\d+$/.test(asked) || port < 1 || port > 65_535) throw new UsageError(`--port must be 1 to 65535; got "${asked}"`);
    if (!(await isFree(port))) throw new UsageError(`port ${port} is in use; choose another with --port`);
    return port;
  }
  return freeOr(plan.infra.gateway.port, 'gateway.listen.port', moved);
}

/** The port that the config names, or a free one; `moved` is told then. */
async function freeOr(port: number, key: string, moved: string[]): Promise<number> {
  if (await isFree(port)) return port;
  const other = await freePort();
  moved.push(`  port ${port} (${key}) is in use by another process; this run listens on ${other} instead`);
  return other;
}
