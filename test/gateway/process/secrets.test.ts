/** Secrets as the environment gives them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { SettingError, type Env } from '#src/gateway/runtime/process/env.js';
import { longSecret, readSecret } from '#src/gateway/runtime/process/secrets.js';

describe('secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcpgen-secrets-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const refuses = (what: () => unknown, ...words: readonly string[]): void => {
    assert.throws(what, (error: unknown) => error instanceof SettingError && words.every((word) => error.message.includes(word)));
  };

  test('a secret: its file before its variable, and both before the folder of secrets', () => {
    const env: Env = { KEY: 'variable', KEY_FILE: file('given', 'file\n'), MCPGEN_SECRETS: folder };
    assert.equal(readSecret(env, 'KEY'), 'file');
    assert.equal(readSecret({ ...env, KEY_FILE: undefined }, 'KEY'), 'variable');
    file('KEY', '  folder \n');
    assert.equal(readSecret({ MCPGEN_SECRETS: folder }, 'KEY'), 'folder');
  });
  test('a secret that is missing, empty, unreadable or too short is named, and its value is not said', () => {
    refuses(() => readSecret({}, 'KEY'), 'KEY', 'KEY_FILE');
    refuses(() => readSecret({ KEY: '' }, 'KEY'), 'KEY');
    refuses(() => readSecret({ KEY_FILE: file('empty', '\n') }, 'KEY'), 'KEY');
    refuses(() => readSecret({ KEY_FILE: join(folder, 'nothing') }, 'KEY'), 'KEY_FILE', 'nothing');
    refuses(() => readSecret({ MCPGEN_SECRETS: folder }, 'OTHER'), 'MCPGEN_SECRETS');
    assert.throws(
      () => longSecret({ KEY: 'sesame' }, 'KEY', 16),
      (error: unknown) => error instanceof SettingError && /KEY is shorter than 16/.test(error.message) && !error.message.includes('sesame'),
    );
    assert.equal(longSecret({ KEY: 'ä'.repeat(8) }, 'KEY', 16), 'ä'.repeat(8));
  });
});
