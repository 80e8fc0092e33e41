/**
 * The script that makes a checkout ready for compose. Compose can copy a secret or a file into a container itself, but not where the root file system is
 * read-only (compose: "`file` is the sole supported option"); a file that is mounted keeps the owner and mode that it has on the machine.
 */
import { opening } from '../shared/comment.js';
import type { NeededSecret } from '../shared/needed-secrets.js';
import { SECRETS_FOLDER } from './secrets.js';

const ABOUT = [
  'In this folder: sh prepare.sh, before the first `docker compose up` and whenever .env has changed.',
  'It lets the users of the containers read what is mounted, which a umask of 077 had kept from them, and writes the secrets of .env that the',
  `gateway and the hosts of stdio servers read into ${SECRETS_FOLDER}/, a folder that only you can enter.`,
];

/** @param readable files and folders that are mounted, relative to the folder of the script */
export function prepareScript(files: readonly NeededSecret[], readable: readonly string[]): string {
  return `${opening(ABOUT)}\n${['set -eu', 'cd "$(dirname "$0")"', `chmod -R a+rX ${readable.join(' ')}`, ...secretLines(files)].join('\n')}\n`;
}

function secretLines(files: readonly NeededSecret[]): readonly string[] {
  if (files.length === 0) return [];
  return [
    '[ -r .env ] || { echo "prepare.sh: there is no .env here: cp .env.example .env, and fill it in" >&2; exit 1; }',
    `mkdir -p ${SECRETS_FOLDER}`,
    `chmod 700 ${SECRETS_FOLDER}`,
    'missing=',
    `for name in ${files.map(({ name }) => name).join(' ')}; do`,
    '  value=$(sed -n "s/^$name=//p" .env | tail -n 1)',
    "  # As compose reads it: a value may stand in quotes.",
    `  case $value in \\'*\\' | \\"*\\") value=\${value#?} value=\${value%?} ;; esac`,
    '  [ -n "$value" ] || { missing="$missing $name"; continue; }',
    `  printf %s "$value" > "${SECRETS_FOLDER}/$name"`,
    `  chmod 644 "${SECRETS_FOLDER}/$name"`,
    'done',
    '[ -z "$missing" ] || { echo "prepare.sh: .env does not say$missing" >&2; exit 1; }',
  ];
}
