/** A validated deployment: units are numbers, defaults are filled in, every reference is known to exist. */
import type { z } from 'zod';
import type { httpServer, resources, stdioServer } from './schema/servers.js';
import type { deployment } from './schema/config.js';

export type Model = z.output<typeof deployment>;
export type HttpServerModel = z.output<typeof httpServer>;
export type StdioServerModel = z.output<typeof stdioServer>;
export type ServerModel = HttpServerModel | StdioServerModel;
export type OriginModel = Model['origins'][string];
export type TenantModel = Model['tenants'][string];
export type ResourcesModel = z.output<typeof resources>;
