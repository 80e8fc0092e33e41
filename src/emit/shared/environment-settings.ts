import type { Plan } from '../../plan/types.js';
import { comment, opening } from './comment.js';

/** A variable of the gateway's environment that the config allows and does not demand. */
export interface EnvironmentSetting {
  readonly name: string;
  /** A value that shows its form, and is none. */
  readonly example: string;
  readonly purposes: readonly string[];
}

/** What a deployment may say in the gateway's environment beside its secrets: further keys of clients, and the rate of one caller. */
export function environmentSettings({ traffic: { auth, clients, limits } }: Plan): readonly EnvironmentSetting[] {
  const [client] = clients;
  const keys = auth.environmentKeys && client
    ? [{
        name: 'API_KEY_1',
        example: `KEY:${client.name}:${client.permissions.join(',')}`,
        purposes: [
          'A further key of a client, as <key>:<client>:<permissions, comma separated>; API_KEY_2 and so on for more. At least 16 bytes, no colon.',
          `Clients: ${clients.map(({ name }) => name).join(', ')}.`,
        ],
      }]
    : [];
  const rate = limits.perClient.fromEnvironment
    ? [
        { name: 'RATE_LIMIT_REQUESTS', example: '100', purposes: ['Requests of one caller within the window.'] },
        { name: 'RATE_LIMIT_WINDOW', example: '60', purposes: ['Seconds of the window; 60 where it is not set.'] },
      ]
    : [];
  return [...keys, ...rate];
}

/** An example of a file of these, all of it comments: what is not needed is not set. */
export function settingsExample(settings: readonly EnvironmentSetting[], how: readonly string[]): string {
  return opening(how) + settings.map(({ name, example, purposes }) => `\n${comment(purposes)}# ${name}=${example}\n`).join('');
}
