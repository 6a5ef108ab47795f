import { connect } from 'node:net';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { HostPeer } from './host-peer';
import { type Reply, type Startup, startupVariable } from './messages';

/**
 * Main function of a device's process: the device runs on one thread, the connection on the other. The process ends at
 * once with the connection.
 */
function main({ port, token, interval }: Startup): void {
  // An ordinary exit would wait for the thread of the device, which may never return from a call.
  const end = (): void => void process.kill(process.pid, 'SIGKILL');
  const worker = new Worker(path.join(__dirname, 'host-worker.js'), { stdout: true, stderr: true });
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const peer = new HostPeer(socket, { token, interval, take: (request) => worker.postMessage(request), end });
  worker.on('message', (reply: Reply) => peer.send(reply));
  worker.on('error', (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`, end);
  });
  worker.on('exit', end);
}

const startup = process.env[startupVariable];
if (startup) main(JSON.parse(startup) as Startup);
