import type { Plan } from '../plan/types.js';
import type { ComposeDocument } from './compose/types.js';
import { composeLosses } from './compose/losses.js';
import type { FlyDocument } from './fly/types.js';
import { flyLosses } from './fly/losses.js';
import type { KubernetesDocument } from './kubernetes/types.js';
import { kubernetesLosses } from './kubernetes/losses.js';
import type { NginxDocument } from './nginx/types.js';
import { nginxLosses } from './nginx/losses.js';
import { containerLosses } from './shared/container-losses.js';
import {
  chosenTargets, type Assets, type EmitInput, type EmittedFile, type Emitter, type GatewayDocument, type Target, type TargetLoss,
} from './types.js';

/** The type of each target's document: what `model` returns and `print` writes. */
export interface TargetDocuments {
  readonly gateway: GatewayDocument;
  readonly nginx: NginxDocument;
  readonly compose: ComposeDocument;
  readonly kubernetes: KubernetesDocument;
  readonly fly: FlyDocument;
}

/** A target's document, and the files it prints to. */
export interface Emitted<Document> {
  readonly document: Document;
  readonly files: readonly EmittedFile[];
}
export type EmittedTargets = { readonly [T in Target]?: Emitted<TargetDocuments[T]> };

/** All targets; a new target is added here. Each emitter is imported when it is first needed, so that a build without Kubernetes does not load cdk8s. */
const EMITTERS: { readonly [T in Target]: (plan: Plan, input: EmitInput) => Promise<Required<Pick<EmittedTargets, T>>> } = {
  gateway: async (...given) => ({ gateway: emitted((await import('./gateway/index.js')).gatewayEmitter, ...given) }),
  nginx: async (...given) => ({ nginx: emitted((await import('./nginx/index.js')).nginxEmitter, ...given) }),
  compose: async (...given) => ({ compose: emitted((await import('./compose/index.js')).composeEmitter, ...given) }),
  kubernetes: async (...given) => ({ kubernetes: emitted((await import('./kubernetes/index.js')).kubernetesEmitter, ...given) }),
  fly: async (...given) => ({ fly: emitted((await import('./fly/index.js')).flyEmitter, ...given) }),
};

function emitted<Document>({ model, print }: Emitter<Document>, plan: Plan, input: EmitInput): Emitted<Document> {
  const document = model(plan, input);
  return { document, files: print(document) };
}

/** What the targets cannot do. The rule `lossy-target` finds the losses in the plan alone, so no emitter is loaded for them. */
export const TARGET_LOSSES: readonly TargetLoss[] = [
  ...containerLosses,
  ...nginxLosses,
  ...composeLosses,
  ...kubernetesLosses,
  ...flyLosses,
];

/** The documents and files of the targets that the plan asks for. With `only`, all other targets are left out. */
export async function emit(plan: Plan, assets: Assets, only: readonly Target[] | null): Promise<EmittedTargets> {
  const targets = chosenTargets(plan).filter((target) => only?.includes(target) ?? true);
  if (targets.length === 0) return {};
  const input = await inputOf(plan, assets);
  const parts = await Promise.all(targets.map((target) => EMITTERS[target](plan, input)));
  return parts.reduce<EmittedTargets>((all, part) => ({ ...all, ...part }), {});
}

/** The gateway is baked when a target first reads it, and once for all targets. A build of the nginx target alone never bakes it. */
async function inputOf(plan: Plan, assets: Assets): Promise<EmitInput> {
  const { gatewayDocument } = await import('./gateway/index.js');
  let baked: GatewayDocument | undefined;
  return {
    assets,
    get gateway() {
      return (baked ??= gatewayDocument(plan, assets));
    },
  };
}
