import type { Plan } from '../plan/types.js';
import { gatewayDocument } from './gateway/index.js';
import type { Assets, EmittedFile, Emitter, Target } from './types.js';

interface Entry {
  readonly wanted: (plan: Plan) => boolean;
  /** Loaded when wanted: a build without Kubernetes loads no cdk8s. */
  readonly load: () => Promise<Emitter>;
}

/** Every target there is; the one place where a new one is added. */
const EMITTERS: Readonly<Record<Target, Entry>> = {
  gateway: { wanted: () => true, load: async () => (await import('./gateway/index.js')).gatewayEmitter as Emitter },
  nginx: { wanted: ({ infra }) => infra.targets.nginx !== null, load: async () => (await import('./nginx/index.js')).nginxEmitter as Emitter },
  compose: { wanted: ({ infra }) => infra.targets.compose !== null, load: async () => (await import('./compose/index.js')).composeEmitter as Emitter },
  kubernetes: { wanted: ({ infra }) => infra.targets.kubernetes !== null, load: async () => (await import('./kubernetes/index.js')).kubernetesEmitter as Emitter },
  fly: { wanted: ({ infra }) => infra.targets.fly !== null, load: async () => (await import('./fly/index.js')).flyEmitter as Emitter },
};

/** A target's document, and the files it prints to. */
export interface Emitted {
  readonly document: unknown;
  readonly files: readonly EmittedFile[];
}
export type EmittedTargets = Readonly<Partial<Record<Target, Emitted>>>;

/** Everything the plan asks for, or the part of it that `only` names. */
export async function emit(plan: Plan, assets: Assets, only: readonly Target[] | null): Promise<EmittedTargets> {
  const gateway = gatewayDocument(plan, assets);
  const targets = (Object.keys(EMITTERS) as Target[]).filter((target) => EMITTERS[target].wanted(plan) && (only?.includes(target) ?? true));
  const emitters = await Promise.all(targets.map((target) => EMITTERS[target].load()));
  const emitted = emitters.map((emitter) => {
    const document = emitter.model(plan, { assets, gateway });
    return [emitter.target, { document, files: emitter.print(document) }] as const;
  });
  return Object.fromEntries(emitted);
}
