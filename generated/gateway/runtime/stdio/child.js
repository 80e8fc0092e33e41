// mcpgen
import {UpstreamFault} from '../wire/fault.js';
import {lineReader, readByTurns} from './lines.js';
import {memoryOf, startGroup} from './process-group.js';
const GRACE = 1500;
const BEAT = 2000;
const MOST_NOISE_LINES = 40;
const MOST_NOISE_TEXT = 500;
const MOST_ERROR_LINE = 8192;
export function startChild({ child: table, env, log }, onLine, onExit) {
	const group = startGroup(table, env, log);
	if (!group) throw new UpstreamFault('refused');
	const { leader, pid, isAlive, signal } = group;
	const { stdin, stdout, stderr } = leader;
	let isEnding = false;
	const end = () => {
		if (isEnding) return;
		isEnding = true;
		stdin.end();
		timers.push(setTimeout(signal, GRACE, 'SIGTERM'), setTimeout(signal, 2 * GRACE, 'SIGKILL'));
	};
	let isKilled = false;
	const kill = (reason) => {
		if (!isAlive() || isKilled) return;
		log('error', 'child-killed', { pid, reason });
		isEnding = isKilled = true;
		signal('SIGKILL');
	};
	let noiseLines = 0;
	const noise = (text) => {
		noiseLines += 1;
		if (noiseLines <= MOST_NOISE_LINES) log('debug', 'child-output', { pid, text: text.slice(0, MOST_NOISE_TEXT) });
	};
	const beat = async () => {
		noiseLines = 0;
		if ((await memoryOf(pid)) > table.memory) kill('too much memory');
	};
	const timers = [setInterval(beat, BEAT).unref()];
	const flow = readByTurns(stdout, lineReader(table.line, (line) => onLine(line) || noise(line), () => kill('line too long')));
	stdout.once('end', () => timers.push(setTimeout(kill, GRACE, 'closed its output')));
	stderr.on('data', lineReader(MOST_ERROR_LINE, noise, () => noise('(a long line)')));
	for (const pipe of [stdin, stdout, stderr]) pipe.on('error', () => { });
	leader.on('close', onExit).on('exit', (code, by) => {
		log(isEnding ? 'info' : 'warn', 'child-exited', { pid, code, signal: by });
		isEnding = true;
		timers.forEach(clearTimeout);
		flow(true);
		setTimeout(() => [stdout, stderr].forEach((pipe) => pipe.destroy()), GRACE).unref();
	});
	const isBehind = () => stdin.writableLength > table.line;
	const write = (message) => void (stdin.writable && stdin.write(`${message.replace(/[\r\n]/g, ' ')}\n`));
	return {
		check() {
			if (isEnding || !stdin.writable) throw new UpstreamFault('refused');
			if (isBehind()) throw new UpstreamFault('full');
		},
		write, refuse: (message) => (isBehind() ? kill('does not read') : write(message)), flow, end, kill,
	};
}
