import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Fingerprints of the files that a result depends on, by their paths from the root. */
export type Fingerprints = Readonly<Record<string, string>>;

const hashOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex').slice(0, 16);
const packageOf = (place: string): string | undefined => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(place)?.[1];
/** Files beside code that are read by other ways than those that are watched: threads, and modules of other languages. */
const companion = /\.(cjs|json|wasm)$/;

/** Fingerprints of files, which a change of comments or of line breaks leaves as they are. */
export class Sources {
  private readonly known: Record<string, { readonly time: number; readonly size: number; readonly hash: string }>;
  private changed = false;

  constructor(
    private readonly root: string,
    private readonly cache: string,
  ) {
    this.known = existsSync(cache) ? (JSON.parse(readFileSync(cache, 'utf8')) as typeof this.known) : {};
  }

  /** Fingerprint of a file, of the version of a package, or of that of Node; undefined when it is not there. */
  fingerprint(name: string): string | undefined {
    if (name === 'node') return process.versions.node.split('.')[0];
    const file = path.join(this.root, name);
    const status = statSync(file, { throwIfNoEntry: false });
    if (!status) return undefined;
    const known = this.known[name];
    if (known && known.time === status.mtimeMs && known.size === status.size) return known.hash;
    const text = readFileSync(file);
    const hash = packageOf(name)
      ? (JSON.parse(text.toString()) as { version: string }).version
      : hashOf(name.endsWith('.ts') ? code(text.toString()) : text);
    this.known[name] = { time: status.mtimeMs, size: status.size, hash };
    this.changed = true;
    return hash;
  }

  /** Fingerprints of the files that a program has loaded or read, which are given by their absolute paths. */
  of(loaded: Iterable<string>): Fingerprints {
    const names = new Set(['node']);
    for (const place of loaded) {
      const name = this.nameOf(place);
      if (name === undefined) continue;
      names.add(name);
      const folder = path.posix.dirname(name);
      if (!name.endsWith('.ts') || packageOf(name)) continue;
      for (const each of readdirSync(path.join(this.root, folder)))
        if (companion.test(each)) names.add(path.posix.join(folder, each));
    }
    return Object.fromEntries(
      [...names].sort().flatMap((name) => {
        const hash = this.fingerprint(name);
        return hash === undefined ? [] : [[name, hash]];
      }),
    );
  }

  /** Names of the files that are no longer what they were. */
  changesSince(fingerprints: Fingerprints): readonly string[] {
    return Object.keys(fingerprints).filter((name) => this.fingerprint(name) !== fingerprints[name]);
  }

  /** Keeps what was computed for the next program. */
  save(): void {
    if (!this.changed) return;
    mkdirSync(path.dirname(this.cache), { recursive: true });
    writeFileSync(`${this.cache}.${process.pid}`, JSON.stringify(this.known));
    renameSync(`${this.cache}.${process.pid}`, this.cache);
    this.changed = false;
  }

  /** The source of a file that was loaded, from the root; undefined for what belongs to no result. */
  private nameOf(place: string): string | undefined {
    const from = path.relative(this.root, place).split(path.sep).join('/');
    if (from.startsWith('..') || path.isAbsolute(from) || from === '') return undefined;
    const used = packageOf(from);
    if (used !== undefined) return `node_modules/${used}/package.json`;
    const built = from.replace(/^build\//, '');
    if (/^(verify|statistics\/harness|config\/calibrations)\//.test(built)) return undefined;
    const source = built.replace(/\.js(\.map)?$/, '.ts');
    const name = [source, built].find((each) => existsSync(path.join(this.root, each)));
    return name !== undefined && statSync(path.join(this.root, name)).isFile() ? name : undefined;
  }
}

/** The code of a file without comments and line breaks. */
function code(text: string): string {
  const { transformSync } = require('@swc/core') as typeof import('@swc/core');
  const { code: short } = transformSync(text, {
    swcrc: false,
    configFile: false,
    minify: true,
    jsc: {
      parser: { syntax: 'typescript' },
      target: 'es2022',
      minify: { compress: false, mangle: false, format: { comments: false } },
    },
  });
  return short;
}
