import type { Frame } from '../base/frame';
import { exponential, tabledDecay } from '../base/functions';
import { keyOf } from '../base/random';
import { scratch } from '../base/scratch';
import { addWaves, type CrystalWave } from './crystal';
import { addHoles, type HoleyFilm } from './holes';
import { carbon, goldPotential, ice, interaction, latexPotential, phasePower, type Material } from './materials';
import { paintSpecimen, type SolidKind, solidKinds, type SpecimenKind, type SpecimenTruth } from './paint';
import { addSpheres } from './spheres';
import { graininess, paintTexture } from './texture';

/** A part of the texture of a specimen, such as that of the carbon about holes. */
export interface TexturePart {
  /** Factor of the spectrum of the grains, by the square of the frequency in cycles per micrometre. */
  readonly factor: (frequencySquared: number) => number;
  /** Micrometres over which its structure lies at random heights. */
  readonly thickness: number;
  /** Multiplies a canvas by the share of this part at each pixel; everywhere the same where there is none. */
  readonly weigh?: (canvas: Float32Array, frame: Frame) => void;
}

/** The texture of an amorphous specimen. */
export interface Texture {
  /** Fills a canvas with its grains. */
  readonly paint: (canvas: Float32Array, frame: Frame) => void;
  readonly parts: readonly TexturePart[];
}

/** A specimen as the image forms it. */
export interface Scene {
  /** Phase contrast as a multiple of amplitude contrast; that of the lens options by default. */
  readonly phaseToAmplitude?: number;
  /** Micrometres over which what is painted lies at random heights. */
  readonly thickness: number;
  /** The transmission where it is the same everywhere. */
  readonly uniform?: number;
  /** Fills a canvas with the transmission, about 1 where the specimen is thin. @param field shorter side of the camera's full field of view, micrometres */
  readonly paint: (canvas: Float32Array, frame: Frame, field: number) => void;
  /** The texture that an image of a pixel size in micrometres shows on top of the transmission; undefined where nobody could see it. */
  readonly texture?: (pixelSize: number) => Texture | undefined;
}

const isSolid = (kind: SpecimenKind): kind is SolidKind => (solidKinds as readonly string[]).includes(kind);

/** Standard deviation of the phase in a pixel below which no texture is painted: its contrast is the shot noise of more than a million electrons. */
const smallestPhase = 4e-4;

/** Specimen of a kind as it is imaged with electrons of an energy. @param key of what is random in it */
export function sceneOf(truth: SpecimenTruth, kind: SpecimenKind, key: number, kilovolts: number): Scene {
  if (!isSolid(kind))
    return {
      thickness: kind === 'film' ? truth.solids.filmThickness : 0,
      paint: (canvas, frame, field) => paintSpecimen(canvas, frame, { ...truth, kind }, key, field),
    };
  return solidScene(truth, kind, keyOf(key, 29), kilovolts);
}

/** Adds phase in radians to a canvas. */
type AddPhase = (canvas: Float32Array, frame: Frame) => void;

/** Turns phases into transmissions. Most pixels show nothing but the ground, whose value is the same for all. */
function transmit(canvas: Float32Array, ground: number, factor: number): void {
  // A canvas holds single precision, so that the ground is found again as it was rounded.
  const rounded = Math.fround(ground);
  const ofGround = tabledDecay(Math.max(0, factor * rounded));
  for (let k = 0; k < canvas.length; k++)
    canvas[k] = canvas[k] === rounded ? ofGround : tabledDecay(Math.max(0, factor * canvas[k]!));
}

function solidScene(truth: SpecimenTruth, kind: SolidKind, key: number, kilovolts: number): Scene {
  const { solids } = truth;
  const amplitude = solids.amplitudeContrast;
  const perVolt = 1000 * interaction(kilovolts);
  const phaseOf = (material: Material, thickness: number): number => perVolt * material.innerPotential * thickness;
  const { ground, add, layers } = contents();
  const transmission = exponential(-2 * amplitude * ground);
  return {
    phaseToAmplitude: Math.sqrt(1 - amplitude * amplitude) / amplitude,
    thickness: 0,
    ...(!add && { uniform: transmission }),
    paint(canvas, frame) {
      canvas.fill(ground);
      add?.(canvas, frame);
      transmit(canvas, ground, 2 * amplitude);
    },
    texture: (pixelSize) => textureOf(pixelSize),
  };

  /** The phase of the ground, what stands on it, and the amorphous layers. */
  function contents(): {
    readonly ground: number;
    readonly add?: AddPhase;
    readonly layers: readonly Layer[];
  } {
    const film = { material: carbon, thickness: solids.carbonThickness };
    const onFilm = (add: AddPhase) => ({ ground: phaseOf(carbon, film.thickness), add, layers: [{ of: [film] }] });
    switch (kind) {
      case 'carbon':
        return { ground: phaseOf(carbon, film.thickness), layers: [{ of: [film] }] };
      case 'ice':
        return {
          ground: phaseOf(ice, solids.iceThickness),
          layers: [{ of: [{ material: ice, thickness: solids.iceThickness }] }],
        };
      case 'gold-beads':
        return onFilm((canvas, frame) =>
          addSpheres(canvas, frame, {
            perSquareMicrometre: solids.goldPerSquareMicrometre,
            radii: solids.goldRadii,
            spread: solids.goldSpread,
            perMicrometre: perVolt * goldPotential,
            key: keyOf(key, 1),
          }),
        );
      case 'latex':
        return onFilm((canvas, frame) =>
          addSpheres(canvas, frame, {
            perSquareMicrometre: solids.latexPerSquareMicrometre,
            radii: [truth.flaws.latexDiameter / 2],
            spread: 0.01,
            perMicrometre: perVolt * latexPotential,
            key: keyOf(key, 2),
          }),
        );
      case 'holey-film': {
        const holes: HoleyFilm = { ...solids.holes, angle: truth.angle, key: keyOf(key, 3) };
        const water = { material: ice, thickness: solids.iceThickness };
        const sheet = { inside: 0, outside: phaseOf(carbon, film.thickness), rim: phaseOf(carbon, holes.rim) };
        let shares: { readonly frame: Frame; readonly film: Float32Array } | undefined;
        const filmIn = (frame: Frame, length: number): Float32Array => {
          if (shares?.frame === frame) return shares.film;
          const film = scratch('shares', length).subarray(0, length);
          addHoles(film, frame, holes, { inside: 0, outside: 1, rim: 0 });
          shares = { frame, film };
          return film;
        };
        return {
          ground: phaseOf(ice, water.thickness),
          add: (canvas, frame) => addHoles(canvas, frame, holes, sheet),
          layers: [
            {
              of: [film, water],
              weigh(canvas, frame) {
                const shown = filmIn(frame, canvas.length);
                for (let k = 0; k < canvas.length; k++) canvas[k]! *= shown[k]!;
              },
            },
            {
              of: [water],
              weigh(canvas, frame) {
                const shown = filmIn(frame, canvas.length);
                for (let k = 0; k < canvas.length; k++) canvas[k]! *= 1 - shown[k]!;
              },
            },
          ],
        };
      }
      case 'crystal':
        return {
          ground: perVolt * goldPotential * solids.crystalThickness,
          add: (canvas, frame) => addWaves(canvas, frame, crystalWaves(truth, perVolt)),
          layers: [],
        };
    }
  }

  function textureOf(pixelSize: number): Texture | undefined {
    const grains = graininess(pixelSize);
    const parts = layers.flatMap((layer): TexturePart[] => {
      const power = (frequencySquared: number): number =>
        powerOf(layer, Math.sqrt(frequencySquared) / 1000, kilovolts) * 1e-6;
      // The phase that a pixel averages has the power up to about its Nyquist frequency.
      if (!(Math.sqrt(power(0.05 / pixelSize ** 2)) / pixelSize > smallestPhase)) return [];
      return [
        {
          factor: (frequencySquared) => -2 * amplitude * Math.sqrt(power(frequencySquared) / grains(frequencySquared)),
          thickness: layer.of.reduce((sum, { thickness }) => sum + thickness, 0),
          ...(layer.weigh && { weigh: layer.weigh }),
        },
      ];
    });
    return parts.length === 0
      ? undefined
      : { paint: (canvas, frame) => paintTexture(canvas, frame, keyOf(key, 4)), parts };
  }
}

/** Amorphous materials on top of each other, and the share of the specimen that they cover. */
interface Layer {
  readonly of: readonly { readonly material: Material; readonly thickness: number }[];
  readonly weigh?: TexturePart['weigh'];
}

/** Power of the phase behind a layer; materials on top of each other know nothing of each other. @param frequency cycles per nanometre */
const powerOf = ({ of }: Layer, frequency: number, kilovolts: number): number =>
  of.reduce((sum, { material, thickness }) => sum + phasePower(material, 1000 * thickness, kilovolts, frequency), 0);

/** Potentials in volts of the waves of a perfect crystal of gold along a cube axis: two crossed sets of planes and their diagonals. */
const crystalPotentials = { planes: 9, diagonals: 6 };

function crystalWaves({ solids, angle }: SpecimenTruth, perVolt: number): readonly CrystalWave[] {
  const { crystalSpacing, crystalThickness } = solids;
  // Both signs of a reflection make one wave of twice its potential.
  const amplitude = (potential: number): number => 2 * perVolt * potential * crystalThickness;
  return [0, 45, 90, 135].map((turn) => {
    const diagonal = turn % 90 !== 0;
    return {
      spacing: diagonal ? crystalSpacing / Math.SQRT2 : crystalSpacing,
      angle: angle + turn,
      amplitude: amplitude(diagonal ? crystalPotentials.diagonals : crystalPotentials.planes),
    };
  });
}
