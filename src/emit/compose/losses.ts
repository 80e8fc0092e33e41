import type { TargetLoss } from '../types.js';

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
];
