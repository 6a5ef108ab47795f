import { readdirSync } from 'node:fs';
import path from 'node:path';
import {
  EucentricError,
  apply,
  beamShiftUnits,
  degrees,
  imageShiftUnits,
  inDegrees,
  inMicrometres,
  length,
  magIndex,
  metres,
  micrometres,
  rawLensValue,
  seconds,
  vector,
} from '../../core/base';
import { BeamShift, Cameras, Illumination, Scope, Stage, VirtualInstrument } from '../../core/devices';
import { Optics } from '../../core/optics';
import { parseSettings } from '../../core/settings';
import { deviceLimits } from '../../app/instrument/device-limits';
import type { VirtualMicroscope } from '../../simulation';
import { projectFolder, randomNumbers, verifying, virtualInstrument } from '../support/virtual-instrument';

const folder = path.join(projectFolder, 'config');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
const draws = Math.ceil((verifying ? 100_000 : 2_000) / files.length);

test.each(files)(
  `of ${draws} calls drawn at random none leads the instrument of %s outside its limits`,
  async (file) => {
    await using instrument = await virtualInstrument({ configuration: path.join(folder, file) });
    const { settings, kernel } = instrument;
    const { registry } = kernel;
    const [illumination, beamShift] = [registry.get(Illumination), registry.get(BeamShift).beamShift];
    const [scope, stage, optics, cameras] = [
      registry.get(Scope),
      registry.get(Stage),
      registry.get(Optics),
      registry.get(Cameras),
    ];
    const next = randomNumbers(7);
    const odd = [NaN, Infinity, -Infinity, 0, 1e9, -1e9];
    const number = (most: number): number =>
      next() < 0.05 ? odd[Math.floor(next() * odd.length)]! : (next() - 0.5) * 2 * most;
    const magIndexes = settings.magnificationTable.map(({ index }) => index);
    const [left, right, bottom, top] = settings.get('StageLimits');
    const tiltMost = settings.get('MaximumTiltAngle') > 0 ? settings.get('MaximumTiltAngle') : 80;
    const square = settings.get('UseSquareShiftLimits');

    /** Reason why the instrument is outside its limits; undefined when it is inside. */
    const outside = async (): Promise<string | undefined> => {
      const { x, y, tilt } = await stage.position.read();
      const [sx, sy, t] = [inMicrometres(x), inMicrometres(y), inDegrees(tilt)];
      if (!(sx >= left - 0.2 && sx <= right + 0.2 && sy >= bottom - 0.2 && sy <= top + 0.2))
        return `stage ${sx}, ${sy} um`;
      if (!(Math.abs(t) <= tiltMost + 0.05)) return `tilt ${t}`;
      const magIndex = await scope.magIndex.read();
      if (!magIndexes.includes(magIndex)) return `mag index ${magIndex}`;
      const spot = await illumination.spotSize.read();
      if (!(spot >= 1 && spot <= illumination.spotSizes)) return `spot ${spot}`;
      const defocus = inMicrometres(await scope.defocus.read());
      return Math.abs(defocus) <= 10_000.5 ? undefined : `defocus ${defocus}`;
    };
    /** The image shift that was sent, on the specimen in micrometres, by the larger axis or in all. */
    const shiftOutside = async (raw: { x: number; y: number }): Promise<string | undefined> => {
      const magIndex = await scope.magIndex.read();
      const camera = cameras.selected.traits.index;
      const matrix = optics.at({ magIndex, camera }).imageShiftToSpecimen;
      if (!matrix) return undefined;
      const low = optics.at({ magIndex, camera }).isLowMagnification;
      const limit = settings.get(low ? 'LowMagShiftLimit' : 'ImageShiftLimit');
      const parts = [apply(matrix, { x: raw.x, y: 0 }), apply(matrix, { x: 0, y: raw.y })].map(({ x, y }) =>
        Math.hypot(x, y),
      );
      const radial = length(apply(matrix, raw));
      const perAxis = square >= 0 ? square > 0 : (scope.traits.squareImageShiftLimits ?? true);
      const distance = perAxis ? Math.max(...parts) : radial;
      return distance <= limit * 1.0001 ? undefined : `image shift ${distance} um of ${limit} at mag index ${magIndex}`;
    };

    let [accepted, refused] = [0, 0];
    const wrong: string[] = [];
    const at = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    for (let draw = 0; draw < draws; draw++) {
      const shift = vector(imageShiftUnits(number(60)), imageShiftUnits(number(60)));
      const sends =
        next() < 0.3
          ? 'image shift'
          : at(['stage', 'tilt', 'mag', 'spot', 'intensity', 'defocus', 'focus', 'beam', 'exposure'] as const);
      const call = {
        'image shift': () => scope.imageShift.write(shift),
        stage: () =>
          stage.move({
            x: micrometres(number(1300)),
            y: micrometres(number(1300)),
            ...(next() < 0.5 && { backlash: { x: micrometres(number(50)), y: micrometres(number(50)) } }),
          }),
        tilt: () => stage.move({ tilt: degrees(number(100)) }),
        mag: () => scope.magIndex.write(magIndex(next() < 0.7 ? at(magIndexes) : Math.round(number(80)))),
        spot: () => illumination.spotSize.write(next() < 0.2 ? number(15) : Math.round(number(15))),
        intensity: () => illumination.intensity.write(number(1.5)),
        defocus: () => scope.defocus.write(micrometres(number(20_000))),
        focus: () => scope.absoluteFocus.write(rawLensValue(at([NaN, Infinity]))),
        beam: () => beamShift.write(vector(beamShiftUnits(at([NaN, Infinity])), beamShiftUnits(0))),
        exposure: () =>
          cameras.selected.acquire({
            binning: at([0, 3.5, NaN, 1]),
            area: { left: 0, top: 0, right: cameras.selected.traits.width + 1, bottom: 1 },
            exposure: seconds(number(2)),
            driftSettling: seconds(number(1)),
            processing: 'unprocessed',
            readMode: 'linear',
          }),
      }[sends];
      try {
        await call();
        accepted++;
        if (sends === 'focus' || sends === 'beam' || sends === 'exposure')
          wrong.push(`draw ${draw}: ${sends} was accepted`);
        const fault = sends === 'image shift' ? await shiftOutside(shift) : await outside();
        if (fault) wrong.push(`draw ${draw}: ${sends}: ${fault}`);
      } catch (error) {
        refused++;
        if (!(error instanceof EucentricError) || error.hint === '')
          wrong.push(`draw ${draw}: ${sends}: ${String(error)}`);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(accepted).toBeGreaterThan(draws / 10);
    expect(refused).toBeGreaterThan(draws / 10);
  },
  600_000,
);

test('what the column held by itself may be given back, even outside the limits', async () => {
  await using instrument = await virtualInstrument();
  const scope = instrument.kernel.registry.get(Scope);
  const far = vector(imageShiftUnits(40), imageShiftUnits(0));
  await expect(scope.imageShift.write(far)).rejects.toMatchObject({
    code: 'limits/out-of-range',
    message: expect.stringMatching(/Image shift of .* um on the specimen .*ImageShiftLimit/) as string,
  });
  (instrument.kernel.registry.get(VirtualInstrument).microscope as VirtualMicroscope).setImageShift(far);
  const held = await scope.imageShift.read();
  await scope.imageShift.write(vector(imageShiftUnits(1), imageShiftUnits(0)));
  await scope.imageShift.write({ ...held });
  expect((await scope.imageShift.read()).x).toBeCloseTo(40, 6);
  await expect(scope.defocus.write(metres(-0.5))).rejects.toMatchObject({ code: 'limits/out-of-range' });
});

test('a stage limit of 0 stands for the usual one', () => {
  const { settings } = parseSettings('StageLimits: [-800, 0, 0, 900]\n', 'site.yaml');
  expect(deviceLimits(settings).stage).toMatchObject({ x: [-800, 990], y: [-990, 900] });
});
