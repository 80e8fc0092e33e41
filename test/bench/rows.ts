/** Targets, the Nodes, the workers and an earlier checkout → the rows of a table. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bakeGateway } from '../support/bake.js';
import type { NodeBinary } from './nodes.js';
import type { Setting, Skipped, Started, Target } from './targets.js';

/** What tells one row from the others of a scenario. */
export interface RowName {
  /** With the workers where there are several, and with `before` where it is the gateway of the earlier checkout. */
  readonly target: string;
  /** Version of the Node that runs it; null for what runs on none, or on that of the bench alone. */
  readonly node: string | null;
  /** The row whose throughput is the measure: nginx with as many workers. */
  readonly nginx: string;
  /** The same gateway as it was, null where there is none. */
  readonly before: string | null;
}

export interface Row extends RowName {
  readonly start: (upstream: number) => Promise<Started | Skipped>;
}

export interface Variants {
  readonly nodes: readonly NodeBinary[];
  /** More than one adds rows; 1 adds none. */
  readonly workers: number;
  /** Folder of another checkout of this project, built with its tests; its gateways are measured in the same rounds. */
  readonly before: string | null;
}

type Bake = typeof bakeGateway;

export async function rowsOf(targets: readonly Target[], { nodes, workers, before }: Variants): Promise<readonly Row[]> {
  const earlier = before === null ? null : await bakeOf(before);
  const amounts = workers === 1 ? [1] : [1, workers];
  return targets.flatMap((target) => {
    const { varies } = target;
    const bakes: (readonly [Bake, string])[] = [[bakeGateway, ''], ...(earlier && varies.checkout ? [[earlier, BEFORE] as const] : [])];
    return (varies.node ? nodes : nodes.slice(0, 1)).flatMap((node) =>
      (varies.workers ? amounts : [1]).flatMap((amount) =>
        // An earlier gateway is measured with one worker, in which it has always run.
        bakes.slice(0, amount === 1 ? 2 : 1).map(([bake, suffix]) => rowOf(target, { node, workers: amount, bake }, suffix, earlier !== null)),
      ),
    );
  });
}

const BEFORE = ' before';

function rowOf({ name, varies, start }: Target, setting: Omit<Setting, 'upstream'>, suffix: string, hasEarlier: boolean): Row {
  const { node, workers } = setting;
  const times = workers === 1 ? '' : `×${workers}`;
  return {
    target: `${name}${times}${suffix}`,
    node: varies.node ? node.version : null,
    nginx: `nginx${times}`,
    before: hasEarlier && varies.checkout && workers === 1 && suffix === '' ? `${name}${BEFORE}` : null,
    start: (upstream) => start({ ...setting, upstream }),
  };
}

/** The compiled module by which a checkout's tests bake a gateway. */
export function bakerOf(checkout: string): string {
  return join(resolve(checkout), '.test', 'support', 'bake.js');
}

/** The other checkout bakes its own runtime with its own compiler. */
async function bakeOf(checkout: string): Promise<Bake> {
  const module = (await import(pathToFileURL(bakerOf(checkout)).href)) as { readonly bakeGateway: Bake };
  return module.bakeGateway;
}
