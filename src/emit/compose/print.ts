import type { EmittedFile } from '../types.js';
import { opening } from '../shared/comment.js';
import { printBuild } from '../shared/dockerfile.js';
import { nginxPrint } from '../nginx/print.js';
import { settingsExample } from '../shared/environment-settings.js';
import { envExample } from '../shared/env-example.js';
import { yaml } from '../shared/yaml.js';
import type { ComposeDocument, ComposeFile } from './types.js';
import { prepareScript } from './prepare.js';
import { allSecrets, SECRETS_FOLDER, SETTINGS_FILE } from './secrets.js';
import { upstreamBlock } from './upstream.js';

const STEPS = ['In this folder: cp .env.example .env, fill it in, then sh prepare.sh && docker compose up --detach'];
const SECRET_STEPS = [
  'Copy to .env beside this file and fill it in; .env is never committed.',
  "Put a value with $ or # into '…'. `sh prepare.sh` makes files of what the gateway reads; compose reads the rest from here.",
];
const ABOUT_UPSTREAM = ['Mounted over /etc/nginx/upstream.conf: inside this project the gateway is found by its service name.'];

/** Files of this folder that are never committed. */
const IGNORED = ['.env', `${SECRETS_FOLDER}/`];
const SETTINGS_STEPS = [
  `Nothing here must be set. What is: copy to ${SETTINGS_FILE} beside this file, which is never committed.`,
  "A value with $ or # stands in '…'. `docker inspect` shows these values to whoever may ask Docker.",
];

export function composePrint({ file, notes, upstream, nginxConf, secrets, settings, dockerfiles }: ComposeDocument): readonly EmittedFile[] {
  return [
    { path: 'compose/.env.example', contents: envExample(allSecrets(secrets), SECRET_STEPS) },
    { path: 'compose/.gitignore', contents: `${opening()}\n${[...IGNORED, ...(settings.length > 0 ? [SETTINGS_FILE] : [])].join('\n')}\n` },
    { path: 'compose/compose.yaml', contents: opening(STEPS) + '\n' + yaml(file, { notes, spaced: [[], ['services']] }) },
    ...(settings.length > 0 ? [{ path: `compose/${SETTINGS_FILE}.example`, contents: settingsExample(settings, SETTINGS_STEPS) }] : []),
    ...(upstream ? [{ path: 'compose/nginx-upstream.conf', contents: opening(ABOUT_UPSTREAM) + '\n' + upstreamBlock(upstream) }] : []),
    ...(nginxConf ? nginxPrint(nginxConf) : []),
    { path: 'compose/prepare.sh', contents: prepareScript(secrets, mountedSources(file)) },
    ...dockerfiles.flatMap(printBuild),
  ];
}

/** What is mounted from the checkout. Certificates and keys of the machine, with absolute paths, are its owner's to open. */
function mountedSources({ services }: ComposeFile): readonly string[] {
  const sources = Object.values(services).flatMap(({ volumes = [] }) => volumes.flatMap((mount) => (mount.type === 'bind' ? [mount.source] : [])));
  return [...new Set(sources.filter((source) => source.startsWith('.')))].sort();
}
