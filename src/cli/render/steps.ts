/** Prints a decision row by row, each row with the line of the config that it follows from. */
import type { Judged } from '../../decision.js';
import { ROW_MEANING } from '../../gateway/row-meaning.js';
import { messageIn } from '../../gateway/runtime/decision/facts.js';
import { REASONS } from '../../gateway/runtime/decision/reasons.js';
import { ROWS, type NginxCan } from '../../gateway/runtime/decision/rows.js';
import type { Step } from '../../gateway/runtime/decision/steps.js';
import { codeFrame } from '../../source/frame.js';
import { locateIn } from '../../source/locate.js';
import type { Location } from '../../diagnostics/diagnostic.js';
import type { SourceGraph } from '../../source/source-graph.js';
import { toPath } from '../../diagnostics/path.js';
import { painter } from '../../policy/render/paint.js';
import { placeJson, type PlaceJson } from '../../policy/render/place-json.js';
import { textOf } from './text-of.js';

export interface StepsOptions {
  readonly sources: SourceGraph;
  readonly cwd: string;
  readonly colour: boolean;
  readonly environment: string | null;
}

/** The config path of a server's key. Null for the gateway's own routes, which belong to no server. */
const ofServer = ({ head: { route } }: Judged, key: string): string | null => (route?.server ? `servers.${route.server}.${key}` : null);

/** The config path that each row follows from. Null for rows that only look at the request. */
const BASIS: Readonly<Record<Step, (judged: Judged) => string | null>> = {
  'normal-form': () => null,
  'host': () => 'gateway.url',
  'route': ({ head }) => (head.route?.server ? `servers.${head.route.server}` : 'servers'),
  'preflight': (judged) => ofServer(judged, 'origins'),
  'origin': (judged) => ofServer(judged, 'origins'),
  'method': (judged) => ofServer(judged, 'route'),
  'head': () => 'gateway.limits.body',
  'address': () => 'gateway.limits.perAddress',
  'credentials': ({ facts: { principal } }) =>
    principal?.kind === 'client' ? `auth.clients.${principal.client}` : principal?.kind === 'token' ? 'auth.jwt' : 'auth.clients',
  'tenant': ({ facts }) => `tenants.${facts.tenants?.[0] ?? ''}.match`,
  'grant': ({ facts }) => `tenants.${facts.tenants?.[0] ?? ''}.servers`,
  'quota': ({ facts }) => `tenants.${facts.tenants?.[0] ?? ''}.rate`,
  'body': () => 'gateway.limits',
  'revision': () => 'gateway.revisions',
  // The rule that decided on what is asked for by name.
  'permission': ({ facts }) => messageIn(facts)?.elements?.[0]?.items[0]?.found?.at ?? `tenants.${facts.tenants?.[0] ?? ''}.tools`,
  'session': () => 'gateway.sessionKeys',
  'instance': (judged) => ofServer(judged, 'strategy'),
};

const HEALTH_ANSWER = 'a health probe, 200';
const ANSWERS = {
  wellknown: 'a document for OAuth clients, 200',
  preflight: 'a CORS preflight of an accepted origin, 204',
  health: HEALTH_ANSWER,
  live: HEALTH_ANSWER,
  ready: HEALTH_ANSWER,
  servers: 'how the servers are, 200: all in profile local, else those the caller may use',
} as const;
const NGINX: Readonly<Record<NginxCan, string>> = {
  decides: 'decides this row by itself',
  partly: 'decides part of this row; the gateway the rest',
  cannot: 'passes this row to the gateway',
};

export function stepsText(judged: Judged, options: StepsOptions): string {
  const { decision, passed } = judged;
  const paint = painter(options.colour);
  const lines = passed.map((step) => {
    const where = paint('dim', whereOf(step, judged, options));
    return `  ${paint('dim', 'pass')}    ${step.padEnd(12)} ${ROW_MEANING[step].padEnd(52)} ${where}`.trimEnd();
  });
  const before = `${lines.join('\n')}\n`;
  if (decision.kind === 'allow') return `${before}${paint('bold', 'allowed')}: the request reaches an instance of "${judged.head.route?.server}"\n`;
  if (decision.kind === 'answer') return `${before}${paint('bold', 'answered')} at ${decision.step}: ${ANSWERS[decision.what]}\n`;
  const location = locate(decision.at, options);
  const text = textOf(options.sources, location, options.cwd);
  const nginx = ROWS.find(({ id }) => id === decision.step)?.nginx;
  return [
    ...lines,
    `  ${paint('red', 'refuse')}  ${decision.step.padEnd(12)} ${REASONS[decision.reason].message}`,
    `${paint('bold', `refused with ${decision.status}`)} (${decision.reason}, JSON-RPC code ${decision.code})`,
    `  ${paint('dim', '-->')} ${location.file}:${location.line}:${location.column} (${decision.at})`,
    ...(text === null ? [] : [codeFrame(text, location, { color: options.colour }).trimEnd()]),
    `  ${paint('dim', '=')} nginx in front ${NGINX[nginx ?? 'cannot']}`,
    '',
  ].join('\n');
}

export function stepsJson(judged: Judged, options: StepsOptions): string {
  const { decision, passed } = judged;
  const steps = passed.map((step) => ({ step, verdict: 'pass', config: placeOf(BASIS[step](judged), options) }));
  const outcome =
    decision.kind === 'refuse'
      ? {
          decision: 'deny',
          step: decision.step,
          status: decision.status,
          code: decision.code,
          reason: decision.reason,
          config: placeOf(decision.at, options),
        }
      : { decision: decision.kind === 'allow' ? 'allow' : 'answer' };
  return `${JSON.stringify({ formatVersion: '1', steps, ...outcome }, null, 2)}\n`;
}

/** Null for what only looks at the request. */
const placeOf = (path: string | null, options: StepsOptions): PlaceJson | null => (path === null ? null : placeJson(path, locate(path, options)));

function whereOf(step: Step, judged: Judged, options: StepsOptions): string {
  const path = BASIS[step](judged);
  return path === null ? '' : whereIs(path, options);
}

/** Where the config says what this path names; where it says nothing, that is its default. */
export function whereIs(path: string, options: StepsOptions): string {
  const { file, line, exact } = locate(path, options);
  return exact ? `${file}:${line}` : `${path} (default)`;
}

function locate(path: string, { sources, cwd, environment }: StepsOptions): Location {
  return locateIn(sources, toPath(path), environment, { key: true, cwd });
}
