import type { Frame } from '../base/frame';
import { keyOf } from '../base/random';
import { paintFilm } from './film';
import { isFlawed, paintFlawedLines, paintSpheres, paintSurround } from './flaws';
import { paintLines, type LineSet } from './lattice';
import type { LatticeFlaws } from './lattice-flaws';
import type { Solids } from './solid-options';

/** Specimens with the contrast of real materials. */
export const solidKinds = ['carbon', 'ice', 'gold-beads', 'latex', 'holey-film', 'crystal'] as const;
/** One of them. */
export type SolidKind = (typeof solidKinds)[number];

/** The specimens that there are. */
export const specimenKinds = ['film', 'cross-grating', 'catalase', 'grid-bars', 'empty', ...solidKinds] as const;
/** One of the specimens. */
export type SpecimenKind = (typeof specimenKinds)[number];

/** The truth of the specimen. */
export interface SpecimenTruth {
  readonly kind: SpecimenKind;
  /** Standard deviation over mean of the film texture seen in an image of about 512 pixels. */
  readonly contrast: number;
  /** Depth of the lines, lattice or bars, 0..1. */
  readonly latticeContrast: number;
  /** Direction of the first set of lines, degrees counter-clockwise from specimen X. */
  readonly angle: number;
  /** Cross grating. */
  readonly linesPerMillimetre: number;
  /** Catalase lattice spacings in nanometres. */
  readonly catalaseSpacings: readonly [number, number];
  /** Grid bars. */
  readonly barsPerInch: number;
  readonly barWidth: number;
  readonly flaws: LatticeFlaws;
  readonly solids: Solids;
}

/** The share of the film's texture on specimens that are more than a film. */
const filmShareOnLattice = 0.5;

/**
 * Fills a canvas of `frame.rows * frame.columns` values with the transmission of a specimen, about 1 where it is thin.
 * @param key of the random texture
 * @param field shorter side of the camera's full field of view, micrometres
 */
export function paintSpecimen(
  canvas: Float32Array,
  frame: Frame,
  specimen: SpecimenTruth,
  key: number,
  field: number,
): void {
  const lines = linesOf(specimen);
  if (specimen.kind === 'empty') canvas.fill(1);
  else
    paintFilm(canvas, frame, { key, contrast: specimen.contrast * (lines.length > 0 ? filmShareOnLattice : 1) }, field);
  if (lines.length === 0) return;
  const flaws = keyOf(key, 17);
  if (isFlawed(specimen.flaws)) paintFlawedLines(canvas, frame, lines, specimen.flaws, flaws);
  else paintLines(canvas, frame, lines);
  paintSpheres(canvas, frame, specimen.flaws, flaws);
  paintSurround(canvas, frame, specimen.flaws);
}

function linesOf({
  kind,
  angle,
  latticeContrast,
  linesPerMillimetre,
  catalaseSpacings,
  barsPerInch,
  barWidth,
  flaws,
}: SpecimenTruth): readonly LineSet[] {
  const crossed = (first: Omit<LineSet, 'angle' | 'depth'>, second = first): readonly LineSet[] => [
    { ...first, angle, depth: latticeContrast },
    { ...second, angle: angle + 90, depth: latticeContrast },
  ];
  switch (kind) {
    case 'cross-grating': {
      const pitch = 1000 / linesPerMillimetre;
      return crossed({ pitch, width: pitch * 0.25 });
    }
    case 'catalase':
      return [
        ...crossed({ pitch: catalaseSpacings[0] / 1000 }, { pitch: catalaseSpacings[1] / 1000 }),
        ...(flaws.cellContrast > 0
          ? [{ pitch: catalaseSpacings[1] / 500, angle: angle + 90, depth: latticeContrast * flaws.cellContrast }]
          : []),
      ];
    case 'grid-bars':
      return crossed({ pitch: 25400 / barsPerInch, width: barWidth });
    default:
      return [];
  }
}
