import { type Clock, seconds } from '../../core/base';
import { MicroscopeLink, type VirtualMicroscope } from '../../simulation';
import type { SerialEmCameraModel } from './cameras/camera-model';
import { serialEmErrors } from './errors';
import { SimulatedCameras } from './cameras/simulated-cameras';
import { type BufferImage, type CommandOptions, type ScriptValue, type SerialEmTransport, commands } from './transport';

/** Seconds on the simulated clock that SerialEM takes until something is done. */
const durations = {
  anything: 0.02,
  magnification: 2,
  spotSize: 1,
  probeMode: 2,
  filter: 0.5,
  screen: 2.5,
  alpha: 0.5,
  aperture: 4,
};
/** SerialEM's number of the objective aperture; the condenser aperture has 1. */
const objectiveKind = 2;
/** Micrometres of illuminated area that SerialEM reports as 1. */
const micrometresPerArea = 100;
const micro = 1;
/** Value of every lens while its program holds it. */
const linkedValue = 0.5;
/** NormalizeLenses takes the sum of these. */
const lensBits = { projector: 1, objective: 2, condenser: 4 };

/** Carries out a command: numbers and first text of its arguments, and the signal that stops it. */
type Handler = (
  given: readonly number[],
  text: string,
  signal: AbortSignal | undefined,
) => Promise<readonly ScriptValue[] | void> | readonly ScriptValue[] | void;

/** SerialEM as a virtual microscope answers its commands: script units, and everything done when a command has ended. */
export class SimulatedSerialEm implements SerialEmTransport {
  private readonly link: MicroscopeLink;
  private readonly handlers: ReadonlyMap<number, Handler>;
  private readonly cameras: SimulatedCameras;
  /** Values of the lenses that are free; nothing in the virtual microscope depends on them. */
  private readonly freeLenses = new Map<number, number>();

  constructor(
    find: () => unknown,
    private readonly clock: Clock,
    cameras: readonly SerialEmCameraModel[] = [],
  ) {
    this.cameras = new SimulatedCameras(cameras, clock);
    this.link = new MicroscopeLink(find, serialEmErrors.notConnected);
    this.handlers = new Map(
      Object.entries(this.table()).map(([name, handle]) => [commands[name as keyof typeof commands], handle]),
    );
  }

  async open(): Promise<void> {
    this.link.open();
  }

  async close(): Promise<void> {
    this.link.close();
  }

  async run(
    command: number,
    given: readonly ScriptValue[],
    { signal }: CommandOptions = {},
  ): Promise<readonly ScriptValue[]> {
    const handle = this.handlers.get(command);
    if (!handle) throw serialEmErrors.commandFailed(`command ${command}`);
    await this.pass(durations.anything);
    return (await handle(given.map(Number), String(given[0] ?? ''), signal)) ?? [];
  }

  async image(): Promise<BufferImage | undefined> {
    return this.cameras.image;
  }

  private table(): Readonly<Record<keyof typeof commands, Handler>> {
    const { cameras } = this;
    const take: Handler = (_given, _text, signal) => cameras.take(this.microscope, signal);
    const at =
      <T>(read: (state: VirtualMicroscope['state']) => T) =>
      (): T =>
        read(this.microscope.state);
    return {
      ReportMagIndex: at(({ magIndex, diffracts }) => [diffracts ? 0 : magIndex]),
      SetMagIndex: async ([index = 0]) => this.changeMagnification(index),
      ReportImageShift: at(({ imageShift: { x, y } }) => [x, y]),
      SetImageShift: ([x = 0, y = 0]) => this.microscope.setImageShift({ x, y }),
      ReportBeamShift: at(({ beamShift: { x, y } }) => [x, y]),
      SetBeamShift: ([x = 0, y = 0]) => this.microscope.setBeamShift({ x, y }),
      ReportBeamTilt: at(({ beamTilt: { x, y } }) => [x, y]),
      SetBeamTilt: ([x = 0, y = 0]) => this.microscope.setBeamTilt({ x, y }),
      ReportImageBeamTilt: at(({ imageBeamTilt: { x, y } }) => [x, y]),
      SetImageBeamTilt: ([x = 0, y = 0]) => this.microscope.setImageBeamTilt({ x, y }),
      ReportObjectiveStigmator: at(({ objectiveStigmator: { x, y } }) => [x, y]),
      SetObjectiveStigmator: ([x = 0, y = 0]) => this.microscope.setObjectiveStigmator({ x, y }),
      ReportCondenserStigmator: at(({ condenserStigmator: { x, y } }) => [x, y]),
      SetCondenserStigmator: ([x = 0, y = 0]) => this.microscope.setCondenserStigmator({ x, y }),
      ReportCameraLength: at(({ diffracts, cameraLength }) => [diffracts ? cameraLength : 0]),
      SetCamLenIndex: ([index = 1]) => {
        this.microscope.setDiffraction(true);
        this.microscope.setCameraLengthIndex(index);
      },
      SetFreeLensControl: ([lens = 0, on = 0]) => this.switchLens(lens, on !== 0),
      SetLensWithFLC: ([lens = 0, value = 0]) => {
        if (this.freeLenses.has(lens)) this.freeLenses.set(lens, value);
      },
      ReportLensFLCStatus: ([lens = 0]) => [
        Number(this.freeLenses.has(lens)),
        this.freeLenses.get(lens) ?? linkedValue,
      ],
      ReportDefocus: at(({ defocus }) => [defocus]),
      SetDefocus: ([um = 0]) => this.microscope.setDefocus(um),
      ReportAbsoluteFocus: at(({ absoluteFocus }) => [absoluteFocus]),
      SetAbsoluteFocus: ([value = 0]) => this.microscope.setAbsoluteFocus(value),
      ReportSpotSize: at(({ spotSize }) => [spotSize]),
      SetSpotSize: async ([spot = 1]) => {
        this.microscope.setSpotSize(spot);
        await this.pass(durations.spotSize);
      },
      ReportPercentC2: at(({ intensity }) => [100 * intensity]),
      SetPercentC2: ([percent = 0]) => this.microscope.setIntensity(percent / 100),
      ReportIlluminatedArea: at(({ illuminatedArea }) => [illuminatedArea / micrometresPerArea]),
      SetIlluminatedArea: ([area = 0]) => this.microscope.setIlluminatedArea(area * micrometresPerArea),
      ReportAlpha: at(({ alpha }) => [alpha + 1]),
      SetAlpha: async ([alpha = 1]) => {
        this.microscope.setAlpha(alpha - 1);
        await this.pass(durations.alpha);
      },
      ReportApertureSize: ([kind]) => {
        const { condenserAperture, objectiveAperture } = this.microscope.state;
        return [kind === objectiveKind ? objectiveAperture : condenserAperture];
      },
      SetApertureSize: async ([kind, size = 0]) => {
        if (kind === objectiveKind) this.microscope.setObjectiveAperture(size);
        else this.microscope.setCondenserAperture(size);
        await this.pass(durations.aperture);
      },
      ReportProbeMode: at(({ probeMode }) => [Number(probeMode === 'micro')]),
      SetProbeMode: async (_, text) =>
        this.changeProbeMode(text === 'micro' || text === String(micro) ? 'micro' : 'nano'),
      ReportEnergyFilter: at(({ slitWidth, energyLoss, slitIn }) => [slitWidth, energyLoss, Number(slitIn)]),
      SetSlitWidth: ([width = 0]) => this.microscope.setSlitWidth(width),
      SetEnergyLoss: async ([loss = 0]) => {
        this.microscope.setEnergyLoss(loss);
        await this.pass(durations.filter);
      },
      SetSlitIn: async ([inserted = 1]) => {
        this.microscope.setSlitIn(inserted !== 0);
        await this.pass(durations.filter);
      },
      ReportScreen: at(({ screenDown }) => [Number(screenDown)]),
      ReportScreenCurrent: at(({ screenDown, blanked, screenCurrent }) => [screenDown && !blanked ? screenCurrent : 0]),
      ScreenUp: async () => this.moveScreen(false),
      ScreenDown: async () => this.moveScreen(true),
      SetBeamBlank: ([blanked = 0]) => this.microscope.setBlanked(blanked !== 0),
      NormalizeLenses: async ([bits = 0]) => this.normalize(bits),
      ReportStageXYZ: at(({ stage: { x, y, z } }) => [x, y, z]),
      ReportTiltAngle: at(({ stage: { tilt } }) => [tilt]),
      MoveStageTo: async ([x = 0, y = 0, z]) =>
        this.pass(this.microscope.moveStage({ x, y, ...(z !== undefined && { z }) })),
      ReportLowDose: () => [0, -1],
      SelectCamera: ([place = 0]) => cameras.select(place),
      SetExposure: ([, exposure = 0, drift = 0]) => cameras.change({ exposure, drift }),
      SetBinning: ([, binning = 1]) => cameras.bin(binning),
      SetCameraArea: ([, left = 0, right = 0, top = 0, bottom = 0]) => cameras.change({ left, top, right, bottom }),
      SetCenteredSize: ([, binning = 1, columns = 0, rows = 0]) => cameras.centre(binning, columns, rows),
      SetContinuous: () => {},
      SetProcessing: ([, processing = 2]) => cameras.change({ processing }),
      SetK2ReadMode: ([, readMode = 0]) => cameras.change({ readMode }),
      SetDoseFracParams: () => {},
      RestoreCameraSet: () => cameras.restore(),
      View: take,
      Focus: take,
      Trial: take,
      Record: take,
      Preview: take,
      ImageProperties: () => cameras.properties(),
      TiltTo: async ([tilt = 0]) => this.pass(this.microscope.moveStage({ tilt })),
    };
  }

  private get microscope(): VirtualMicroscope {
    return this.link.microscope;
  }

  private switchLens(lens: number, free: boolean): void {
    if (!free) this.freeLenses.delete(lens);
    else if (!this.freeLenses.has(lens)) this.freeLenses.set(lens, linkedValue);
  }

  private async changeMagnification(index: number): Promise<void> {
    const changes = index !== this.microscope.state.magIndex || this.microscope.state.diffracts;
    this.microscope.setDiffraction(false);
    this.microscope.setMagnification(index);
    if (!changes) return;
    await this.pass(durations.magnification + this.microscope.normalize('projector'));
  }

  /** SerialEM itself keeps image shift from one probe mode to the other. */
  private async changeProbeMode(mode: 'micro' | 'nano'): Promise<void> {
    if (mode === this.microscope.state.probeMode) return;
    this.microscope.setProbeMode(mode);
    await this.pass(durations.probeMode);
  }

  private async moveScreen(down: boolean): Promise<void> {
    this.microscope.setScreen(down);
    await this.pass(durations.screen);
  }

  private async normalize(bits: number): Promise<void> {
    for (const lens of ['projector', 'objective', 'condenser'] as const)
      if (bits & lensBits[lens]) await this.pass(this.microscope.normalize(lens));
  }

  private pass(duration: number): Promise<void> {
    return this.clock.delay(seconds(duration));
  }
}
