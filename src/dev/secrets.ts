import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../plan/types.js';

/** The secrets of one run. Those of the environment are used as they are; missing ones are made up, and forgotten when the run ends. */
export class DevSecrets {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  /** @param folder private to this run; the gateway reads it as `MCPGEN_SECRETS` */
  constructor(folder: string, env: Readonly<Record<string, string | undefined>>) {
    this.#folder = folder;
    this.#env = env;
  }

  /** Makes up what the plan needs and nobody has given, save certificates: the gateway says that they are missing. @returns the names that were made up now */
  provide({ infra }: Plan): string[] {
    const made = infra.secrets.filter(({ uses }) => uses.every(({ purpose }) => purpose !== 'upstream-tls'));
    const missing = made.map(({ name }) => name).filter((name) => !this.#isGiven(name) && !existsSync(join(this.#folder, name)));
    for (const name of missing) writeFileSync(join(this.#folder, name), randomBytes(32).toString('base64url'), { mode: 0o600 });
    return missing;
  }

  /** The value to print in a client config. Only made-up values are printed; for others there is a note. */
  printable(name: string): string {
    return this.#isGiven(name) ? `<the value of ${name}>` : this.value(name);
  }

  value(name: string): string {
    const file = this.#env[`${name}_FILE`];
    if (file !== undefined) return readFileSync(file, 'utf8').trim();
    return this.#env[name] ?? readFileSync(join(this.#folder, name), 'utf8');
  }

  #isGiven(name: string): boolean {
    return this.#env[name] !== undefined || this.#env[`${name}_FILE`] !== undefined;
  }
}
