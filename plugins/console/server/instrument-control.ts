import {
  type Clock,
  EucentricError,
  apply,
  imageShiftUnits,
  inverse,
  throwIfStopped,
  vector,
} from '../../../core/base';
import { Scope } from '../../../core/devices';
import { type Amount, type Session, leastOf, mostOf, movesInWords } from '../../../core/kernel';
import { takeImage } from '../../../core/acquisition';
import { BeamCalibrations, BeamControl, doseAge } from '../../../core/illumination';
import { ImageShiftControl, Optics } from '../../../core/optics';
import type { ParameterSetName } from '../../../core/settings';
import type { CostState, ForecastState } from '../protocol';
import { consoleErrors } from './errors';
import type { TakenAt } from './images/images';
import type { PlainActions } from './plain-actions';

const imageLimitMilliseconds = 180_000;
const forecastLimitMilliseconds = 10_000;

/** Direct control by the operator: images, and image shift by dragging. One action at a time. */
export class InstrumentControl {
  private taking: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly session: Session,
    private readonly actions: PlainActions,
    private readonly clock: Clock,
  ) {}

  /** Takes an image with one of the parameter sets. Throws `console/no-camera` or the camera's error. */
  async take(set: ParameterSetName): Promise<void> {
    const next = this.actions.perform(`${set} image`, imageLimitMilliseconds, async (signal) => {
      await this.taking;
      throwIfStopped(signal);
      return takeImage(this.session, set, signal);
    });
    this.taking = next.catch(() => undefined);
    if ((await next) === undefined) throw consoleErrors.noCamera();
  }

  /**
   * Changes image shift so that the specimen follows a drag on an image, in pixels of that image, X right and Y down.
   * Throws `console/no-image-shift-calibration` or `image-shift/out-of-range`.
   */
  async drag({ frame, context }: TakenAt, by: { readonly x: number; readonly y: number }): Promise<void> {
    const [optics, scope, control] = [
      this.session.find(Optics),
      this.session.find(Scope),
      this.session.find(ImageShiftControl),
    ];
    const toCamera = optics?.at({ magIndex: context.magIndex, camera: frame.camera }).imageShiftToCamera;
    const back = toCamera && inverse(toCamera.matrix);
    if (!optics || !scope || !control || !back) throw consoleErrors.noShiftMatrix();
    const { binning } = frame.exposure;
    const moved = apply(back, { x: by.x * binning, y: -by.y * binning });
    const now = await scope.magIndex.read();
    const change = optics.transferImageShift(vector(moved.x, moved.y), context.magIndex, now, frame.camera);
    const { x, y } = await control.net.read();
    await control.write({ x: imageShiftUnits(x - change.x), y: imageShiftUnits(y - change.y) });
  }

  /** Effects of a run of an item now, with the dose where the dose rate is known. */
  async forecast(item: string): Promise<ForecastState> {
    let forecast: Awaited<ReturnType<Session['forecast']>>;
    try {
      forecast = await this.session.forecast(item, AbortSignal.timeout(forecastLimitMilliseconds));
    } catch (error) {
      if (!(error instanceof EucentricError)) throw error;
      return { changes: [], unknown: `${error.message} ${error.hint}` };
    }
    if (!forecast) return { changes: [] };
    const { images = 0, exposure, duration, dependsOn } = forecast;
    // People wait in real time, also where a simulation runs faster.
    const { speed = 1 } = this.clock;
    const costOf = (of: (amount: Amount) => number): Promise<CostState> =>
      this.cost({
        images: of(images),
        ...(exposure !== undefined && { exposure: of(exposure) }),
        ...(duration !== undefined && Number.isFinite(speed) && { duration: of(duration) / speed }),
      });
    const known = [images, exposure, duration].every((amount) => typeof amount !== 'object');
    return {
      ...(await costOf(leastOf)),
      changes: movesInWords(forecast),
      ...(!known && { atMost: await costOf(mostOf) }),
      ...(dependsOn !== undefined && { dependsOn }),
    };
  }

  private async cost({ images, exposure, duration }: Omit<CostState, 'dose'>): Promise<CostState> {
    const dose = exposure ? await this.dose(exposure) : undefined;
    return {
      ...(images !== undefined && { images }),
      ...(exposure !== undefined && { exposure }),
      ...(duration !== undefined && { duration }),
      ...(dose !== undefined && { dose }),
    };
  }

  /** Dose in words, where a dose calibration leads to the present spot size, intensity and probe mode. */
  private async dose(seconds: number): Promise<string | undefined> {
    const [stored, beam] = [this.session.find(BeamCalibrations), this.session.find(BeamControl)];
    const place = stored && beam && (await beam.place());
    const rate = place && stored.doseRate(place);
    if (rate === undefined) return undefined;
    const time = stored!.doseTime(place!);
    const age = time === undefined ? '' : ` by a dose of ${doseAge(time, this.clock.date())} ago`;
    return `${Number((rate * seconds).toPrecision(3))} e/A2${age}`;
  }
}
