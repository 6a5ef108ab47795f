/** Prints speed and accuracy of transforms, binning and registration, beside other programs that do the same work, and the speed of the virtual microscope. */
import { cpus } from 'node:os';
import { shiftErrors, similarityErrors, transformErrors } from './accuracy';
import { ctfFits } from './ctf';
import { reduction, shifts } from './images';
import { startFftw, startPython } from './peers/native';
import { virtualImages } from './simulation';
import { startUp } from './start-up';
import { transforms } from './transforms';

const defaultRounds = 21;
const defaultPairs = 50;

async function main(): Promise<void> {
  const [rounds = defaultRounds, pairs = defaultPairs] = process.argv.slice(2).map(Number);
  const [fftw, python] = await Promise.all([startFftw(), startPython()]);
  const say = (text: string) => process.stdout.write(`${text}\n`);
  say(
    `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version}, medians of ${rounds} rounds, contenders in turn\n`,
  );
  if (fftw === undefined) say('FFTW3f: not installed (libfftw3-dev and a C compiler)\n');
  if (python === undefined) say('numpy, scipy, scikit-image: not installed (python3-scipy, python3-skimage)\n');
  for (const size of [1024, 2048, 4096]) say(await transforms(size, rounds, fftw, python));
  say(await shifts(rounds, python));
  say(await reduction(rounds, python));
  say(await ctfFits(Math.ceil(rounds / 3)));
  for (const size of [1024, 4096]) say(virtualImages(size, size > 1024 ? Math.ceil(rounds / 3) : rounds));
  say(startUp(rounds));
  say(transformErrors());
  say(shiftErrors(pairs));
  say(similarityErrors(pairs));
  fftw?.stop();
  python?.stop();
}

void main();
