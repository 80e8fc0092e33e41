import type { EmittedFile } from '../types.js';
import { comment, opening } from '../shared/comment.js';
import { printBuild } from '../shared/dockerfile.js';
import { toml } from './toml.js';
import type { FlyApp, FlyDocument } from './types.js';

export function flyPrint({ apps }: FlyDocument): readonly EmittedFile[] {
  return apps.flatMap((app) => [
    ...(app.dockerfile ? printBuild(app.dockerfile) : []),
    { path: `fly/${app.name}/fly.toml`, contents: `${opening([...steps(app), ...app.about])}\n${toml(app.config)}` },
    { path: `fly/${app.name}/secrets.example`, contents: secretsExample(app) },
  ]);
}

/** Builders of Fly reach registries alone; an image that no registry has is this machine's. */
const isOfThisMachine = ({ config, dockerfile }: FlyApp): boolean =>
  [dockerfile?.view.base, 'image' in config.build ? config.build.image : ''].some((image) => image?.startsWith('localhost/'));

function steps(app: FlyApp): readonly string[] {
  const { name, network, org, machines, secrets, certificates } = app;
  return [
    'In the folder that holds gateway/ and fly/:',
    `  fly apps create ${name}${org === null ? '' : ` --org ${org}`} --network ${network}`,
    ...(secrets.length > 0 ? ['  the secrets, as secrets.example says'] : []),
    `  fly deploy . --config fly/${name}/fly.toml --ha=false${isOfThisMachine(app) ? ' --local-only' : ''}`,
    ...(machines > 1 ? [`  fly scale count ${machines} --app ${name}`] : []),
    ...certificates.map((host) => `  fly certs add ${host} --app ${name}`),
    ...(certificates.length > 0 ? ['  the DNS records that fly certs add prints: without them Fly has no certificate, and clients refuse the connection'] : []),
    `Network ${network} is this deployment's own, so that other apps of the organisation do not reach its servers past the gateway.`,
    'An app keeps the network that it is created in.',
  ];
}

function secretsExample({ name, secrets, settings }: FlyApp): string {
  const how =
    secrets.length === 0
      ? ['This app needs no secrets.']
      : ['Run with the values in the environment, so that none of them is written down; --stage waits for the next deploy.'];
  const entries = secrets.map(
    ({ variable, secret, purposes }) => `\n${comment(purposes)}fly secrets set --app ${name} --stage ${variable}="$${secret}"\n`,
  );
  const optional = settings.map(
    ({ name: variable, example, purposes }) =>
      `\n${comment(['Need not be set.', ...purposes])}# fly secrets set --app ${name} --stage ${variable}='${example}'\n`,
  );
  return opening(how) + [...entries, ...optional].join('');
}
