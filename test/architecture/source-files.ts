import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** The root of the project. */
export const root = path.resolve(__dirname, '..', '..');

/** Folders of the program itself. */
export const programFolders = ['api', 'app', 'core', 'imaging', 'simulation', 'wires', 'plugins', 'testing'] as const;
/** Folders of everything that is written by hand. */
export const allFolders = [...programFolders, 'scripts', 'bench', 'statistics', 'bin', 'config', 'test'] as const;

const generated = /^(imaging\/fft\/(pkg|target)|config\/calibrations)(\/|$)/;

/** All files below some folders, as paths from the root with forward slashes, without generated and ignored ones. */
export function filesIn(folders: readonly string[]): readonly string[] {
  const walk = (folder: string): string[] =>
    readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const name = `${folder}/${entry.name}`;
      if (generated.test(name) || entry.name === 'node_modules') return [];
      return entry.isDirectory() ? walk(name) : [name];
    });
  return folders.filter((folder) => existsSync(path.join(root, folder))).flatMap(walk);
}

/** The text of a file. */
export const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The TypeScript files of some folders. */
export const typescriptIn = (folders: readonly string[]): readonly string[] =>
  filesIn(folders).filter((file) => file.endsWith('.ts'));

/** One import of a file, static or not, of a type or of a value. */
export interface Import {
  readonly file: string;
  readonly line: number;
  /** The specifier in the source. */
  readonly wanted: string;
  /** The file or folder from the root; undefined for a package. */
  readonly target: string | undefined;
}

/** All imports of a file. */
export function importsOf(file: string, text = textOf(file)): readonly Import[] {
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s+|\brequire\(\s*|\bimport\(\s*)'([^'\n]+)'/g)].map((match) => {
    const wanted = match[1]!;
    const target = wanted.startsWith('.')
      ? path.posix.normalize(path.posix.join(path.posix.dirname(file), wanted))
      : undefined;
    return { file, line: text.slice(0, match.index).split('\n').length, wanted, target };
  });
}

/** Every file that git tracks; without git, every file on disk. */
export function trackedFiles(): readonly string[] {
  try {
    const listed = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n');
    return listed.filter(
      (file) => file !== '' && existsSync(path.join(root, file)) && statSync(path.join(root, file)).isFile(),
    );
  } catch {
    return filesIn(allFolders);
  }
}
