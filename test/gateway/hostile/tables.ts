/** All tables of hostile requests, by their idea. */
import { addresses } from './addresses.js';
import { bodies } from './bodies.js';
import { credentials } from './credentials.js';
import { framing } from './framing.js';
import { hosts } from './hosts.js';
import { identities } from './identities.js';
import { items } from './items.js';
import { operators } from './operators.js';
import { origins } from './origins.js';
import { overlong } from './overlong.js';
import { paths } from './paths.js';
import type { Row } from './rows.js';
import { sessions } from './sessions.js';
import type { Stand } from './stand.js';
import { strangers, tokens } from './tokens.js';

export const HOSTILE: Readonly<Record<string, (stand: Stand) => readonly Row[]>> = {
  'hosts and targets': () => hosts,
  'origins': () => origins,
  'identities and tenants': identities,
  'credentials': credentials,
  'tokens': tokens,
  'sessions': sessions,
  'paths and methods': () => paths,
  'bodies': () => bodies,
  'items': items,
  'framing': () => framing,
  'addresses': () => addresses,
  'the admin listener': operators,
  'overlong': () => overlong,
  'tokens of keys that nobody has': strangers,
};
