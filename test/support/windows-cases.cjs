/** Run by a Node for Windows: runs every case that a module exports, and writes what each gave or threw to a file as JSON. */
const fs = require('node:fs');

const [module_, result, build] = process.argv.slice(2);
const plain = (value) => {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (ArrayBuffer.isView(value)) return { kind: value.constructor.name, values: Array.from(value, plain) };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
  return value;
};

async function main() {
  const answers = {};
  const { cases } = require(module_);
  for (const [name, run] of Object.entries(cases(build))) {
    try {
      answers[name] = { value: plain(await run()) };
    } catch (error) {
      answers[name] = {
        error: { code: error.code, message: error.message, hint: error.hint, result: error.result, stack: error.stack },
      };
    }
  }
  fs.writeFileSync(result, JSON.stringify(answers));
}

main().then(
  () => process.exit(0),
  (error) => {
    fs.writeFileSync(result, JSON.stringify({ failed: error.stack }));
    process.exit(1);
  },
);
