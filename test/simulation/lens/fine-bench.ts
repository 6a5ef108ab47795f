import {
  buildTruth,
  definePart,
  simulatorOptions,
  standardParts,
  VirtualMicroscope,
  type Instrument,
  type Parts,
  type Truth,
} from '../../../simulation';
import type { Scene } from '../../../simulation/specimen/scene';
import { still } from '../bench';
import type { CtfFacts } from './ctf-fit';

/** Pixels on a side of the camera. */
export const size = 512;
/** Micrometres of one, where nothing else is said. */
const usualPixelSize = 0.00022;
const magIndex = 30;
const rotationDegrees = 37;

/** An instrument with one camera at one high magnification, on which rings of contrast transfer are seen. */
const instrumentWith = (pixelSizeMicrometres: number): Instrument => ({
  magnifications: [{ index: magIndex, magnification: 64000, low: false }],
  cameras: [{ index: 0, name: 'fine', width: size, height: size }],
  views: [{ magIndex, camera: 0, pixelSizeMicrometres, rotationDegrees }],
  specimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
});

/** A specimen without structure: each pixel scatters by chance, so that all frequencies are equally strong. */
const noise = definePart({
  name: 'specimen',
  options: {},
  truth: () => ({}),
  start() {
    let state = 12345;
    const uniform = (): number => (state = (state * 1103515245 + 12345) % 0x80000000) / 0x80000000;
    return {
      scene: (): Scene => ({
        thickness: 0,
        paint(canvas: Float32Array): void {
          for (let k = 0; k < canvas.length; k++) canvas[k] = 1 + 0.03 * (uniform() + uniform() + uniform() - 1.5);
        },
      }),
    };
  },
});
const parts: Parts = standardParts.map((part) => (part.name === 'specimen' ? noise : part));

/** Conditions under which the specimen gives rings: still and with phase contrast. */
const ringed = {
  ...still,
  electronsPerFieldPixelPerSecond: 20000,
  phaseToAmplitudeContrast: 7,
  focusSpreadNm: 0,
  convergenceMilliradians: 0,
};

/** A microscope for fits of the contrast transfer. */
export function fineBench(
  options: Record<string, unknown> = {},
  pixelSize = usualPixelSize,
): {
  readonly microscope: VirtualMicroscope;
  readonly truth: Truth;
  /** Takes an image of the middle, `side` pixels wide and high. */
  readonly take: (side?: number) => Uint16Array;
} {
  const truth = buildTruth(simulatorOptions.parse({ ...ringed, ...options }), instrumentWith(pixelSize));
  const microscope = new VirtualMicroscope(truth, { seed: 1, now: () => 0, parts });
  const take = (side = size): Uint16Array => {
    const area = { left: (size - side) / 2, top: (size - side) / 2, width: side, height: side };
    return microscope.expose({ camera: 0, binning: 1, exposure: 1, area }).data;
  };
  return { microscope, truth, take };
}

/** Facts of this instrument for a fit near a defocus. */
export const factsNear = (defocus: number, more: Partial<CtfFacts> = {}): CtfFacts => ({
  kilovolts: 300,
  pixelSize: usualPixelSize,
  sphericalAberration: 2.7,
  phaseToAmplitude: 7,
  between: [-defocus - 0.4, -defocus + 0.4],
  ...more,
});

/** A vector of the camera on the specimen, where it turns by `order` times the angle. */
export function onSpecimen(
  { x, y }: { readonly x: number; readonly y: number },
  order: number,
): { x: number; y: number } {
  const angle = (-order * rotationDegrees * Math.PI) / 180;
  return { x: x * Math.cos(angle) - y * Math.sin(angle), y: x * Math.sin(angle) + y * Math.cos(angle) };
}
