import { EucentricError, type MagIndex, counted, readable } from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import { defineItem, value } from '../../../core/kernel';
import { ImageShiftControl, Optics, stepsOfBaseFocus } from '../../../core/optics';
import { Calibrations, put } from '../../../core/store';

/** Reads the value that the column gives its focusing lens at each magnification, so that defocus can be shown without the jumps. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/base-focus-values',
  needs: { scope: Scope, cameras: Cameras, optics: Optics, imageShift: ImageShiftControl, calibrations: Calibrations },
  not: ['stem'],
  results: {
    bases: value.table('The value at each magnification.', {
      magIndex: value.quantity('Mag index.'),
      magnification: value.quantity('Magnification.', { unit: 'x' }),
      lensValue: value.quantity('Value of the focusing lens in steps of 4193280 over its range.'),
    }),
    changed: value.quantity('Number of values that differ from the stored ones.'),
  },
  stores: ['HitachiBaseFocus'],
  order: { step: 'focus', holdsForDays: 365 },
  unavailable: ({ scope }) =>
    scope.traits.remembersByMagnification
      ? undefined
      : 'needs a column that gives its focusing lens a base value at each magnification',
  forecast: ({ scope, cameras, optics, imageShift }) => ({
    images: 0,
    exposure: 0,
    duration: optics.magnifications.indexes(cameras.selected.traits).length,
    moves: [{ setting: scope.magIndex, how: 'through all magnifications' }, imageShift.net],
  }),
  async run({ scope, cameras, optics, imageShift, calibrations }, run) {
    const camera = cameras.selected.traits;
    const indexes = optics.magnifications.indexes(camera);
    if (indexes.length === 0) throw noMagnifications();
    // At a change of magnification the column gives focus and image shift values of its own, so these come back after the magnification.
    await run.preserve(scope.absoluteFocus, imageShift.net, scope.magIndex);
    run.operator.status('READING BASE FOCUS VALUES');
    const bases: { magIndex: MagIndex; magnification: number; lensValue: number }[] = [];
    for (const [done, magIndex] of indexes.entries()) {
      const { magnification } = optics.at({ magIndex, camera: camera.index });
      run.operator.progress({ done, total: indexes.length, text: `${magnification}x` });
      await scope.magIndex.write(magIndex, run.signal);
      const focus = await scope.absoluteFocus.read(run.signal);
      if (!(focus >= 0 && focus <= 1)) throw notAFraction(focus, magnification);
      bases.push({ magIndex, magnification, lensValue: Math.round(focus * stepsOfBaseFocus) });
    }
    const stored = new Map(
      calibrations
        .records('HitachiBaseFocus')
        .all()
        .map((row) => [row.magIndex, row.lensValue]),
    );
    const changed = bases.filter(({ magIndex, lensValue }) => stored.get(magIndex) !== lensValue).length;
    const summary = `Base focus read at ${counted(bases.length, 'magnification')}; ${changed === 0 ? 'none has changed' : `${changed} changed`}.`;
    run.operator.log(summary);
    return run.accept({
      summary,
      values: { bases, changed },
      conditions: { ...run.here() },
      changes: bases.map(({ magIndex, lensValue }) => put('HitachiBaseFocus', { magIndex, lensValue })),
    });
  },
});

const noMagnifications = (): EucentricError =>
  new EucentricError({
    code: 'base-focus/no-magnifications',
    message: 'The table of magnifications is empty, so there is nothing to read.',
    hint: 'Run List Mags, or write MagnificationTable into the configuration.',
  });
const notAFraction = (focus: number, magnification: number): EucentricError =>
  new EucentricError({
    code: 'base-focus/no-fraction',
    message: `At ${magnification}x the column gives an absolute focus of ${readable(focus, 5)}; a share of the range of the lens lies between 0 and 1.`,
    hint: 'Nothing was stored. Look at the absolute focus in the panel; if it is wrong there too, check the connection to the column.',
  });
