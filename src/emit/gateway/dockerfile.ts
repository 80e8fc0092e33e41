import Handlebars from 'handlebars';
import type { Plan } from '../../plan/types.js';
import { HEADER, type Assets } from '../types.js';

/** The Dockerfile of the gateway alone, for users who build an image of it. */
export function dockerfile({ infra }: Plan, assets: Assets): string {
  const render = Handlebars.compile(assets.template('gateway.Dockerfile.hbs'), { noEscape: true, strict: true });
  return render({ header: HEADER, node: infra.images.node, port: infra.gateway.port });
}
