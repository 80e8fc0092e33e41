/**
 * The script that makes a checkout ready for compose. Compose can copy a secret or a file into a container itself, but not where the root file system is
 * read-only (compose: "`file` is the sole supported option"); a file that is mounted keeps the owner and mode that it has on the machine.
 */
import { opening } from '../shared/comment.js';
import type { NeededSecret } from '../shared/needed-secrets.js';
import { SECRETS_FOLDER, type ComposeSecrets } from './secrets.js';

const ABOUT = [
  'In this folder: sh prepare.sh, before the first `docker compose up`, and whenever .env has changed or files are new, as after git pull.',
  'It lets the users of the containers read what is mounted, which a umask of 077 had kept from them, and writes the secrets of .env that the',
  `gateway and the hosts of stdio servers read into ${SECRETS_FOLDER}/, a folder that only you can enter.`,
];

/** @param readable files and folders that are mounted, relative to the folder of the script */
export function prepareScript({ files, variables }: ComposeSecrets, readable: readonly string[]): string {
  // A file of secrets that somebody keeps in a mounted folder stays their own.
  const open = `find ${readable.join(' ')} ! -name '.env*' -exec chmod a+rX {} +`;
  const others = variables.filter(({ name }) => files.every((file) => file.name !== name));
  return `${opening(ABOUT)}\n${['set -eu', 'cd "$(dirname "$0")"', open, ...secretLines(files, others)].join('\n')}\n`;
}

/** @param others those that compose hands on as variables, of which it says no more than a warning where they are missing */
function secretLines(files: readonly NeededSecret[], others: readonly NeededSecret[]): readonly string[] {
  if (files.length + others.length === 0) return [];
  const namesOf = (secrets: readonly NeededSecret[]): string => secrets.map(({ name }) => name).join(' ');
  return [
    '[ -r .env ] || { echo "prepare.sh: there is no .env here: cp .env.example .env, and fill it in" >&2; exit 1; }',
    'missing=',
    '# As compose reads it: a value may stand in quotes.',
    'read_value() {',
    '  value=$(sed -n "s/^$1=//p" .env | tail -n 1)',
    `  case $value in \\'*\\' | \\"*\\") value=\${value#?} value=\${value%?} ;; esac`,
    '  [ -n "$value" ] || missing="$missing $1"',
    '}',
    ...(files.length === 0 ? [] : [
      `mkdir -p ${SECRETS_FOLDER}`,
      `chmod 700 ${SECRETS_FOLDER}`,
      `for name in ${namesOf(files)}; do`,
      '  read_value "$name"',
      '  [ -n "$value" ] || continue',
      `  printf %s "$value" > "${SECRETS_FOLDER}/$name"`,
      `  chmod 644 "${SECRETS_FOLDER}/$name"`,
      'done',
    ]),
    ...(others.length === 0 ? [] : [`for name in ${namesOf(others)}; do read_value "$name"; done`]),
    '[ -z "$missing" ] || { echo "prepare.sh: .env does not say$missing" >&2; exit 1; }',
  ];
}
