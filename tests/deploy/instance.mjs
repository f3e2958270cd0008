// A Driftline of a test's own: its own state folder, a free port, taken down at the end.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, realpathSync, readlinkSync, readFileSync, lstatSync, existsSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Without the settings of whoever runs the tests.
export function environment(more = {}) {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (name.startsWith('DRIFTLINE_')) delete env[name];
  return { ...env, ...more };
}

export function run(file, args = [], options = {}) {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: 300000, maxBuffer: 1 << 24, ...options }, (error, stdout, stderr) => {
      resolve({ status: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr, text: stdout + stderr });
    });
  });
}

export async function until(what, condition, milliseconds = 20000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export class Instance {
  constructor({ root = checkout, state, env = {} } = {}) {
    this.root = root;
    this.base = state ? null : mkdtempSync(path.join(tmpdir(), 'driftline-test-'));
    if (this.base) chmodSync(this.base, 0o755);
    this.state = state ?? path.join(this.base, 'state');
    this.settings = env;
  }

  async deploy(...args) {
    return run(path.join(this.root, 'deploy.sh'), args, { env: environment(this.env), cwd: '/' });
  }

  get env() {
    return { DRIFTLINE_STATE: this.state, DRIFTLINE_PORT: String(this.port), ...this.settings };
  }

  async up(...args) {
    this.port ??= await freePort();
    const done = await this.deploy('up', '--no-client', ...args);
    if (done.status !== 0) throw new Error(`up failed (${done.status}):\n${done.text}`);
    return done;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get realState() {
    return realpathSync(this.state);
  }

  get sockets() {
    return /^RUN=(.*)$/m.exec(readFileSync(path.join(this.state, 'instance'), 'utf8'))[1].replace(/^'|'$/g, '');
  }

  pid(part) {
    return Number(readFileSync(path.join(this.state, 'service', part, 'supervise', 'pid'), 'utf8'));
  }

  log(part) {
    return readFileSync(path.join(this.state, 'log', part, 'current'), 'utf8');
  }

  // Gone without a trace.
  async remove() {
    if (existsSync(path.join(this.state, 'instance'))) await this.deploy('down');
    if (existsSync(this.state) && lstatSync(this.state).isSymbolicLink())
      rmSync(readlinkSync(this.state), { recursive: true, force: true });
    rmSync(this.base ?? this.state, { recursive: true, force: true });
  }
}

// Sends bytes as they are; the answers that came back before the other side fell silent.
export function raw(port, text, { wait = 3000, host = '127.0.0.1' } = {}) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host);
    const chunks = [];
    const done = () => {
      socket.destroy();
      const all = Buffer.concat(chunks).toString('utf8');
      const cut = all.indexOf('\r\n\r\n');
      const head = all.slice(0, cut < 0 ? undefined : cut).split('\r\n');
      const headers = {};
      for (const line of head.slice(1)) {
        const name = line.slice(0, line.indexOf(':')).toLowerCase();
        const value = line.slice(line.indexOf(':') + 1).trim();
        headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
      }
      resolve({ status: Number(head[0].split(' ')[1]), headers, body: cut < 0 ? '' : all.slice(cut + 4), all });
    };
    socket.setTimeout(wait, done);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks).toString('utf8');
      const length = /content-length: (\d+)/i.exec(all);
      const cut = all.indexOf('\r\n\r\n');
      if (length && cut >= 0 && !all.startsWith('HTTP/1.1 101') && Buffer.byteLength(all.slice(cut + 4)) >= Number(length[1])) done();
    });
    socket.on('end', done);
    socket.on('error', (error) => (chunks.length ? done() : reject(error)));
    socket.write(text);
  });
}
