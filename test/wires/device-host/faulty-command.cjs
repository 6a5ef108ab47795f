/** Starts the process of a device with a connection that does not always hand on what it gets. Given: seed, program, what the program is given. */
const { spawn } = require('node:child_process');
const { connect, createServer } = require('node:net');
const { faultOfSeed, forward } = require('./fault-proxy.cjs');

const [seed, program, ...given] = process.argv.slice(2);
const startup = JSON.parse(process.env.EUCENTRIC_DEVICE_HOST);
const server = createServer((socket) =>
  forward(socket, connect(startup.port, '127.0.0.1'), faultOfSeed(Number(seed), 90_000)),
);
server.listen(0, '127.0.0.1', () => {
  const env = { ...process.env, EUCENTRIC_DEVICE_HOST: JSON.stringify({ ...startup, port: server.address().port }) };
  spawn(program, given, { env, stdio: 'ignore' }).on('exit', (code) => process.exit(code ?? 1));
});
