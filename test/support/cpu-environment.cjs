/**
 * The environment of the tests: that of Node, which also notes the processor time of each file when EUCENTRIC_CPU names a file for it.
 * Processor time, unlike time on the wall, is nearly the same on a busy machine.
 */
const { appendFileSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { TestEnvironment } = require('jest-environment-node');

const notes = process.env.EUCENTRIC_CPU;

/** Seconds of processor that this process and the programs that it started and saw the end of have used so far. */
function secondsOfProcessor() {
  const { user, system } = process.cpuUsage();
  let children = 0;
  try {
    // After the name, which may hold blanks: state is field 3, the times of children that ended are fields 16 and 17, in hundredths.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    children = (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    // Only Linux reports them in this way.
  }
  return (user + system) / 1e6 + children;
}

class MeasuredEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.test = path.relative(config.globalConfig.rootDir, context.testPath).split(path.sep).join('/');
    this.began = secondsOfProcessor();
    /** Processor time of the conformance of menu items, of which one file holds many. */
    this.items = {};
  }

  async handleTestEvent({ name, describeBlock }) {
    const item = /^menu item (\S+)/.exec(describeBlock?.name ?? '')?.[1];
    if (item === undefined || notes === undefined) return;
    if (name === 'run_describe_start') this.items[item] = (this.items[item] ?? 0) - secondsOfProcessor();
    if (name === 'run_describe_finish') this.items[item] += secondsOfProcessor();
  }

  async teardown() {
    await super.teardown();
    if (notes === undefined) return;
    const seconds = secondsOfProcessor() - this.began;
    appendFileSync(notes, `${JSON.stringify({ test: this.test, seconds, items: this.items })}\n`);
  }
}

module.exports = MeasuredEnvironment;
