/** Prints the secrets of a config: who needs each, and what it must be. No value is known here. */
import type { Location } from '../../diagnostics/diagnostic.js';
import { toPath } from '../../diagnostics/path.js';
import { purposeOf } from '../../emit/shared/needed-secrets.js';
import type { SecretPlan, SecretUse } from '../../plan/infra-types.js';
import { kindOfSecret } from '../../plan/secret-kinds.js';
import { painter } from '../../policy/render/paint.js';
import { placeJson } from '../../policy/render/place-json.js';
import { locateIn } from '../../source/locate.js';
import type { SourceGraph } from '../../source/source-graph.js';

export interface KnownSecret {
  readonly plan: SecretPlan;
  /** In the env file: `generated` just now. */
  readonly state: 'set' | 'missing' | 'generated';
  /** Why its value cannot keep what it stands for; null where nothing says so. */
  readonly weak: string | null;
}

export interface SecretList {
  readonly environment: string | null;
  /** The env file, relative to the config. */
  readonly file: string;
  readonly isThere: boolean;
  readonly secrets: readonly KnownSecret[];
}

export interface SecretsOptions {
  readonly sources: SourceGraph;
  readonly cwd: string;
  readonly colour: boolean;
  readonly today: string;
}

/** A sentence for each use, as a comment beside a value has it. */
export const purposesOf = ({ uses }: SecretPlan): readonly string[] => uses.map(purposeOf);

const rotateBy = ({ uses }: SecretPlan): string | null => uses.flatMap((use) => use.rotateBy ?? []).sort()[0] ?? null;

export function secretsText(lists: readonly SecretList[], options: SecretsOptions): string {
  return lists.map((list) => listText(list, options)).join('\n');
}

function listText({ environment, file, isThere, secrets }: SecretList, options: SecretsOptions): string {
  const paint = painter(options.colour);
  const title = environment === null ? '' : `${paint('bold', environment)}\n`;
  if (secrets.length === 0) return `${title}This deployment needs no secrets.\n`;
  const entries = secrets.map(({ plan, state, weak }) => {
    const { bytes, format, drawnBy } = kindOfSecret(plan);
    const length = bytes > 1 ? `, at least ${bytes} bytes` : '';
    const day = rotateBy(plan);
    const due = day === null ? [] : [day < options.today ? paint('red', `should have been replaced by ${day}`) : `to be replaced by ${day}`];
    const standing = { set: `set in ${file}`, missing: `not in ${file}`, generated: `generated into ${file}` }[state];
    return [
      `${paint('bold', plan.name)}  ${standing}${weak === null ? '' : paint('red', `, and weak: ${weak}`)}`,
      ...plan.uses.map((use) => `  ${use.workload}: ${purposeOf(use)} ${paint('dim', whereOf(use, environment, options))}`),
      `  ${[`${format}${length}`, drawnBy === 'ours' ? 'mcpgen secrets --generate makes one' : 'given by somebody else', ...due].join('; ')}`,
      '',
    ].join('\n');
  });
  const count = (wanted: KnownSecret['state']): number => secrets.filter(({ state }) => state === wanted).length;
  const weak = secrets.filter((one) => one.weak !== null).length;
  const made = count('generated');
  const sums = [`${secrets.length} secrets`, `${count('set')} set`, ...(made > 0 ? [`${made} generated`] : []), `${count('missing')} missing`, `${weak} weak`];
  return `${title}${entries.join('\n')}\n${sums.join(', ')}${isThere ? '' : ` (there is no ${file})`}\n`;
}

export function secretsJson(lists: readonly SecretList[], options: SecretsOptions): string {
  const secrets = lists.flatMap(({ environment, file, secrets }) =>
    secrets.map(({ plan, state, weak }) => {
      const { bytes, format, drawnBy } = kindOfSecret(plan);
      const uses = plan.uses.map((use) => {
        const { workload, purpose, subject, from } = use;
        return { workload, purpose, subject, about: purposeOf(use), config: placeJson(from, locate(use, environment, options)) };
      });
      return { name: plan.name, environment, file, state, weak, bytes, format, generated: drawnBy === 'ours', rotateBy: rotateBy(plan), uses };
    }),
  );
  return `${JSON.stringify({ formatVersion: '1', secrets }, null, 2)}\n`;
}

function whereOf(use: SecretUse, environment: string | null, options: SecretsOptions): string {
  const { file, line } = locate(use, environment, options);
  return `${file}:${line}`;
}

function locate({ from }: SecretUse, environment: string | null, { sources, cwd }: SecretsOptions): Location {
  return locateIn(sources, toPath(from), environment, { key: true, cwd });
}
