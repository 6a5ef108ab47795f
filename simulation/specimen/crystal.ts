import type { Frame } from '../base/frame';
import { cosine, exponential, sine, tabledCosine } from '../base/functions';
import { specimenPoint } from './lattice';

/** A wave of a perfect crystal. */
export interface CrystalWave {
  /** Micrometres from one plane to the next. */
  readonly spacing: number;
  /** Direction across the planes, degrees counter-clockwise from specimen X. */
  readonly angle: number;
  readonly amplitude: number;
}

/** Waves of less than this share of their amplitude, after the blur of the pixels, are left out. */
const smallestShare = 1e-4;

/** Adds waves to a canvas, each blurred as the pixels are. */
export function addWaves(canvas: Float32Array, frame: Frame, waves: readonly CrystalWave[]): void {
  const plain = frame.cubic === 0 && frame.quadratic === 0;
  const blur = (frame.blurVariance + 1 / 12) * frame.pixelSize ** 2;
  const [first, right, below] = [0, 1, 2].map(() => ({ x: 0, y: 0 }));
  const point = { x: 0, y: 0 };
  specimenPoint(frame, 0, 0, first!);
  specimenPoint(frame, 1, 0, right!);
  specimenPoint(frame, 0, 1, below!);
  for (const { spacing, angle, amplitude } of waves) {
    const share = exponential((-2 * Math.PI ** 2 * blur) / spacing ** 2);
    if (share < smallestShare) continue;
    const height = amplitude * share;
    const kx = cosine((angle * Math.PI) / 180) / spacing;
    const ky = sine((angle * Math.PI) / 180) / spacing;
    const turns = ({ x, y }: { readonly x: number; readonly y: number }): number => x * kx + y * ky;
    const step = 2 * Math.PI * (turns(right!) - turns(first!));
    const [turnCosine, turnSine] = [cosine(step), sine(step)];
    for (let row = 0, at = 0; row < frame.rows; row++) {
      if (!plain) {
        for (let column = 0; column < frame.columns; column++, at++) {
          specimenPoint(frame, column, row, point);
          canvas[at]! += height * tabledCosine(turns(point));
        }
        continue;
      }
      // The turns are reduced before they become an angle, so that places far away are as exact as near ones.
      const begin = turns(first!) + row * (turns(below!) - turns(first!));
      const angleHere = 2 * Math.PI * (begin - Math.floor(begin));
      let re = height * cosine(angleHere);
      let im = height * sine(angleHere);
      for (let column = 0; column < frame.columns; column++, at++) {
        canvas[at]! += re;
        const turned = re * turnCosine - im * turnSine;
        im = re * turnSine + im * turnCosine;
        re = turned;
      }
    }
  }
}
