import type { Step } from './runtime/decision/steps.js';

/** What it means to pass a row of the decision, for whoever explains one. Not part of the runtime: no generated gateway needs it. */
export const ROW_MEANING: Readonly<Record<Step, string>> = {
  'normal-form': 'one Host, at most one Origin, a literal path',
  host: 'the host is served here',
  route: 'the path is a route',
  preflight: 'not a preflight',
  origin: 'the origin is accepted, or there is none',
  method: 'the route takes this method',
  head: 'declared size and type are accepted',
  address: 'the address is allowed and has not used up its rate',
  credentials: 'the caller is known, or nobody needs to be',
  tenant: 'the request is one tenant’s',
  grant: 'the tenant may use this server, from where it calls',
  quota: 'client and tenant have not used up their shares',
  body: 'the body is one unambiguous message',
  revision: 'a served revision, headers and body in agreement',
  permission: 'tools, prompts and resources it names are allowed',
  session: 'the session is this caller’s',
  instance: 'an instance is up',
};
