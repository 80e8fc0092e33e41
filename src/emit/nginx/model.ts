/** From the plan to the document. The items stand in the order in which nginx.conf has them. */
import type { Plan } from '../../plan/types.js';
import { allowLists } from './allow.js';
import { decision } from './decision.js';
import { block, line, section } from './directives.js';
import { mapHashes, serverNameHashes } from './hashes.js';
import { hosts } from './hosts.js';
import { limits } from './limits.js';
import { log } from './log.js';
import { normalForm } from './normal-form.js';
import { origins } from './origins.js';
import { processDirectives, temporaryPaths } from './process.js';
import { proxy } from './proxy.js';
import { refusals } from './refusals.js';
import { methods, routes } from './routes.js';
import { WAYS } from './run.js';
import { servers } from './server.js';
import { text } from './tokens.js';
import type { Item, NginxDocument } from './types.js';
import { upstreamFile } from './upstream.js';

export function nginxModel(plan: Plan): NginxDocument {
  const nginx = plan.infra.targets.nginx;
  if (nginx === null) throw new Error('the plan has no nginx');
  const { traffic } = plan;
  const decided: readonly Item[] = [
    ...normalForm(traffic),
    ...hosts(traffic),
    ...routes(traffic),
    ...origins(traffic),
    ...methods(traffic),
    ...decision(plan),
    ...refusals(plan),
    ...allowLists(traffic),
    ...limits(plan),
    ...proxy(plan, nginx.release),
  ];
  const http: readonly Item[] = [
    line('default_type', text('application/json')),
    line('server_tokens', 'off'),
    line('merge_slashes', 'off'),
    ...mapHashes(decided),
    ...(nginx.tls && !traffic.anyHost ? serverNameHashes(traffic.hosts.map(({ name }) => name)) : []),
    ...temporaryPaths(nginx),
    ...log(plan, nginx),
    ...decided,
    section('the gateway and the way in'),
    line('include', text('upstream.conf')),
    ...servers(plan, nginx),
  ];
  return {
    files: [
      {
        path: 'nginx/nginx.conf',
        opening: [
          `The edge of ${plan.name}, for nginx ${nginx.version}. It gives the same answers as the gateway behind it, for what it can decide:`,
          'rows 0 to 5 of the decision table, sizes, and who may come from which address, and how often. What passes here is decided again by the',
          'gateway, with the rows that remain.',
          '',
          ...WAYS[nginx.run].how,
        ],
        items: [...processDirectives(plan, nginx), block('http', [], http)],
      },
      upstreamFile(plan, nginx),
    ],
  };
}
