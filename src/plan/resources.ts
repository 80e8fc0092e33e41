import type { ResourcesModel } from '../config/model.js';
import type { ResourcesPlan } from './infra-types.js';
import type { ChildPlan } from './server-types.js';

const MEBIBYTE = 2 ** 20;
/** What the gateway or a server that speaks HTTP has where the config says nothing. */
const USUAL = { request: 128 * MEBIBYTE, limit: 256 * MEBIBYTE };
/** What the host of a stdio server needs beside its children. */
export const HOST_MEMORY = 128 * MEBIBYTE;
/** A tenth of a core. */
const CPU_REQUEST = 100;

/** What a workload is given. No platform takes a request above its limit, so a default request goes no higher than that. */
export function planResources({ requests, limits }: ResourcesModel, child: ChildPlan | null = null): ResourcesPlan {
  const usual = child === null ? USUAL : { request: HOST_MEMORY + child.memory, limit: HOST_MEMORY + childrenMemory(child) };
  const cpu = limits.cpu ?? null;
  const memory = limits.memory ?? Math.max(usual.limit, requests.memory ?? 0);
  return {
    requests: { cpu: requests.cpu ?? Math.min(CPU_REQUEST, cpu ?? CPU_REQUEST), memory: requests.memory ?? Math.min(usual.request, memory) },
    limits: { cpu, memory },
  };
}

/** What all children at once may use. In a container with less, the kernel would end the child of one session for what another uses. */
export function childrenMemory(child: Pick<ChildPlan, 'modern' | 'sharing' | 'processes' | 'memory'>): number {
  return mostChildren(child) * child.memory;
}

/** How many children run at once: one where all sessions share it, or where there are no sessions (2026-07-28). */
export function mostChildren({ modern, sharing, processes }: Pick<ChildPlan, 'modern' | 'sharing' | 'processes'>): number {
  return modern || sharing === 'shared' ? 1 : processes;
}
