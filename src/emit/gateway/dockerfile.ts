import Handlebars from 'handlebars';
import type { Plan } from '../../plan/types.js';
import { opening } from '../shared/comment.js';
import { NODE_USER } from '../shared/runtime.js';
import { stopSeconds } from '../shared/stop.js';
import type { Assets, EmittedFile } from '../types.js';

/** The Dockerfile of the gateway alone, for users who build an image of it, and what keeps other files of the folder out of that image. */
export function gatewayImage(plan: Plan, assets: Assets): readonly EmittedFile[] {
  const { images, gateway, secrets } = plan.infra;
  const render = Handlebars.compile(assets.template('gateway.Dockerfile.hbs'), { noEscape: true, strict: true });
  const hasSecrets = secrets.some(({ uses }) => uses.some(({ workload }) => workload === gateway.id));
  // Docker waits ten seconds by default, and no line of a Dockerfile can say otherwise.
  const options = ['--init', `--stop-timeout ${stopSeconds(plan)}`, ...(hasSecrets ? ['--env-file ../.env'] : []), `--publish 127.0.0.1:8080:${gateway.port}`];
  const how = [
    `In this folder: docker build --tag ${NAME} . && docker run ${options.join(' ')} ${NAME}`,
    'Servers with images of their own are named in MCPGEN_POOLS: {"search":["http://10.0.0.5:8000/mcp"]}.',
  ];
  const user = `${NODE_USER}:${NODE_USER}`;
  return [
    { path: 'gateway/Dockerfile', contents: render({ opening: opening(how), node: images.node, port: gateway.port, user }) },
    { path: 'gateway/.dockerignore', contents: `${opening()}*\n!*.js\n!package.json\n!runtime\n**/.env*\n` },
  ];
}

/** One name for every deployment, so that the gateways of two differ in their tables alone. */
const NAME = 'mcpgen-gateway';
