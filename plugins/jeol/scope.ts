import { type Clock, type Matrix, type Seconds, milliseconds, throwIfStopped, volts, waitUntil } from '../../core/base';
import type {
  AlphaSelector,
  NeutralImageShift,
  ProbeMode,
  Readable,
  Scope,
  ScopeTraits,
  Setting,
} from '../../core/devices';
import { inMagnificationTable, setting, whole, within } from '../../core/kernel';
import { type JeolColumn, rangeOf } from './column';
import { jeolErrors } from './errors';
import { JeolFocus } from './focus';
import { JeolShifts } from './shifts';
import { type JeolTransport, dacFull, functionModes, screenPlaces } from './transport';

const pollInterval = milliseconds(100);
const screenLimit = 15;
const alphaDelay = milliseconds(500);

/** What a JEOL column is told from outside. */
export interface JeolSurroundings {
  readonly clock: Clock;
  /** Beam shift for one unit of image shift at a mag index and alpha; undefined where it is not calibrated. */
  readonly imageToBeam: (magIndex: number, alpha: number) => Matrix | undefined;
}

/** A JEOL column as everybody else wants to see it, on top of any wire that speaks JEOL's terms. */
export class JeolScope implements Scope, AlphaSelector, NeutralImageShift {
  readonly traits: ScopeTraits;
  readonly magIndex: Setting<number>;
  readonly imageShift: Scope['imageShift'];
  readonly beamShift: Scope['beamShift'];
  readonly defocus: Scope['defocus'];
  readonly absoluteFocus: Scope['absoluteFocus'];
  readonly spotSize: Setting<number>;
  readonly intensity: Setting<number>;
  readonly probeMode: Setting<ProbeMode>;
  readonly screenDown: Setting<boolean>;
  readonly beamBlanked: Setting<boolean>;
  readonly highTension: Scope['highTension'];
  readonly alpha: Setting<number>;
  readonly neutral: Readable<Awaited<ReturnType<JeolShifts['neutral']>>>;
  private readonly focus: JeolFocus;
  private readonly clock: Clock;
  /** Whether a change of magnification has been sent and has not come to its end. */
  private changing = false;
  /** Whether the screen has been sent somewhere and has not been seen to arrive: until then it may report where it was. */
  private screenMoves = false;

  constructor(
    private readonly transport: JeolTransport,
    private readonly column: JeolColumn,
    { clock, imageToBeam }: JeolSurroundings,
  ) {
    this.clock = clock;
    this.traits = {
      model: column.model,
      resetsImageShiftOnMagnificationChange: true,
      usesProjectorForImageShift: column.imageShiftDeflector === 'PLA',
      roughImageShiftScale: column.imageShiftScale,
      spotSizes: column.spotSizes,
      squareImageShiftLimits: true,
      delayAdaptation: 'scaled',
      stageError: { cycleX: 40, cycleY: 40, backlash: 10, smallestExtent: 0.5 },
      nominalSpecimenToStage: { xpx: column.invertsStageX ? 1 : -1, xpy: 0, ypx: 0, ypy: -1 },
    };
    const isLow = async (): Promise<boolean> => (await transport.getFunctionMode()) === functionModes.lowMag;
    const shifts = new JeolShifts(transport, column, {
      isLow,
      imageToBeam: async () =>
        imageToBeam(await this.readMagnification(), column.alphas > 0 ? await transport.getAlpha() : -999),
    });
    this.focus = new JeolFocus(transport, column, isLow);
    this.imageShift = shifts.imageShift;
    this.beamShift = shifts.beamShift;
    this.defocus = this.focus.defocus;
    this.absoluteFocus = this.focus.absolute;
    this.neutral = { name: 'neutral image shift', read: () => shifts.neutral() };
    this.magIndex = setting(
      'mag index',
      () => this.readMagnification(),
      (index, signal) => this.changeMagnification(index, signal),
    );
    this.spotSize = setting(
      'spot size',
      async () => (await transport.getSpotSize()) + 1,
      async (spot) => {
        whole('spot size', spot, 1, column.spotSizes);
        if ((await transport.getSpotSize()) + 1 !== spot) await transport.setSpotSize(spot - 1);
      },
    );
    this.intensity = setting(
      'intensity',
      async () => (await transport.getLens('CL3')) / dacFull,
      (value) => transport.setLens('CL3', Math.round(within('intensity', value, 0, 1) * dacFull)),
    );
    this.probeMode = setting(
      'probe mode',
      () => Promise.resolve('micro' as const),
      (mode) => (mode === 'micro' ? Promise.resolve() : Promise.reject(jeolErrors.noProbeModes())),
    );
    this.alpha = setting(
      'alpha',
      () => transport.getAlpha(),
      (alpha, signal) => this.changeAlpha(alpha, signal),
    );
    this.screenDown = setting(
      'screen down',
      () => this.readScreenDown(),
      (down, signal) => this.moveScreen(down, signal),
    );
    this.beamBlanked = setting(
      'beam blanked',
      () => transport.getBeamBlank(),
      (blanked) => transport.setBeamBlank(blanked),
    );
    this.highTension = { name: 'high tension', read: async () => volts(await transport.getHtValue()) };
  }

  /** Takes the present focus for zero defocus, as JEOL columns keep no zero of their own. */
  start(): Promise<void> {
    return this.focus.reset();
  }

  /** Does nothing: JEOL columns relax their lenses by themselves. */
  normalize(_group: unknown, signal?: AbortSignal): Promise<void> {
    return Promise.resolve().then(() => signal && throwIfStopped(signal));
  }

  lastNormalized(): Seconds | undefined {
    return undefined;
  }

  private async readMagnification(): Promise<number> {
    const mode = await this.transport.getFunctionMode();
    const range = this.column.ranges.find((each) => each.mode === mode);
    // Diffraction, and imaging modes that the site's table does not have, have no mag index.
    return range ? range.first + (await this.transport.getSelector()) : 0;
  }

  private async changeMagnification(index: number, signal?: AbortSignal): Promise<void> {
    const { transport, column } = this;
    inMagnificationTable(index, column.magIndexes);
    // After a change that was broken off the column may still report where it was before.
    if (!this.changing && (await this.readMagnification()) === index) return;
    const range = rangeOf(column, index);
    const across = this.changing || (await transport.getFunctionMode()) !== range.mode;
    if (signal) throwIfStopped(signal);
    this.changing = true;
    if (across) await transport.setFunctionMode(range.mode);
    await transport.setSelector(index - range.first);
    const arrived = await waitUntil(this.clock, async () => (await this.readMagnification()) === index, {
      limit: column.magEventWait,
      interval: pollInterval,
      signal,
    });
    if (!arrived) throw jeolErrors.magnificationTimeout(index, column.magEventWait);
    await this.clock.delay(across ? column.postMagDelay.across : column.postMagDelay.within, signal);
    this.changing = false;
  }

  private async changeAlpha(alpha: number, signal?: AbortSignal): Promise<void> {
    whole('alpha', alpha, 0, this.column.alphas - 1);
    if ((await this.transport.getAlpha()) === alpha) return;
    await this.transport.setAlpha(alpha);
    await this.clock.delay(alphaDelay, signal);
  }

  private async readScreenDown(): Promise<boolean> {
    // An inclined screen is in the way as well.
    return (await this.transport.getScreen()) !== screenPlaces.up;
  }

  private async moveScreen(down: boolean, signal?: AbortSignal): Promise<void> {
    const wanted = down ? screenPlaces.down : screenPlaces.up;
    if (!this.screenMoves && (await this.transport.getScreen()) === wanted) return;
    if (signal) throwIfStopped(signal);
    this.screenMoves = true;
    await this.transport.setScreen(wanted);
    const arrived = await waitUntil(this.clock, async () => (await this.transport.getScreen()) === wanted, {
      limit: screenLimit,
      interval: pollInterval,
      signal,
    });
    if (!arrived) throw jeolErrors.screenStuck(down ? 'down' : 'up', screenLimit);
    this.screenMoves = false;
    if (!down && this.column.screenRaiseDelay > 0) await this.clock.delay(this.column.screenRaiseDelay, signal);
  }
}
