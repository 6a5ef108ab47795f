import { type Clock, seconds } from '../../../core/base';
import { handledCalls } from '../../../core/devices';
import { MicroscopeLink, type VirtualMicroscope } from '../../../simulation';
import type { JeolScanColumn } from '../column';
import { jeolErrors } from '../errors';
import { SimulatedDeflectors, checkDac } from './simulated-deflectors';
import {
  JeolBusy,
  type JeolFreeLens,
  type JeolHandlers,
  type JeolLens,
  type JeolTransport,
  apertureKinds,
  dacCentre,
  dacFull,
  freeLenses,
  functionModes,
  jeolProperties,
  screenPlaces,
  stageStates,
} from '../transport';

/** Seconds that a call takes, and that the column takes for things, on the simulated clock. */
const durations = { call: 0.06, stageCall: 0.25, magnification: 0.8, screen: 2, aperture: 3 };
/** Micrometres of defocus by the fine objective lens and the minilens, for one step. */
const perStep = { objective: 0.0058, minilens: 0.01 };
const centimetresPerMetre = 100;
const nmPerMicrometre = 1000;
const fineInCoarse = 32;

/** Properties with which the simulated column numbers its magnifications as the site does. */
export interface SimulatedJeolFacts {
  readonly ranges: readonly { readonly mode: number; readonly first: number }[];
  readonly projectorShift: boolean;
  /** Of a site that scans. */
  readonly scan?: Pick<JeolScanColumn, 'ranges' | 'shiftDeflector' | 'defocusFactor'>;
  /** The column is busy once in this number of calls; for tests. */
  readonly busyEvery?: number;
}

/** JEOL's external control in front of a virtual microscope. */
export function simulatedJeolWire(find: () => unknown, clock: Clock, facts: SimulatedJeolFacts): JeolTransport {
  const link = new MicroscopeLink(find, jeolErrors.notOpen);
  const column = new SimulatedJeolColumn(link, clock, facts);
  const deflectors = new SimulatedDeflectors(link, facts.scan?.shiftDeflector);
  const call = <Answer>(answer: () => Answer): Promise<Answer> => column.call(answer, durations.call);
  const stageCall = <Answer>(answer: () => Answer): Promise<Answer> => column.call(answer, durations.stageCall);
  return {
    ...handledCalls(jeolProperties, column.handlers, (work, { part }) =>
      part === 'Stage3' ? stageCall(work) : call(work),
    ),
    open: async () => {
      if (facts.projectorShift) throw jeolErrors.projectorShiftNotSimulated();
      link.open();
      column.watch();
    },
    close: async () => {
      column.unwatch();
      link.close();
    },
    getMagValue: () => call(() => column.shownValue()),
    getDeflector: (deflector) => call(() => deflectors.read(deflector)),
    setDeflector: (deflector, x, y) => call(() => deflectors.set(deflector, { x, y })),
    setNeutral: (number) => call(() => deflectors.toNeutral(number)),
    getLens: (lens) => call(() => column.lens(lens)),
    setLens: (lens, value) => call(() => column.excite(lens, value)),
    getAperture: (kind) => call(() => column.hole(kind)),
    setAperture: (kind, hole) => call(() => column.insert(kind, hole)),
    getFreeLens: (lens) => call(() => column.isFree(lens)),
    setFreeLens: (lens, free) => call(() => column.setFree(lens, free)),
    setFreeLensValue: (lens, value) => call(() => column.setFreeValue(lens, value)),
    getStagePosition: () => stageCall(() => column.stagePosition()),
    getStageStatus: () => stageCall(() => column.stageStatus()),
    stopStage: () => stageCall(() => column.stopStage()),
  };
}

/** A JEOL column on a virtual microscope: steps of deflectors and lenses, and image shift lost with every change of magnification. */
class SimulatedJeolColumn {
  private readonly lenses: Record<Exclude<JeolLens, 'CL3'>, number> = { OLc: dacCentre, OLf: dacCentre, OM: dacCentre };
  private unfollow: (() => void) | undefined;
  /** Values of the other lenses, and those that the programs gave the lenses that are free now. */
  private readonly others = new Map<JeolFreeLens, number>();
  private readonly linked = new Map<JeolFreeLens, number>();
  private reported = { magIndex: 0, magnification: 0, until: 0 };
  private screen = { place: screenPlaces.up as number, from: screenPlaces.up as number, arrives: 0 };
  private energy = { shift: 0, on: false };
  private readonly apertures = new Map<number, { readonly from: number; readonly arrives: number }>();
  private inFlight = false;
  private calls = 0;

  constructor(
    private readonly link: MicroscopeLink,
    private readonly clock: Clock,
    private readonly facts: SimulatedJeolFacts,
  ) {}

  /** Each property of the table on the virtual microscope. */
  readonly handlers: JeolHandlers = {
    FunctionMode: {
      get: () => (this.state.diffracts ? functionModes.diffraction : this.rangeAt(this.shownMag()).mode),
      set: (mode) => this.changeMode(mode),
    },
    Selector: {
      get: () =>
        this.state.diffracts ? this.state.cameraLengthIndex - 1 : this.shownMag() - this.rangeAt(this.shownMag()).first,
      set: (selector) =>
        this.state.diffracts
          ? this.microscope.setCameraLengthIndex(selector + 1)
          : this.microscope.setMagnification(this.rangeAt(this.state.magIndex).first + selector),
    },
    SpotSize: { get: () => this.state.spotSize - 1, set: (spot) => this.microscope.setSpotSize(spot + 1) },
    Alpha: { get: () => this.state.alpha, set: (alpha) => this.microscope.setAlpha(alpha) },
    BeamBlank: { get: () => this.state.blanked, set: (blanked) => this.microscope.setBlanked(blanked) },
    Screen: {
      get: () => (this.clock.now() < this.screen.arrives ? this.screen.from : this.screen.place),
      set: (place) => this.moveScreen(place),
    },
    TemStem: { get: () => this.state.scanning, set: (on) => this.microscope.setScanning(on) },
    HtValue: { get: () => this.state.highTension * 1000 },
    StageXY: { set: (x, y) => this.drive({ x: x / nmPerMicrometre, y: y / nmPerMicrometre }) },
    StageX: { set: (x) => this.drive({ x: x / nmPerMicrometre }) },
    StageY: { set: (y) => this.drive({ y: y / nmPerMicrometre }) },
    StageZ: { set: (z) => this.drive({ z: z / nmPerMicrometre }) },
    TiltX: { set: (tilt) => this.drive({ tilt }) },
    SlitPosition: { get: () => this.state.slitIn, set: (inserted) => this.microscope.setSlitIn(inserted) },
    SlitWidth: { get: () => this.state.slitWidth, set: (width) => this.microscope.setSlitWidth(width) },
    EnergyShift: {
      get: () => this.energy.shift,
      set: (shift) => this.shiftEnergy({ ...this.energy, shift }),
    },
    EnergyShiftSwitch: { get: () => this.energy.on, set: (on) => this.shiftEnergy({ ...this.energy, on }) },
  };

  /** Refuses what overlaps, is busy now and then, and takes its time. */
  async call<Answer>(answer: () => Answer, duration: number): Promise<Answer> {
    if (this.inFlight) throw new Error('a call was made before the last one had been answered');
    this.inFlight = true;
    try {
      await this.clock.delay(seconds(duration));
      this.calls++;
      if (this.facts.busyEvery !== undefined && this.calls % this.facts.busyEvery === 0) throw new JeolBusy('busy');
      return answer();
    } finally {
      this.inFlight = false;
    }
  }

  /** The magnification or, in diffraction, the camera length. */
  shownValue(): { readonly value: number; readonly unit: string } {
    if (this.state.diffracts) return { value: this.state.cameraLength * centimetresPerMetre, unit: 'cm' };
    const shown = this.shownMag();
    return { value: shown === this.state.magIndex ? this.state.magnification : this.reported.magnification, unit: 'X' };
  }

  /** Value of a lens; those that nothing here depends on keep what they were given. */
  lens(lens: JeolLens | JeolFreeLens): number {
    if (lens === 'CL3') return Math.round(this.state.intensity * dacFull);
    return isSet(lens) ? this.lenses[lens] : (this.others.get(lens) ?? dacCentre);
  }

  isFree(lens: number): boolean {
    return this.linked.has(freeLensOf(lens));
  }

  /** A lens that is given back has again the value that its program gave it. */
  setFree(number: number, free: boolean): void {
    const lens = freeLensOf(number);
    const program = this.linked.get(lens);
    if (free && program === undefined) this.linked.set(lens, this.lens(lens));
    if (free || program === undefined) return;
    this.linked.delete(lens);
    this.hold(lens, program);
  }

  setFreeValue(number: number, value: number): void {
    const lens = freeLensOf(number);
    checkDac(value);
    if (this.linked.has(lens)) this.hold(lens, value);
  }

  private hold(lens: JeolFreeLens, value: number): void {
    if (lens === 'CL3' || isSet(lens)) this.excite(lens, value);
    else this.others.set(lens, value);
  }

  excite(lens: JeolLens, value: number): void {
    checkDac(value);
    if (lens === 'CL3') return this.microscope.setIntensity(value / dacFull);
    this.lenses[lens] = value;
    this.focus();
  }

  /** Number of the hole of an aperture that is in the beam. The old hole is reported until the new one has arrived. */
  hole(kind: number): number {
    const { from, arrives } = this.apertures.get(kind) ?? { from: 0, arrives: 0 };
    if (this.clock.now() < arrives) return from;
    const { condenserAperture, condenserApertures, objectiveAperture, objectiveApertures } = this.state;
    return kind === apertureKinds.objective
      ? objectiveApertures.indexOf(objectiveAperture) + 1
      : condenserApertures.indexOf(condenserAperture) + 1;
  }

  insert(kind: number, hole: number): void {
    const { microscope } = this;
    const objective = kind === apertureKinds.objective;
    const sizes = objective ? this.state.objectiveApertures : this.state.condenserApertures;
    const from = this.hole(kind);
    if (objective) microscope.setObjectiveAperture(sizes[hole - 1] ?? 0);
    else microscope.setCondenserAperture(sizes[hole - 1] ?? 0);
    this.apertures.set(kind, { from, arrives: this.clock.now() + durations.aperture });
  }

  stagePosition(): { x: number; y: number; z: number; tilt: number } {
    const { x, y, z, tilt } = this.state.stage;
    const nm = (um: number): number => Math.round(um * nmPerMicrometre);
    return { x: nm(x), y: nm(y), z: nm(z), tilt };
  }

  stageStatus(): readonly number[] {
    return Array<number>(4).fill(this.state.stageMoving ? stageStates.moving : stageStates.rest);
  }

  stopStage(): void {
    if (this.state.stageMoving) this.microscope.moveStage(this.state.stage);
  }

  get microscope(): VirtualMicroscope {
    return this.link.microscope;
  }

  private get state(): VirtualMicroscope['state'] {
    return this.microscope.state;
  }

  private drive(target: Parameters<VirtualMicroscope['moveStage']>[0]): void {
    this.microscope.moveStage(target);
  }

  private shiftEnergy(energy: { readonly shift: number; readonly on: boolean }): void {
    this.energy = energy;
    this.microscope.setEnergyLoss(energy.on ? energy.shift : 0);
  }

  private changeMode(mode: number): void {
    this.microscope.setDiffraction(mode === functionModes.diffraction);
    const range = this.ranges.find((each) => each.mode === mode);
    if (range && range !== this.rangeAt(this.state.magIndex)) this.microscope.setMagnification(range.first);
  }

  private moveScreen(place: number): void {
    this.screen = { place, from: this.screen.place, arrives: this.clock.now() + durations.screen };
    this.microscope.setScreen(place !== screenPlaces.up);
  }

  /** The ranges of the mode that the column is in. */
  private get ranges(): SimulatedJeolFacts['ranges'] {
    return (this.state.scanning ? this.facts.scan?.ranges : undefined) ?? this.facts.ranges;
  }

  private rangeAt(magIndex: number): SimulatedJeolFacts['ranges'][number] {
    return this.ranges.findLast(({ first }) => magIndex >= first) ?? this.ranges[0]!;
  }

  /** The column still shows the old magnification for a while after a change. */
  private shownMag(): number {
    return this.clock.now() < this.reported.until ? this.reported.magIndex : this.state.magIndex;
  }

  /** Begins to do what the column does by itself when the magnification changes, by a call or by the knob of an operator. */
  watch(): void {
    this.unfollow = this.microscope.followMagnification(({ index, magnification }) => {
      this.reported = { magIndex: index, magnification, until: this.clock.now() + durations.magnification };
      this.microscope.setImageShift({ x: 0, y: 0 });
      this.focus();
    });
  }

  unwatch(): void {
    this.unfollow?.();
    this.unfollow = undefined;
  }

  private focus(): void {
    const { OLc, OLf, OM } = this.lenses;
    // A step of the lens does less to the focus of a scan, as the factor of its readout says.
    const factor = (this.state.scanning ? this.facts.scan?.defocusFactor : undefined) ?? 1;
    const objective = (fineInCoarse * (OLc - dacCentre) + OLf - dacCentre) * perStep.objective * factor;
    this.microscope.setDefocus(this.state.lowMagnification ? (OM - dacCentre) * perStep.minilens : objective);
  }
}

/** True for a lens whose value focuses the virtual microscope. */
const isSet = (lens: JeolLens | JeolFreeLens): lens is Exclude<JeolLens, 'CL3'> =>
  lens === 'OLc' || lens === 'OLf' || lens === 'OM';

function freeLensOf(number: number): JeolFreeLens {
  const found = Object.entries(freeLenses).find(([, each]) => each === number);
  if (!found) throw new RangeError(`${number} is not the number of a lens`);
  return found[0] as JeolFreeLens;
}
