/**
 * A certification authority of a test's own, and certificates of it: made with openssl, because `node:crypto` makes keys and no certificates.
 * `NO_OPENSSL` is why there are none, for `skip`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certificate {
  /** @param names such as `DNS:localhost` or `IP:127.0.0.1` */
  issue(name: string, names: string): Certificate;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const folder = mkdtempSync(join(tmpdir(), 'mcpgen-ca-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let count = 0;

function openssl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
}

export const NO_OPENSSL = spawnSync('openssl', ['version']).status === 0 ? false : 'no openssl here to make certificates';

export function authority(name: string): Authority {
  const own = `ca${++count}`;
  openssl('req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${own}.key`, '-out', `${own}.pem`);
  const read = (of: string): Certificate => ({ cert: readFileSync(join(folder, `${of}.pem`), 'utf8'), key: readFileSync(join(folder, `${of}.key`), 'utf8') });
  return {
    ...read(own),
    issue(subject, names) {
      const one = `cert${++count}`;
      writeFileSync(join(folder, `${one}.ext`), `subjectAltName=${names}\n`);
      openssl('req', ...NEW_KEY, '-subj', `/CN=${subject}`, '-keyout', `${one}.key`, '-out', `${one}.csr`);
      const by = ['-CA', `${own}.pem`, '-CAkey', `${own}.key`, '-CAcreateserial'];
      openssl('x509', '-req', '-in', `${one}.csr`, ...by, '-days', '2', '-extfile', `${one}.ext`, '-out', `${one}.pem`);
      return read(one);
    },
  };
}
