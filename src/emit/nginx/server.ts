/** The server blocks: one without TLS, and up to three with TLS. */
import type { NginxPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { refuseEarly } from './decision.js';
import { because, block, line, section } from './directives.js';
import { listens } from './listens.js';
import { gatewayLocations, healthLocation } from './proxy.js';
import { refusalLocation } from './refusals.js';
import { redirectServer, tlsSettings, handshakeListen } from './tls.js';
import { word } from './tokens.js';
import type { Directive, Item } from './types.js';

export function servers(plan: Plan, nginx: NginxPlan): readonly Item[] {
  if (nginx.tls === null) {
    return [
      section('the server', 'The only one of its port, so every Host comes here and row 1 decides; server_name would decide it once more.'),
      block('server', [], [
        ...listens(nginx.listen, 'default_server'),
        ...refuseEarly(plan),
        refusalLocation(plan),
        ...gatewayLocations(plan, nginx),
      ]),
    ];
  }
  return [
    section('the servers'),
    ...(plan.traffic.anyHost ? [] : [unknownNames(plan, nginx)]),
    block('server', [], [...tlsSettings(plan, nginx, nginx.tls), ...refuseEarly(plan), refusalLocation(plan), ...gatewayLocations(plan, nginx)]),
    ...redirectServer(plan, nginx),
  ];
}

/** Ends the TLS handshake for an unknown name. A request with a known name in its handshake and an unknown Host comes here too; the rows decide about it. */
function unknownNames(plan: Plan, nginx: NginxPlan): Directive {
  return because(
    'No handshake for names that are not ours. A Host that is not, in a connection made for one that is, comes here too.',
    block('server', [], [
      ...handshakeListen(nginx, 'default_server'),
      line('ssl_reject_handshake', 'on'),
      ...refuseEarly(plan),
      refusalLocation(plan),
      healthLocation(),
      block('location', [word('/')], [line('return', '421')]),
    ]),
  );
}
