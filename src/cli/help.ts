import type { Flags } from './args.js';
import { COMMANDS, GLOBAL, type Command } from './commands.js';

export function helpOfProgram(): string {
  const examples = ['init', 'dev', 'build', 'check'].map((name) => [`npx mcpgen ${name}`, COMMANDS[name]?.summary ?? ''] as const);
  return [
    'mcpgen compiles one typed mcp.config.ts into everything that runs MCP servers behind one gateway.\n',
    columns(examples),
    'Commands:',
    columns(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const)),
    'Flags of every command:',
    columns(flagRows(GLOBAL)),
    'Exit codes: 0 clean, 1 findings, 2 usage or a config that does not load or validate, 3 drift, 70 a bug in mcpgen.',
    'mcpgen help COMMAND says more about one command.\n',
  ].join('\n');
}

export function helpOfCommand(name: string, { summary, examples, positionals, notes = [], flags }: Command): string {
  return [
    columns(examples.map(([call, what]) => [`npx ${call}`, what] as const)),
    `mcpgen ${name}${positionals ? ` ${positionals}` : ''}: ${summary}.\n`,
    ...(notes.length > 0 ? [`${notes.join('\n')}\n`] : []),
    ...(Object.keys(flags).length > 0 ? ['Flags:', columns(flagRows(flags))] : []),
    'Flags of every command:',
    columns(flagRows(GLOBAL)),
  ].join('\n');
}

function flagRows(flags: Flags): (readonly [string, string])[] {
  return Object.entries(flags).map(([name, { short, value, help, values }]) => {
    const known = values && !help.includes(values[0] ?? '') ? `: ${values.join(', ')}` : '';
    return [`${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`, help + known] as const;
  });
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
}
