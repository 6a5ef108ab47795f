import { type CameraIndex, EucentricError } from '../../core/base';
import { LiveImage } from '../../core/acquisition';
import { Cameras } from '../../core/devices';
import type { BufferedImage } from '../../core/kernel';
import type { ParameterSetName } from '../../core/settings';
import { extent, mean, standardDeviation } from '../../imaging';
import { exitCodes } from '../output';
import type { CommandContext } from './base/context';
import { whileStoppable } from './base/stopping';

/** The options of `live`. */
export interface LiveOptions {
  readonly camera?: CameraIndex;
  /** Number of images after which it ends by itself. */
  readonly count?: number;
}

/** Milliseconds between two lines for people. */
const lineInterval = 1000;

/** `live SET`: shows images one after the other, with their rate and counts, until Ctrl-C. */
export function liveCommand(
  { output, open }: CommandContext,
  set: ParameterSetName,
  { camera, count }: LiveOptions,
): Promise<number> {
  return whileStoppable(async (signal) => {
    await using instrument = await open();
    await instrument.connect(signal);
    const { session } = instrument;
    const live = session.find(LiveImage);
    if (!live) throw noLiveImage();
    if (camera !== undefined) await session.find(Cameras)?.select(camera, signal);
    let last: Line | undefined;
    let told = -Infinity;
    const tell = (line: Line): void => {
      output.emit(line);
      output.print(inWords(line));
    };
    const finished = new Promise<'stopped' | 'enough' | 'failed'>((resolve) => {
      signal.addEventListener('abort', () => resolve('stopped'), { once: true });
      if (signal.aborted) resolve('stopped');
      let seen = 0;
      live.onChange(() => {
        const image = instrument.session.buffers.get('A');
        const { rate, running } = live;
        if (running !== undefined && image?.context.live && rate.images > seen) {
          seen = rate.images;
          last = lineOf(image, rate);
          if (output.json || Date.now() - told >= lineInterval) {
            told = Date.now();
            tell(last);
            last = undefined;
          }
          if (count !== undefined && seen >= count) resolve('enough');
        }
        if (running === undefined && seen > 0) resolve('failed');
      });
    });
    await live.start(set);
    const how = await finished;
    await live.stop();
    if (last) tell(last);
    if (how === 'failed') throw ended();
    output.emit({ event: 'result', set, images: live.rate.images });
    return exitCodes.done;
  });
}

/** Numbers of one image of a live image. */
interface Line {
  readonly event: 'live';
  readonly images: number;
  readonly perSecond: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly minimum: number;
  readonly maximum: number;
}

function lineOf({ frame: { image } }: BufferedImage, { images, perSecond }: LiveImage['rate']): Line {
  return {
    event: 'live',
    images,
    perSecond,
    mean: mean(image),
    standardDeviation: standardDeviation(image),
    ...extent(image),
  };
}

const inWords = ({ images, perSecond, minimum, maximum, ...line }: Line): string =>
  `Image ${images}, ${perSecond.toFixed(1)} per second: mean ${line.mean.toFixed(1)}, standard deviation ${line.standardDeviation.toFixed(1)}, ${minimum.toFixed(0)} to ${maximum.toFixed(0)} counts`;

const noLiveImage = (): EucentricError =>
  new EucentricError({
    code: 'live/none',
    message: 'The instrument has no column and camera for a live image.',
    hint: 'Check the cameras and plugins of the configuration; "check" says which camera is driven by none.',
  });

const ended = (): EucentricError =>
  new EucentricError({
    code: 'live/ended',
    message: 'The live image has ended before it was stopped; the log says why.',
    hint: 'Check the connection to the camera, then start it again.',
  });
