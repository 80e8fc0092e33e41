import { rulePage } from '../../assets.js';
import { judgeRequest, type AskedRequest } from '../../decision.js';
import { REVISIONS, type Revision } from '../../config/language/revisions.js';
import type { Plan } from '../../plan/types.js';
import { endpointOf } from '../../plan/routes.js';
import { didYouMean } from '../../diagnostics/closest.js';
import { findRule, renderPage, unknownRule } from '../../policy/page.js';
import { RULES } from '../../policy/rules/index.js';
import { open } from '../../project.js';
import { UsageError, type Given } from '../args.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../io.js';
import { renderDiagnostics } from '../render/diagnostics.js';
import { stepsJson, stepsText } from '../render/steps.js';
import { sessionOptions } from '../session-options.js';
import { onlyPlan } from '../only-plan.js';
import { ruleJson } from '../render/rules-json.js';

export async function run(context: Context): Promise<ExitCode> {
  const { io, given, colour, cwd } = context;
  const [subject, ...rest] = given.positionals;
  if (subject === undefined || rest.length > 0) throw new UsageError('explain takes a rule, such as MCP102, or the word request with flags');
  const isJson = given.one('format') === 'json';
  if (subject !== 'request') {
    const rule = findRule(RULES, subject);
    if (!rule) throw new UsageError(unknownRule(subject));
    const markdown = rulePage(rule);
    io.out(isJson ? ruleJson(rule, markdown) : renderPage(rule, markdown, { colour }));
    return EXIT.clean;
  }
  const opened = await open(sessionOptions(given, cwd));
  if (!opened.ok) {
    io.err(renderDiagnostics(opened.diagnostics, { sources: opened.sources, cwd, colour }));
    return EXIT.usage;
  }
  const { sources } = opened.project;
  const plan = onlyPlan(opened.project);
  const judged = judgeRequest(plan, requestOf(given, plan));
  const options = { sources, cwd, colour, environment: plan.environment };
  io.out(isJson ? stepsJson(judged, options) : stepsText(judged, options));
  return EXIT.clean;
}

function requestOf(given: Given, { traffic }: Plan): AskedRequest {
  const server = known(given, 'server', traffic.pools.map(({ server }) => server));
  if (server !== null && given.one('path') !== undefined) throw new UsageError('--server or --path: each names the route');
  const revision = (known(given, 'revision', REVISIONS) ?? traffic.revisions.at(-1)) as Revision;
  if (given.one('path') === undefined && !traffic.routes.some((route) => route.server === server)) {
    throw new UsageError(server === null ? 'which route? --server NAME or --path PATH' : `server "${server}" has no route of its own (public: false)`);
  }
  return {
    ...endpointOf(traffic, server, revision, { path: given.one('path'), method: given.one('method')?.toUpperCase() }),
    host: given.one('host') ?? traffic.publicUrl.host,
    origin: given.one('origin') ?? null,
    revision,
    client: known(given, 'client', traffic.clients.map(({ name }) => name)),
    tenant: known(given, 'tenant', traffic.tenants.map(({ name }) => name)),
    address: given.one('address') ?? '192.0.2.1',
  };
}

/** The value of a flag that names something the config declares; null where the flag is not given. */
function known(given: Given, flag: string, names: readonly string[]): string | null {
  const value = given.one(flag);
  if (value === undefined) return null;
  if (names.includes(value)) return value;
  const all = names.length > 0 ? `; there are ${names.join(', ')}` : '; none is declared';
  throw new UsageError(`no ${flag} is "${value}"${didYouMean(value, names) || all}`);
}
