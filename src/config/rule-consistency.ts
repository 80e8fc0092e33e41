/** Checks of the rules on tools, prompts and resources, and of the permissions that are asked for. */
import { closest, didYouMean } from '../diagnostics/closest.js';
import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import { parseItemPattern } from './item-pattern.js';
import type { Model } from './model.js';
import { problem } from './problem.js';

type Rule = NonNullable<Model['tenants'][string]['tools']>[number];

/** @param declared names of all servers, also of those whose shape is wrong; `isAuthenticated`: somebody can have permissions */
export function* ruleProblems(
  { tenants, servers }: Pick<Model, 'tenants' | 'servers'>,
  declared: readonly string[],
  isAuthenticated: boolean,
): Iterable<Diagnostic> {
  for (const [tenant, { tools = [] }] of Object.entries(tenants)) {
    for (const [index, rule] of tools.entries()) {
      const at = ['tenants', tenant, 'tools', index];
      yield* patternProblems(rule, declared, at);
      yield* argumentProblems(rule, at);
      if ('needs' in rule && rule.needs.length > 0 && !isAuthenticated) yield nobodyHas([...at, 'needs']);
    }
  }
  for (const [server, { permissions }] of Object.entries(servers)) {
    for (const key of ['call', 'list'] as const) {
      if (permissions[key] !== undefined && !isAuthenticated) yield nobodyHas(['servers', server, 'permissions', key]);
    }
  }
}

function nobodyHas(path: ConfigPath): Diagnostic {
  const help = 'declare auth.clients with permissions, or auth.jwt, whose scopes are permissions';
  return problem('permission', path, 'nobody has permissions here: there are no clients, issuers or lookup', { key: true, help });
}

function* patternProblems(rule: Rule, declared: readonly string[], at: ConfigPath): Iterable<Diagnostic> {
  const [key, pattern] = 'allow' in rule ? (['allow', rule.allow] as const) : (['deny', rule.deny] as const);
  const { server, name } = parseItemPattern(pattern);
  if (server !== null && !declared.includes(server)) {
    const guess = closest(server, declared);
    const help = guess === null ? `what is before the first dot is a server; "*.${pattern}" is that name at any server` : null;
    yield problem('reference', [...at, key], `no server is named "${server}"${didYouMean(server, declared)}`, { help });
  } else if (name === '') {
    yield problem('pattern', [...at, key], `"${pattern}" names nothing behind the server; "${pattern}*" is all that it has`);
  } else if (server === null && declared.includes(name)) {
    yield problem('pattern', [...at, key], `"${name}" is a server, and this would be a tool of that name; "${name}.*" is all that it has`);
  }
}

function* argumentProblems({ kind, args }: Rule, at: ConfigPath): Iterable<Diagnostic> {
  if (kind !== undefined && kind !== 'tool' && Object.keys(args).length > 0) {
    yield problem('no-effect', [...at, 'args'], `a ${kind} has no arguments that a rule could judge; args belong to tools`, { key: true });
  }
  for (const [name, condition] of Object.entries(args)) {
    if (condition.kind !== 'range' || condition.min === null || condition.max === null || condition.min <= condition.max) continue;
    yield problem('range', [...at, 'args', name], `no number is at least ${condition.min} and at most ${condition.max}`);
  }
}
