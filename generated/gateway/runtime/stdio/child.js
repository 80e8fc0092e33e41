// mcpgen: do not edit.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { UpstreamFault } from '../upstream/upstream.js';
import { lineReader } from './lines.js';
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
const GRACE = 1500;
const BEAT = 2000;
const PAGE = 4096;
const MUCH = 16_384;
const NOISE = 40;
const living = new Set();
process.on('exit', () => living.forEach((pid) => signalGroup(pid, 'SIGKILL')));
/** `onLine` tells whether the line was a message; `onExit` comes after the last one. */
export function startChild({ child: table, env, log }, onLine, onExit) {
	const [command = '', ...args] = table.command;
	const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]));
	const failed = ({ message }) => log('error', 'child-not-started', { command, cwd: table.cwd, error: message });
	let child;
	try {
		child = spawn(command, args, { cwd: table.cwd ?? undefined, env: { ...inherited, ...env }, detached: true }).on('error', failed);
	} catch (error) {
		failed(error);
	}
	if (child?.pid === undefined) throw new UpstreamFault('refused');
	const { pid, stdin, stdout, stderr } = child;
	const signal = (name) => signalGroup(pid, name);
	living.add(pid);
	log('info', 'child-started', { pid, command });
	let ending = false;
	const end = () => {
		if (ending) return;
		ending = true;
		stdin.end();
		timers.push(setTimeout(signal, GRACE, 'SIGTERM'), setTimeout(signal, 2 * GRACE, 'SIGKILL'));
	};
	let isKilled = false;
	const kill = (reason) => {
		if (!living.has(pid) || isKilled) return;
		log('error', 'child-killed', { pid, reason });
		ending = isKilled = true;
		signal('SIGKILL');
	};
	let noises = 0;
	const noise = (text) => {
		noises += 1;
		if (noises <= NOISE) log('debug', 'child-output', { pid, text: text.slice(0, 500) });
	};
	const beat = async () => {
		noises = 0;
		const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
		if (Number(statm.split(' ')[1] ?? 0) * PAGE > table.memory) kill('too much memory');
	};
	const timers = [setInterval(beat, BEAT).unref()];
	let isHeld = false;
	let isResting = false;
	const flow = () => void (isHeld || isResting ? stdout.pause() : stdout.resume());
	const rest = (on) => {
		isResting = on;
		flow();
	};
	const read = lineReader(table.line, (line) => onLine(line) || noise(line), () => kill('line too long'));
	stdout.on('data', (chunk) => {
		read(chunk);
		if (chunk.length < MUCH) return;
		rest(true);
		setImmediate(rest, false);
	});
	stdout.once('end', () => timers.push(setTimeout(kill, GRACE, 'closed its output')));
	stderr.on('data', lineReader(8192, noise, () => noise('(a long line)')));
	for (const pipe of [stdin, stdout, stderr]) pipe.on('error', () => { });
	child.on('close', onExit).on('exit', (code, by) => {
		log(ending ? 'info' : 'warn', 'child-exited', { pid, code, signal: by });
		ending = true;
		living.delete(pid);
		timers.forEach(clearTimeout);
		signal('SIGKILL');
		isHeld = false;
		flow();
		setTimeout(() => [stdout, stderr].forEach((pipe) => pipe.destroy()), GRACE).unref();
	});
	const isBehind = () => stdin.writableLength > table.line;
	const write = (message) => void (stdin.writable && stdin.write(`${message.replace(/[\r\n]/g, ' ')}\n`));
	return {
		check() {
			if (ending || !stdin.writable) throw new UpstreamFault('refused');
			if (isBehind()) throw new UpstreamFault('full');
		},
		write,
		refuse: (message) => (isBehind() ? kill('does not read') : write(message)),
		flow: (on) => {
			isHeld = !on;
			flow();
		},
		end,
		kill,
	};
}
function signalGroup(pid, signal) {
	try {
		process.kill(-pid, signal);
	} catch {
	}
}
