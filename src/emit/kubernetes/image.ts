import type { Plan } from '../../plan/types.js';
import type { Runnable } from '../shared/runnable.js';
import { objectName } from './names.js';

/**
 * An image that is built from a generated Dockerfile is tagged with the pinned version of its package. Where it is pushed to is for an
 * overlay to say (`images:` of kustomize): the config knows no registry.
 */
export function imageOf(plan: Plan, workload: Runnable): string {
  const { image } = workload;
  return image.kind === 'install' ? `${objectName(plan, workload)}:${tag(image.package)}` : image.reference;
}

/** `@acme/files@2.0.1` → `2.0.1`; a tag has no `+` (distribution spec, Pulling manifests). */
function tag(pinned: string): string {
  const version = pinned.slice(Math.max(pinned.lastIndexOf('@'), pinned.lastIndexOf('=')) + 1);
  const allowed = version.replace(/[^\w.-]/g, '-').replace(/^[.-]/, '_');
  return allowed.slice(0, 128) || 'unpinned';
}
