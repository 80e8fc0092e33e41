import type { Model } from '../config/model.js';
import { planAbout } from './about.js';
import type { GatewayWorkload } from './infra-types.js';
import { planResources } from './resources.js';
import { gatewaySecrets, secretVariables } from './secrets.js';
import { PLAIN_GET } from './server.js';

/** The gateway as a process: what its container, its pod or its machine is made of. */
export function planGateway(model: Model, nodeImage: string): GatewayWorkload {
  const { listen, admin, replicas, resources, timeouts } = model.gateway;
  return {
    id: 'gateway',
    kind: 'gateway',
    // The deployment's own labels stand on the deployment.
    about: planAbout({ description: model.description, owner: model.owner, labels: {} }),
    image: { kind: 'node', reference: nodeImage },
    replicas,
    stateful: false,
    port: listen.port,
    path: '/',
    adminPort: admin?.port ?? null,
    health: { kind: 'http', path: '/health/ready', ...PLAIN_GET, every: 10_000, timeout: Math.min(5_000, timeouts.firstByte), startup: 30_000 },
    env: secretVariables(gatewaySecrets(model)),
    volumes: [],
    user: null,
    resources: planResources(resources),
    child: null,
    from: 'gateway',
  };
}
