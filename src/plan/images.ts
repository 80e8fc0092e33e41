import type { Model } from '../config/model.js';
import type { ImagesPlan } from './infra-types.js';

/** Images of the project's own choice, as of 2026-11: the active LTS line of Node, and nginx by release line. `images` overrides them. */
const NODE_IMAGE = 'node:26-slim';
const nginxImage = (version: string): string => `nginx:${version}`;

export function planImages({ images, targets }: Model): ImagesPlan {
  return {
    node: images.node ?? NODE_IMAGE,
    nginx: images.nginx ?? nginxImage(targets.nginx?.version ?? '1.30'),
    chosen: (['nginx', 'node'] as const).filter((name) => images[name] !== undefined).map((name) => `images.${name}`),
  };
}
