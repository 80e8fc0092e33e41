/** The input of emitters beside the plan: the templates of the package, and a gateway made of a few small files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmitInput } from '#src/emit/types.js';

export const EXAMPLE_GATEWAY = {
  'Dockerfile': 'FROM node\n',
  'main.js': "import { decide } from './runtime/decide.js';\nimport { TABLES } from './tables.js';\n\ndecide(TABLES);\n",
  'package.json': '{ "type": "module" }\n',
  'runtime/decide.js': 'export function decide(tables) {\n  return `${tables}\\n`;\n}\n',
  'tables.js': 'export const TABLES = {};\n',
} as const;

export function emitInput(files: Readonly<Record<string, string>> = EXAMPLE_GATEWAY): EmitInput {
  return {
    assets: {
      gatewayModule: (path) => `// ${path}\n`,
      template: (path) => readFileSync(join(process.cwd(), 'templates', path), 'utf8'),
    },
    gateway: { files: Object.entries(files).map(([path, contents]) => ({ path: `gateway/${path}`, contents })) },
  };
}
