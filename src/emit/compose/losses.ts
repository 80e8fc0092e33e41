import { deployed } from '../shared/runnable.js';
import { egressLoss } from '../shared/egress-losses.js';
import type { TargetLoss } from '../types.js';

/** Docker's own pools have 31 networks, of which the bridge, the edge and the admin network are three, and other projects have some too. */
const MOST_NETWORKS = 24;

export const composeLosses: readonly TargetLoss[] = [
  {
    feature: 'gateway processes behind one published port',
    *find({ infra: { targets, gateway } }) {
      if (gateway.replicas === 1 || !targets.compose || targets.nginx) return;
      yield {
        at: gateway.from,
        message: `compose runs 1 gateway of ${gateway.replicas}: a port of the machine belongs to one container`,
        help: 'choose the nginx target too: it stands in front of all of them',
      };
    },
  },
  {
    feature: 'a network for each of very many servers',
    *find(plan) {
      if (!plan.infra.targets.compose) return;
      const { length } = deployed(plan).servers;
      if (length <= MOST_NETWORKS) return;
      yield {
        at: 'servers',
        message: `compose makes a network for each of ${length} servers, and Docker has addresses for about 30 unless it is told otherwise`,
        help: 'set default-address-pools in /etc/docker/daemon.json: { "base": "10.200.0.0/16", "size": 24 } has 256',
        severity: 'info',
      };
    },
  },
  egressLoss('compose'),
];
