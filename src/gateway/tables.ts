/**
 * The seam. This file is a stand-in so that the runtime type-checks and its tests run; baking replaces both initialisers with those of a config and
 * keeps the loaders it needs. Nothing else differs between this folder and a generated gateway.
 */
import { ALL_FEATURES, type Features } from './runtime/features.js';
import type { GatewayTables } from './runtime/tables/gateway.js';

const nowhere = { host: '127.0.0.1', port: 0 };

export const TABLES: GatewayTables = {
  name: 'stand-in',
  environment: null,
  profile: 'local',
  hash: '',
  publicUrl: 'http://127.0.0.1',
  listen: { local: nowhere, compose: nowhere, kubernetes: nowhere, fly: nowhere, image: nowhere },
  admin: null,
  hosts: [],
  anyHost: false,
  internalHosts: { local: [], compose: [], kubernetes: [], fly: [], image: [] },
  trusted: { local: [], compose: [], kubernetes: [], fly: [], image: [] },
  countsAddresses: { local: true, compose: true, kubernetes: true, fly: true, image: true },
  requireOrigin: false,
  originFallback: 'none',
  originSets: [],
  serverSets: [],
  routes: [],
  allow: null,
  auth: { wanted: false, environmentKeys: false, issuers: [], lookup: null, authorizationServers: [], claims: [] },
  ruleSets: [],
  clients: [],
  tenants: [],
  matches: { clients: [], hosts: [], paths: [], claims: [], lookups: [], implied: null },
  revisions: [],
  workers: 1,
  limits: {
    body: 0,
    headers: 16_384,
    depth: 64,
    streams: 0,
    sessions: 0,
    perAddress: { tokens: 1, window: 1000 },
    perClient: { rate: null, streams: null, fromEnvironment: false },
    toolNames: 64,
  },
  timeouts: { connect: 0, firstByte: 0, response: 0, idleStream: 0, keepAlive: 0, drain: 0 },
  sessions: { keys: [], ttl: 0 },
  cors: { credentials: false, maxAge: 0, exposeHeaders: [], allowHeaders: [] },
  headers: [],
  pools: [],
  traces: null,
  log: { level: 'info', requests: true, audit: true },
};

export const FEATURES: Features = ALL_FEATURES;
