import type { EmittedFile } from '../types.js';
import { opening } from '../shared/comment.js';
import { printBuild } from '../shared/dockerfile.js';
import { envExample } from '../shared/env-example.js';
import { yaml } from '../shared/yaml.js';
import type { ComposeDocument } from './types.js';
import { upstreamBlock } from './upstream.js';

const STEPS = ['In this folder: cp .env.example .env, fill it in, then docker compose up --detach'];
const SECRET_STEPS = [
  'Copy to .env beside this file and fill it in; .env is never committed.',
  "Compose reads it: put a value with $ or # into '…'.",
];
const ABOUT_UPSTREAM = ['Mounted over /etc/nginx/upstream.conf: inside this project the gateway is found by its service name.'];

export function composePrint({ file, notes, upstream, secrets, dockerfiles }: ComposeDocument): readonly EmittedFile[] {
  return [
    { path: 'compose/.env.example', contents: envExample(secrets, SECRET_STEPS) },
    { path: 'compose/compose.yaml', contents: opening(STEPS) + '\n' + yaml(file, { notes, spaced: [[], ['services']] }) },
    ...(upstream ? [{ path: 'compose/nginx-upstream.conf', contents: opening(ABOUT_UPSTREAM) + '\n' + upstreamBlock(upstream) }] : []),
    ...dockerfiles.flatMap(printBuild),
  ];
}
