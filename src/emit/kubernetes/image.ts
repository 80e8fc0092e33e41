import type { Plan } from '../../plan/types.js';
import type { Runnable } from '../shared/runnable.js';
import { objectName } from './names.js';

/**
 * The image of a workload. An image that is built from a generated Dockerfile is tagged with the pinned version of its package. The config knows no registry,
 * so the user names it in an overlay (`images:` of kustomize).
 */
export function imageOf(plan: Plan, workload: Runnable): string {
  const { image } = workload;
  return image.kind === 'install' ? `${objectName(plan, workload)}:${tag(image.package)}` : image.reference;
}

/** The tag for a pinned package: `@acme/files@2.0.1` has the tag `2.0.1`. A `+` is not allowed in a tag (distribution specification, Pulling manifests). */
function tag(pinned: string): string {
  const version = pinned.slice(Math.max(pinned.lastIndexOf('@'), pinned.lastIndexOf('=')) + 1);
  const allowed = version.replace(/[^\w.-]/g, '-').replace(/^[.-]/, '_');
  return allowed.slice(0, 128) || 'unpinned';
}
