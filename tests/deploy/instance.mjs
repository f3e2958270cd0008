// A Driftline of a test's own: its own state folder, a free port, taken down at the end.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync, realpathSync, readlinkSync, readFileSync, lstatSync, existsSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

// The settings of a service whose limits are off.
export const unlimited = () => Object.fromEntries(execFileSync(`${checkout}/build/config`, ['--table'], { encoding: 'utf8' })
  .match(/^DRIFTLINE_LIMIT_\w+/gm).map((name) => [name, '0']));

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

  async pickPort() {
    this.port ??= await freePort();
  }

  async up(...args) {
    await this.pickPort();
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

  // SQL as the owner of the database; what it prints, unaligned.
  async sql(text) {
    const done = await run('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', this.sockets, '-U', 'driftline_owner', '-d', 'driftline', '-c', text], { cwd: '/' });
    if (done.status !== 0) throw new Error(done.text);
    return done.stdout.trimEnd();
  }

  // Gone without a trace.
  async remove() {
    if (existsSync(path.join(this.state, 'instance'))) {
      const { sockets } = this;
      await this.deploy('down');
      rmSync(sockets, { recursive: true, force: true }); // what an nginx of the operator's has left
    }
    if (existsSync(this.state) && lstatSync(this.state).isSymbolicLink())
      rmSync(readlinkSync(this.state), { recursive: true, force: true });
    rmSync(this.base ?? this.state, { recursive: true, force: true });
  }
}

// A certificate for localhost, of an authority made for the test. `renew` makes the next one.
export async function authority(folder) {
  const file = (name) => path.join(folder, name);
  const openssl = async (...args) => {
    const done = await run('openssl', args, { cwd: folder });
    if (done.status !== 0) throw new Error(done.text);
    return done.stdout;
  };
  const curve = ['-pkeyopt', 'ec_paramgen_curve:P-256'];
  await openssl('req', '-x509', '-newkey', 'ec', ...curve, '-nodes', '-keyout', file('ca.key'), '-out', file('ca.pem'), '-days', '2', '-subj', '/CN=authority of a test');
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const renew = async (name) => {
    await openssl('req', '-newkey', 'ec', ...curve, '-nodes', '-keyout', file('key.pem'), '-out', file('request'), '-subj', `/CN=${name}`);
    await openssl('x509', '-req', '-in', file('request'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', file('names'), '-out', file('certificate.pem'));
  };
  await renew('first');
  return { renew, openssl, ca: file('ca.pem'), certificate: file('certificate.pem'), key: file('key.pem') };
}

// An nginx as an operator would have it, with Driftline's files included. Wants root.
export function operatorsNginx(folder, instance) {
  const tmp = path.join(folder, 'nginx');
  const conf = path.join(instance.realState, 'nginx');
  mkdirSync(tmp, { recursive: true });
  writeFileSync(path.join(tmp, 'nginx.conf'), `
    load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
    daemon off;
    worker_processes 1;
    user driftline-web driftline;
    pid ${tmp}/pid;
    error_log ${tmp}/error crit;
    events {}
    http {
      include /etc/nginx/mime.types;
      variables_hash_max_size 2048;
      client_body_temp_path ${tmp}/a; fastcgi_temp_path ${tmp}/b; proxy_temp_path ${tmp}/c; uwsgi_temp_path ${tmp}/d; scgi_temp_path ${tmp}/e;
      access_log ${tmp}/access;
      include "${conf}/driftline-http.conf";
      server {
        listen 127.0.0.1:${instance.port};
        server_name chat.example;
        include "${conf}/driftline-server.conf";
      }
    }`);
  return spawn('/usr/sbin/nginx', ['-e', 'stderr', '-p', tmp, '-c', path.join(tmp, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] });
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
