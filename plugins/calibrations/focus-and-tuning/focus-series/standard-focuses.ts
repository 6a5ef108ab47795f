import {
  EucentricError,
  type MagIndex,
  counted,
  describe,
  fittedChart,
  inMicrometres,
  metres,
  micrometres,
  rawLensValue,
  readable,
  withError,
} from '../../../../core/base';
import { describeReason } from '../../../../core/judgement';
import { type Forecast, type ItemRun, type Uses, value } from '../../../../core/kernel';
import { ImageShiftControl } from '../../../../core/optics';
import { put } from '../../../../core/store';
import { approachDefocus, autofocusNeeds, findFocus, findFocusCurve, focusShots } from '../../../../core/tuning';

const needs = { ...autofocusNeeds, imageShift: ImageShiftControl };
type Use = Uses<typeof needs>;

const questions = {
  lowest: {
    kind: 'number',
    integer: true,
    minimum: 1,
    maximum: 119,
    why: 'The first mag index. Only those at which a focus curve is calibrated, or can be carried over, are offered.',
  },
  highest: {
    kind: 'number',
    integer: true,
    minimum: 1,
    maximum: 119,
    why: 'The last mag index. At a high magnification the beam must still be bright enough for Focus images.',
  },
  start: {
    kind: 'confirm',
    why: 'The specimen must be at the eucentric height, with detail at every magnification and a beam that covers the field at all of them.',
  },
} as const;

const results = {
  focuses: value.table('The standard focus of each magnification.', {
    magIndex: value.quantity('Mag index.'),
    magnification: value.quantity('Magnification.', { unit: 'x' }),
    focus: value.quantity('Absolute focus.', { optional: true, decimals: 6 }),
    standardError: value.quantity('Its standard error.', { unit: 'um', decimals: 3, optional: true }),
    offset: value.quantity('Focus against that of the first magnification.', {
      unit: 'um',
      decimals: 3,
      optional: true,
    }),
    before: value.quantity('Absolute focus that was stored before.', { optional: true, decimals: 6 }),
    verdict: value.text('Verdict: good, doubtful or refused.'),
    reason: value.text('Reason where it was not stored.', { optional: true }),
  }),
  stored: value.quantity('Number of values that are stored.'),
  images: value.quantity('Number of images.'),
} as const;

type Run = ItemRun<typeof questions, typeof results>;

/** The number that stands for no value in the record. */
const none = -999;
/** Images of a measurement, and of a magnification at most. */
const [imagesAtLeast, imagesAtMost] = [3, 18];
/** Reading out and comparing an image, in seconds, and a change of magnification. */
const [readoutSeconds, changeSeconds] = [1, 3];
/** Change of defocus in micrometres by which a unit of the absolute focus is measured. */
const probeChange = 4;

/** The mag indexes at which a focus curve is calibrated, or can be carried over. */
async function focusableMags(use: Use, signal: AbortSignal): Promise<readonly MagIndex[]> {
  const { conditions } = await focusShots(use, signal);
  const lowest = use.settings.get('MinMagIndexForAutofocus');
  return use.optics.magnifications
    .indexes(use.cameras.selected.traits)
    .filter((magIndex) => findFocusCurve(use.calibrations, use.optics, { ...conditions, magIndex }, lowest));
}

/** Result at one magnification. */
interface FoundFocus {
  readonly magIndex: MagIndex;
  readonly magnification: number;
  readonly focus?: number;
  /** In micrometres, as the offset from the first magnification. */
  readonly standardError?: number;
  readonly offset?: number;
  readonly before?: number;
  readonly verdict: string;
  readonly reason?: string;
}

/** One run through the magnifications. */
class AllStandardFocuses {
  private readonly found: FoundFocus[] = [];
  private images = 0;
  /** Absolute focus of a micrometre, once it is known: in low magnification it is another lens. */
  private readonly units = new Map<boolean, number>();

  constructor(
    private readonly use: Use,
    private readonly of: Run,
  ) {}

  async run() {
    const { use, of: run } = this;
    const mags = await focusableMags(use, run.signal);
    const [first, last] = [mags[0], mags.at(-1)];
    if (first === undefined || last === undefined) throw noCurves();
    const { lowest, highest } = await run.askAll({
      lowest: { text: 'Lowest mag index', default: first, minimum: first, maximum: last },
      highest: { text: 'Highest mag index', default: last, minimum: first, maximum: last },
    });
    const chosen = mags.filter((magIndex) => magIndex >= lowest && magIndex <= highest);
    if (chosen.length === 0) throw noCurves();
    await run.start(
      `The standard focus will be found at ${counted(chosen.length, 'magnification')} by beam tilt. Is the specimen at the eucentric height, with a beam that covers the field at all of them?`,
    );
    await run.preserve(
      use.beamTilt.beamTilt,
      use.scope.absoluteFocus,
      use.scope.defocus,
      use.imageShift.net,
      use.scope.magIndex,
    );
    run.restoreLater('camera', () => use.cameras.selected.stop());
    run.operator.status('FINDING STANDARD FOCUS');
    const { probe } = (await focusShots(use, run.signal)).conditions;
    for (const [done, magIndex] of chosen.entries()) {
      const { magnification } = use.optics.at({ magIndex, camera: use.cameras.selected.traits.index });
      run.operator.progress({ done, total: chosen.length, text: `${magnification}x` });
      await this.at(magIndex, magnification, probe);
      this.show();
    }
    const good = this.found.filter(({ verdict }) => verdict === 'good');
    if (good.length === 0) throw nothingFound(this.found);
    const { camera } = run.here();
    return run.accept({
      summary: `Standard focus found at ${good.length} of ${counted(this.found.length, 'magnification')}, and stored there.`,
      values: { focuses: this.found, stored: good.length, images: this.images },
      conditions: { camera },
      quality: {
        verdict: good.length === this.found.length ? 'good' : 'doubtful',
        remarks: this.found.flatMap(({ magnification, reason }) => (reason ? [`${magnification}x: ${reason}`] : [])),
      },
      changes: good.map(({ magIndex, focus }) => {
        const row = this.stored(magIndex);
        return put('StandardLMFocus', {
          magIndex,
          micro: row?.micro ?? none,
          nano: row?.nano ?? none,
          [probe]: focus!,
        });
      }),
    });
  }

  private stored(magIndex: MagIndex) {
    return this.use.calibrations
      .records('StandardLMFocus')
      .all()
      .find((row) => row.magIndex === magIndex);
  }

  private async at(magIndex: MagIndex, magnification: number, probe: 'micro' | 'nano'): Promise<void> {
    const { use, of: run } = this;
    await use.scope.magIndex.write(magIndex, run.signal);
    await this.goNear(magIndex);
    const row = this.stored(magIndex)?.[probe];
    const before = row !== undefined && row > none ? row : undefined;
    const common = { magIndex, magnification, ...(before !== undefined && { before }) };
    try {
      const outcome = await findFocus(run, use, { target: metres(0), offset: metres(0), shots: 3 });
      this.images += outcome.images;
      const { verdict, reasons } = outcome.judgement;
      // What is left of the way to no defocus goes into the value.
      const rest = inMicrometres(outcome.last.defocus);
      const focus = (await use.scope.absoluteFocus.read(run.signal)) - rest * (await this.unit(magIndex));
      const standardError = inMicrometres(outcome.last.standardError);
      const origin = this.found.find((each) => each.focus !== undefined && this.sameRange(each.magIndex, magIndex));
      this.found.push({
        ...common,
        ...(verdict !== 'refused' && {
          focus,
          standardError,
          offset: origin ? (focus - origin.focus!) / (await this.unit(magIndex)) : 0,
        }),
        verdict,
        ...(reasons[0] && { reason: describeReason(reasons[0]) }),
      });
      run.operator.log(
        verdict === 'refused'
          ? `${magnification}x: not found. ${describeReason(reasons[0]!)}`
          : `${magnification}x: absolute focus ${readable(focus, 6)}, known to ${withError(0, standardError).split(' ').at(-1)} um (${verdict}).`,
      );
    } catch (error) {
      if (run.signal.aborted) throw error;
      this.found.push({ ...common, verdict: 'refused', reason: describe(error) });
      run.operator.log(`${magnification}x: ${describe(error)}`);
    }
  }

  /** Begins at the focus of the magnification before, where the column has one scale for all of a range. */
  private async goNear(magIndex: MagIndex): Promise<void> {
    const { use, of: run } = this;
    if (use.scope.traits.remembersByMagnification) return;
    const last = this.found.findLast((each) => each.focus !== undefined && this.sameRange(each.magIndex, magIndex));
    if (last) await use.scope.absoluteFocus.write(rawLensValue(last.focus!), run.signal);
  }

  private sameRange(one: MagIndex, other: MagIndex): boolean {
    return this.isLow(one) === this.isLow(other);
  }

  private isLow(magIndex: MagIndex): boolean {
    return this.use.optics.at({ magIndex, camera: this.use.cameras.selected.traits.index }).isLowMagnification;
  }

  /** Absolute focus of a micrometre: what a change of defocus does to it. */
  private async unit(magIndex: MagIndex): Promise<number> {
    const { use, of: run } = this;
    const low = this.isLow(magIndex);
    const known = this.units.get(low);
    if (known !== undefined) return known;
    const at = await use.scope.defocus.read(run.signal);
    const high = await use.scope.absoluteFocus.read(run.signal);
    await approachDefocus(use, metres(at - micrometres(probeChange)), run.clock, run.signal);
    const below = await use.scope.absoluteFocus.read(run.signal);
    await approachDefocus(use, at, run.clock, run.signal);
    const unit = (high - below) / probeChange;
    if (!(Math.abs(unit) > 0)) throw noAbsoluteFocus();
    this.units.set(low, unit);
    return unit;
  }

  private show(): void {
    const points = this.found.flatMap(({ magIndex, offset, standardError }) =>
      offset === undefined ? [] : [{ x: magIndex, y: offset, error: standardError! }],
    );
    if (points.length > 0)
      this.of.plot(
        fittedChart(
          { id: 'standard focus', title: 'Standard focus', x: 'Mag index', y: 'um from the first magnification' },
          [{ name: 'focus', points }],
        ),
      );
  }
}

const noCurves = (): EucentricError =>
  new EucentricError({
    code: 'standard-focuses/no-curves',
    message: 'Autofocus is calibrated for none of these magnifications, and no calibration can be carried over to one.',
    hint: 'Run Autofocus of the Calibration menu at one magnification of the range.',
  });
const nothingFound = (found: readonly FoundFocus[]): EucentricError =>
  new EucentricError({
    code: 'standard-focuses/none-found',
    message:
      `The focus was not found at any of ${counted(found.length, 'magnification')}. ${found[0]?.reason ?? ''}`.trim(),
    hint: 'Look at a Focus image at one of them: specimen, beam and exposure. Nothing was stored.',
  });
const noAbsoluteFocus = (): EucentricError =>
  new EucentricError({
    code: 'standard-focuses/fixed-focus',
    message: 'A change of defocus does not change the absolute focus that the column gives.',
    hint: 'Look at both in the panel while you focus by hand; if they do not move together, check the connection to the column.',
  });

/** Cost of a run over the magnifications that can be chosen. */
async function forecastAll(use: Use, signal: AbortSignal): Promise<Forecast> {
  const shots = await focusShots(use, signal);
  const mags = (await focusableMags(use, signal)).length;
  const perImage = shots.exposure.exposure + shots.exposure.driftSettling;
  const whole = perImage + shots.settling + use.cameras.selected.traits.startupDelay + readoutSeconds;
  // One magnification alone can be chosen.
  const between = (least: number, most: number) => ({ least, most: mags * most });
  return {
    images: between(imagesAtLeast, imagesAtMost),
    exposure: between(imagesAtLeast * perImage, imagesAtMost * perImage),
    duration: between(imagesAtLeast * whole + changeSeconds, imagesAtMost * whole + changeSeconds),
    dependsOn: 'the magnifications that are chosen, and how far each is out of focus',
    moves: [
      { setting: use.scope.magIndex, how: 'through the chosen magnifications' },
      use.scope.absoluteFocus,
      use.scope.defocus,
      { setting: use.beamTilt.beamTilt, how: `by ${readable(shots.tilt, 2)} to both sides` },
      use.imageShift.net,
    ],
  };
}

/** The declaration of Standard Focus at All Mags but its id and its place in the order of work. */
export const standardFocuses = {
  needs,
  not: ['stem', 'low dose'],
  questions,
  results,
  stores: ['StandardLMFocus'],
  forecast: forecastAll,
  run: (use: Use, run: Run) => new AllStandardFocuses(use, run).run(),
} as const;
