/** A gateway that takes the tokens of issuers on loopback, beside the key of one client. */
import type { IssuerTable } from '#src/gateway/runtime/tables/auth.js';
import { planOf, type Overrides } from '../../support/planned.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { client, startGateway, type RunningGateway, type StartOptions } from '../../support/gateway.js';

export const AUDIENCE = 'the-gateway';

export const issuerTable = (issuer: { readonly url: string; readonly jwks: string }, more: Partial<IssuerTable> = {}): IssuerTable => ({
  issuer: issuer.url,
  keys: { kind: 'jwks', url: issuer.jwks },
  audiences: [AUDIENCE],
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  leeway: 0,
  maxAge: null,
  scopes: [],
  ...more,
});

export const tokenConfig = (gateway: Config = {}): Config =>
  gatewayConfig({
    auth: { clients: { keyed: client('keyed') } },
    gateway: { sessionKeys: [{ secret: 'SESSION_KEY' }], limits: { perAddress: '100000/s' }, ...gateway },
  });

export function issuedBy(config: Config, issuers: readonly IssuerTable[], environmentKeys = false): Overrides {
  const { auth } = planOf(config).traffic;
  return { traffic: { auth: { ...auth, wanted: true, issuers: issuers.map((issuer) => ({ ...issuer, from: 'auth.jwt' })), environmentKeys } } };
}

type Options = Omit<StartOptions, 'config'> & { readonly config?: Config };

export function startTokenGateway(issuers: readonly IssuerTable[], options: Options): Promise<RunningGateway> {
  const { config = tokenConfig() } = options;
  return startGateway({ ...options, config, overrides: issuedBy(config, issuers) });
}

export const bearing = (token: string) => ({ authorization: `Bearer ${token}` });
