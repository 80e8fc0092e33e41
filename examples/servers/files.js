// @ts-check
/** One folder over stdio: node files.js FOLDER. Stdout belongs to the protocol (2025-11-25, Transports § stdio). */
import { constants } from 'node:fs';
import { open, readdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { confine } from './folder.js';
import { plain, structured } from './result.js';

const MAX_FILE_BYTES = 1024 * 1024;
/** 2025-11-25, Resources § Error Handling. */
const RESOURCE_NOT_FOUND = -32002;
/** Never follow a link at the end of a real path, and never wait for the other end of a named pipe. */
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

const { root, at, shown } = await servedFolder(process.argv[2]);
const mcp = new McpServer({ name: 'files', version: '1.0.0' });

const relativePath = z.string().min(1).max(1024).describe('Relative to the served folder');
const kind = z.enum(['file', 'folder', 'other']);
const READ_ONLY = { readOnlyHint: true, openWorldHint: false };
const DESTRUCTIVE = { destructiveHint: true, openWorldHint: false };

mcp.registerTool('list_files', {
  description: 'Lists one folder.',
  inputSchema: { path: relativePath.default('.') },
  outputSchema: { files: z.array(z.object({ path: z.string(), kind })) },
  annotations: READ_ONLY,
}, ({ path: asked }) => at(asked, async folder => {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.map(entry => ({ path: shown(path.join(folder, entry.name)), kind: kindOf(entry) }));
  return structured({ files: files.sort((a, b) => a.path < b.path ? -1 : 1) });
}));

mcp.registerTool('read_file', {
  description: 'Returns a UTF-8 text file of at most 1 MiB.',
  inputSchema: { path: relativePath },
  annotations: READ_ONLY,
}, async ({ path: asked }) => plain(await at(asked, readText)));

mcp.registerTool('stat_file', {
  description: 'Tells the kind, size and last change of a file or folder.',
  inputSchema: { path: relativePath },
  outputSchema: { path: z.string(), kind, bytes: z.number(), modified: z.string() },
  annotations: READ_ONLY,
}, ({ path: asked }) => at(asked, async file => {
  const stats = await stat(file);
  return structured({ path: shown(file), kind: kindOf(stats), bytes: stats.size, modified: stats.mtime.toISOString() });
}));

mcp.registerTool('write_file', {
  description: 'Creates or replaces a text file in an existing folder.',
  inputSchema: { path: relativePath, text: z.string().max(MAX_FILE_BYTES) },
  annotations: { ...DESTRUCTIVE, idempotentHint: true },
}, ({ path: asked, text }) => at(asked, async file => {
  // at() has followed every link; what is still one points nowhere, and writing through it would create its target.
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | SAFELY);
  await handle.writeFile(text).finally(() => handle.close());
  mcp.sendResourceListChanged();
  return plain(`Wrote ${shown(file)}.`);
}));

mcp.registerTool('delete_file', {
  description: 'Deletes a file; the path of a link stands for what it points to.',
  inputSchema: { path: relativePath },
  annotations: DESTRUCTIVE,
}, ({ path: asked }) => at(asked, async file => {
  await unlink(file);
  mcp.sendResourceListChanged();
  return plain(`Deleted ${shown(file)}.`);
}));

mcp.registerResource('file', new ResourceTemplate('file:///{+path}', { list: listResources }), {
  description: 'A text file; the URI is relative to the served folder',
  mimeType: 'text/plain',
}, async uri => {
  try {
    const text = await at(decodeURIComponent(uri.pathname.slice(1)), readText);
    return { contents: [{ uri: uri.href, mimeType: 'text/plain', text }] };
  } catch (error) {
    throw new McpError(RESOURCE_NOT_FOUND, messageOf(error));
  }
});

await mcp.connect(new StdioServerTransport());
console.error(`files serving ${root}`);

/** @param {string} file */
async function readText(file) {
  const handle = await open(file, constants.O_RDONLY | SAFELY);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error(`${shown(file)} is not a file`);
    if (stats.size > MAX_FILE_BYTES) throw new Error(`${shown(file)} is larger than ${MAX_FILE_BYTES} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile());
  } finally {
    await handle.close();
  }
}

async function listResources() {
  const names = (await filesBelow(root)).map(shown).sort();
  return { resources: names.map(name => ({ uri: `file:///${name.split('/').map(encodeURIComponent).join('/')}`, name })) };
}

/**
 * Folder by folder, because a recursive `readdir` follows links to folders on newer lines of Node.
 *
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(entries.map(entry => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(file) : entry.isFile() ? [file] : [];
  }));
  return found.flat();
}

/** @param {{ isFile(): boolean, isDirectory(): boolean }} entry */
function kindOf(entry) {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';
}

/** @param {string | undefined} folder */
async function servedFolder(folder) {
  try {
    if (folder === undefined) throw new Error('usage: node files.js FOLDER');
    await readdir(folder);
    return await confine(folder);
  } catch (error) {
    console.error(messageOf(error));
    process.exit(1);
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
