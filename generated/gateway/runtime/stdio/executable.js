// mcpgen: Whether a command can be found at all, which is known before anybody starts it.
import {access, constants, stat} from 'node:fs/promises';
import {delimiter, resolve} from 'node:path';
export async function isExecutable({command: [program = ''], cwd }, env) {
	const folder = resolve(cwd ?? '.');
	const path = env['PATH'] ?? process.env['PATH'];
	const isFolder = await stat(folder).then((found) => found.isDirectory(), () => false);
	if (!isFolder || path === undefined) return isFolder;
	const places = program.includes('/') ? [resolve(folder, program)] : path.split(delimiter).map((at) => resolve(folder, at, program));
	const found = await Promise.all(places.map((place) => access(place, constants.X_OK).then(() => true, () => false)));
	return found.includes(true);
}
