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

/** What each target's plan becomes before it is text. */
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

/** Every target there is; the one place where a new one is added. An emitter is loaded when it is needed: a build without Kubernetes loads no cdk8s. */
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

/** What the targets cannot do. It is known without loading an emitter, because a rule reads it from the plan alone. */
export const TARGET_LOSSES: readonly TargetLoss[] = [
  ...containerLosses,
  ...nginxLosses,
  ...composeLosses,
  ...kubernetesLosses,
  ...flyLosses,
];

/** Everything the plan asks for, or the part of it that `only` names. */
export async function emit(plan: Plan, assets: Assets, only: readonly Target[] | null): Promise<EmittedTargets> {
  const targets = chosenTargets(plan).filter((target) => only?.includes(target) ?? true);
  if (targets.length === 0) return {};
  const input = await inputOf(plan, assets);
  const parts = await Promise.all(targets.map((target) => EMITTERS[target](plan, input)));
  return parts.reduce<EmittedTargets>((all, part) => ({ ...all, ...part }), {});
}

/** The gateway is baked once, and only where a target reads it: nginx alone does not. */
async function inputOf(plan: Plan, assets: Assets): Promise<EmitInput> {
  const { gatewayDocument } = await import('./gateway/index.js');
  let gateway: GatewayDocument | undefined;
  return {
    assets,
    get gateway() {
      return (gateway ??= gatewayDocument(plan, assets));
    },
  };
}
