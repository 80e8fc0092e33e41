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
  test('what a template says in place of a secret is refused where it is one that whoever deploys chooses', () => {
    const written = ['changemechangeme', 'please-change-this-now', '<32-char-secure-key>', '${SESSION_KEY_OF_PRODUCTION}', 'your-secret-key-of-32-characters'];
    for (const value of [...written, 'replace_with_a_long_one', 'a-placeholder-of-a-key']) {
      assert.throws(
        () => longSecret({ KEY: value }, 'KEY', 16),
        (error: unknown) => {
          const isSaid = error instanceof SettingError && /^secret KEY is a placeholder: `mcpgen secrets --generate`/.test(error.message);
          return isSaid && !error.message.includes(value);
        },
        value,
      );
      assert.equal(longSecret({ KEY: value }, 'KEY', 1), value, 'what somebody else has given is theirs to choose');
    }
    for (const value of ['kX9-v2Lq_Trm8WzP4nBd7', 'correct horse battery staple', '9f86d081884c7d659a2feaa0c55ad015']) assert.equal(
      longSecret({ KEY: value }, 'KEY', 16), value,
    );
  });
});
