/** What a worker answers operators: the primary has the listener, and hands on what comes there. */
import type { AdminAnswer } from '../admin.js';
import { ADMIN_PORT, type Asked } from './messages.js';
import { portOf } from '../../process/env.js';
import type { GatewayTables } from '../../tables/gateway.js';

type AdminModule = typeof import('../admin.js');

/** What of the optional parts a worker changes. */
export interface WithAdmin {
  readonly admin?: () => Promise<AdminModule>;
  readonly secrets?: () => Promise<typeof import('../../identity/secrets.js')>;
}

/** What a gateway is baked with. */
export interface Baked<F extends WithAdmin> {
  readonly TABLES: GatewayTables;
  readonly FEATURES: F;
}

export class Answers {
  readonly #worker: number;
  #answer: (asked: Asked) => Promise<AdminAnswer> = () => Promise.reject(new Error('asked before it had started'));

  constructor(worker: number) {
    this.#worker = worker;
  }

  /** The answer to an operator, whose token is judged here. */
  answer(asked: Asked): Promise<AdminAnswer> {
    return this.#answer(asked);
  }

  /** The features of a worker: in place of a listener of its own there is this. */
  inPlaceOfListener<F extends WithAdmin>(features: F): F {
    const { admin } = features;
    return admin ? { ...features, admin: async () => this.#without(await admin()) } : features;
  }

  #without(module: AdminModule): AdminModule {
    return {
      ...module,
      serveAdmin: (listen, env, options) => {
        const log: typeof options.log = (level, event, fields) => options.log(level, event, { ...fields, worker: this.#worker });
        this.#answer = ({ request, body }) => {
          const sent = 'fault' in body ? body.fault : Buffer.from(body.text);
          return module.answerOperator({ ...options, log }, { request, body: () => Promise.resolve(sent), closeAfterwards: () => {} });
        };
        return Promise.resolve({ port: portOf(env, ADMIN_PORT) ?? listen.port, close: () => Promise.resolve() });
      },
    };
  }
}
