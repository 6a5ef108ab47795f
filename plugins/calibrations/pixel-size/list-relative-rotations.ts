import { counted } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { type FoundPixelSize, foundPixelSizes, relativeRotation as rotationBetween } from './lattice/lattice-found';
import { foundSizeNeeds, foundSizeSuggestions } from './lattice/lattice-suggestions';

/** Lists the found pixel sizes as lines for the properties, with the rotations from one magnification to the next. */
export default defineItem({
  id: 'calibrations/pixel-size/list-relative-rotations',
  needs: foundSizeNeeds,
  results: {
    rows: value.table('The found pixel sizes, by camera and magnification.', {
      camera: value.quantity('Number of the camera.'),
      magIndex: value.quantity('Mag index.'),
      magnification: value.quantity('Magnification.', { unit: 'x' }),
      pixelSize: value.quantity('Size of an unbinned pixel on the specimen.', { unit: 'nm' }),
      gridAngle: value.quantity('Direction of the lines in the image.', { unit: 'degrees' }),
      product: value.quantity('Magnification times pixel size.', { unit: 'um' }),
      relativeRotation: value.quantity('Rotation against the next lower magnification.', {
        unit: 'degrees',
        optional: true,
      }),
      alternative: value.quantity('The other rotation that fits as well.', { unit: 'degrees', optional: true }),
    }),
  },
  anytime: true,
  forecast: 'nothing',
  async run({ optics, calibrations }, run) {
    const { operator } = run;
    const found = foundPixelSizes(calibrations);
    let previous: FoundPixelSize | undefined;
    const rows = found.map((row) => {
      const { camera, magIndex, pixelSize } = row;
      if (camera !== previous?.camera) operator.log(`For camera # ${camera}`);
      const below = previous?.camera === camera && previous.magIndex === magIndex - 1 ? previous : undefined;
      previous = row;
      const turn = below && rotationBetween(below, row);
      const magnification = optics.cameras.some(({ index }) => index === camera)
        ? optics.at({ magIndex, camera }).magnification
        : 0;
      const product = (magnification * pixelSize) / 1000;
      const comment = `# ${magnification}x, p=${product.toFixed(3)}`;
      const size = pixelSize.toPrecision(4);
      if (turn?.alternative !== undefined) {
        operator.log(`# Verify the rotation from mag index ${magIndex - 1} to ${magIndex}, then edit the next line:`);
        operator.log(
          `RotationAndPixel ${magIndex} ${turn.degrees.toFixed(2)} (or ${turn.alternative.toFixed(2)}) 999 ${size}   ${comment}`,
        );
      } else
        operator.log(`RotationAndPixel ${magIndex} ${turn ? turn.degrees.toFixed(2) : 999} 999 ${size}   ${comment}`);
      return {
        camera,
        magIndex,
        magnification,
        pixelSize,
        gridAngle: row.gridAngle,
        product,
        ...(turn && {
          relativeRotation: turn.degrees,
          ...(turn.alternative !== undefined && { alternative: turn.alternative }),
        }),
      };
    });
    operator.log(
      rows.length > 0
        ? 'p, magnification times pixel size, should be nearly the same at all magnifications of a camera; measure again where it is not.'
        : 'No pixel sizes have been found in the last 24 hours.',
    );
    return run.report({
      summary: `${counted(rows.length, 'pixel size')}.`,
      values: { rows },
      propertySuggestions: foundSizeSuggestions(rows),
    });
  },
});
