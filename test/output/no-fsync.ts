/** Imported for its effect. A sync guards against power cuts; a killed process is told from it by nothing but the time it takes. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { open } = fs.promises;
fs.promises.open = async (...args) => Object.assign(await open(...args), { sync: async () => undefined });
syncBuiltinESMExports();
