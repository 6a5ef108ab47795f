import { type Chart, type ImagePlot, type PlotOverlay, type PlotTile, imageTile } from '../../../../core/base';
import {
  type CtfFit,
  type CtfRequest,
  type Image,
  ContrastTransfer,
  amplitudeSpectrum,
  percentiles,
  ringRadii,
  toFloat32,
} from '../../../../imaging';

/** Steps of a full turn along which zeros are drawn, and most zeros. */
const [azimuths, maxZeros] = [72, 10];
/** Part of the spectrum that is shown, as a multiple of the end of the fit. */
const shownBeyondFit = 1.25;
/** Percent of the pixels of the spectrum that are darker than black, and darker than white. */
const [blackPercent, whitePercent] = [10, 99.5];

/** The spectrum of an image with the zeros of the fit over its left half, so that the right half can be compared with it. */
export const ringImage = (source: Image, fit: CtfFit, request: CtfRequest, label: string): ImagePlot => ({
  kind: 'image',
  id: 'rings',
  title: 'Rings with the fit',
  tiles: [ringTile(source, fit, request, { label })],
});

/** The same as one tile among several. */
export function ringTile(
  source: Image,
  fit: CtfFit,
  request: CtfRequest,
  place: Partial<Pick<PlotTile, 'column' | 'row' | 'label'>>,
): PlotTile {
  const whole = amplitudeSpectrum(source);
  const [allRows = 0, allColumns = 0] = whole.shape;
  // Beyond the end of the fit there is nothing to see.
  const share = Math.min(1, (2 * shownBeyondFit * request.pixelSize) / (fit.fitResolution ?? request.pixelSize));
  const [rows, columns] = [2 * Math.floor((share * allRows) / 2), 2 * Math.floor((share * allColumns) / 2)];
  const [top, left] = [Math.floor(allRows / 2) - rows / 2, Math.floor(allColumns / 2) - columns / 2];
  const samples = toFloat32(whole.lo(top, left).hi(rows, columns)).map((each) => Math.log1p(each));
  const [black = 0, white = 1] = percentiles(samples, [blackPercent, whitePercent]);
  const overlays = zerosOf(fit, request).map((radii): PlotOverlay => ({
    name: 'zeros of the fit',
    kind: 'line',
    points: radii.flatMap(({ radius, azimuth }) =>
      Number.isNaN(radius)
        ? []
        : {
            x: columns / 2 + 0.5 + radius * allColumns * Math.cos(azimuth),
            y: rows / 2 + 0.5 - radius * allRows * Math.sin(azimuth),
          },
    ),
  }));
  return imageTile(
    {
      width: columns,
      height: rows,
      samples,
      black,
      white,
    },
    { ...place, overlays },
  );
}

/** Zeros over the left half in cycles per pixel, up to the end of the fit. */
function zerosOf(fit: CtfFit, request: CtfRequest) {
  const transfer = new ContrastTransfer({ ...request, phaseShift: fit.phaseShift });
  const end = 1 / (fit.fitResolution ?? 2 * request.pixelSize);
  const count = Math.max(1, Math.min(maxZeros, transfer.ringCount(end, fit.defocus.mean)));
  return Array.from({ length: count }, (_, at) =>
    [...ringRadii(transfer, fit.defocus, at + 1, azimuths)]
      .map((radius, step) => ({ radius: radius * request.pixelSize, azimuth: (2 * Math.PI * step) / azimuths }))
      .slice(azimuths / 4, (3 * azimuths) / 4 + 1),
  );
}

/** The power along lines of equal phase with the fitted rings, and what is left between them. */
export function ringChart({ curves: { frequencies, power, fit } }: CtfFit): Chart {
  const points = (values: Float64Array | readonly number[]) =>
    Array.from(values, (y, at) => ({ x: 10 * frequencies[at]!, y })).filter(({ y }) => Number.isFinite(y));
  return {
    id: 'curve',
    title: 'Power over the smooth spectrum',
    x: 'Cycles per nm',
    y: 'Power',
    series: [
      { name: 'fit', kind: 'line', points: points(fit) },
      { name: 'image', kind: 'line', points: points(power) },
    ],
  };
}
