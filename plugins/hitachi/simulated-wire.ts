import { type Clock, seconds } from '../../core/base';
import { MicroscopeLink, type VirtualMicroscope } from '../../simulation';
import { type ColumnRange, type HitachiColumn, type HitachiMagnification, submodes } from './column';
import { hitachiErrors } from './errors';
import { rawCentre, rawFull, toHex } from './protocol';
import type { HitachiTransport } from './transport';

/** Seconds on the simulated clock that a line takes, and that the column takes for things. */
const durations = { line: 0.02, magnification: 0.1, screen: 2 };
const spotsInGroup = 5;
const accepted = '8000,"OK."';
const refused = '8001,"NG."';

interface Pair {
  readonly x: number;
  readonly y: number;
}

/** A Hitachi column as a virtual microscope answers its lines: hexadecimal lenses and coils, image shift kept for each magnification. */
export class SimulatedHitachiWire implements HitachiTransport {
  private readonly link: MicroscopeLink;
  /** The focusing lenses, from the value at which their range is in focus. */
  private readonly lenses: Record<'OBJ' | 'I1', number> = { OBJ: 0, I1: 0 };
  private unfollow: (() => void) | undefined;
  private readonly gun: Record<'GH' | 'GT', Pair> = {
    GH: { x: rawCentre, y: rawCentre },
    GT: { x: rawCentre, y: rawCentre },
  };
  /** The raw image-shift coil by mag index where the column keeps one for each, and under 0 where it does not. */
  private readonly shifts = new Map<number, Pair>();
  private shown = { magnification: 0, until: 0 };
  private screenArrives = 0;
  private busy = false;

  constructor(
    find: () => unknown,
    private readonly clock: Clock,
    private readonly column: Pick<
      HitachiColumn,
      'magnifications' | 'imageShiftPerCoil' | 'beamShiftPerCoil' | 'defocusPerLens' | 'imageShiftCoils' | 'blanking'
    >,
  ) {
    this.link = new MicroscopeLink(find, hitachiErrors.notOpen);
  }

  async open(): Promise<void> {
    this.link.open();
    // The column does it whether a line or the knob of an operator changed the magnification.
    this.unfollow = this.microscope.followMagnification(({ index }) => {
      const from = this.column.magnifications.find((each) => each.index === index);
      this.shown = { magnification: from?.magnification ?? 0, until: this.clock.now() + durations.magnification };
      this.shift();
      this.focus();
    });
  }

  async close(): Promise<void> {
    this.unfollow?.();
    this.link.close();
  }

  async exchange(line: string): Promise<string> {
    if (this.busy) throw new Error('a line was sent before the last one had been answered');
    this.busy = true;
    try {
      await this.clock.delay(seconds(durations.line));
      const [verb = '', sub = '', extension = '', values = ''] = line.split(' ');
      const what = `${sub} ${extension}`;
      const answer = verb === 'Get' ? this.get(what) : this.set(what, values.split(','));
      return `${verb} ${what} ${answer}`;
    } finally {
      this.busy = false;
    }
  }

  private get microscope(): VirtualMicroscope {
    return this.link.microscope;
  }

  private get(what: string): string {
    const { state } = this.microscope;
    const { stage } = state;
    switch (what) {
      case 'Column Magnification':
        return String(this.clock.now() < this.shown.until ? this.shown.magnification : this.at().magnification);
      case 'Column Mode':
        return `${(state.spotSize - 1).toString(16).padStart(2, '0')},${submodes[this.at().range]}`;
      case 'HighVoltage Value':
        return String(state.highTension);
      case 'StageXY Position':
        return `${Math.round(stage.x * 10)},${Math.round(stage.y * 10)}`;
      case 'StageZ Position':
        return String(Math.round(-stage.z * 10));
      case 'StageTilt Position':
        return stage.tilt.toFixed(1);
      case 'Screen Position':
        return String(Number(this.clock.now() < this.screenArrives ? !state.screenDown : state.screenDown));
      case 'Lens C2':
        return toHex(state.intensity * rawFull);
      case 'Lens OBJ':
      case 'Lens I1':
        return toHex(this.base(what) + this.lenses[what.slice(5) as 'OBJ' | 'I1']);
      default:
        return hexPair(this.coil(what));
    }
  }

  private set(what: string, values: readonly string[]): string {
    const { microscope } = this;
    const [first = 0, second = 0] = values.map(Number);
    switch (what) {
      case 'Column Magnification':
        return this.magnify(first);
      case 'Column Mode':
        return this.changeMode(values);
      case 'StageXY Move':
        microscope.moveStage({ x: first / 10, y: second / 10 });
        return accepted;
      case 'StageZ Move':
        microscope.moveStage({ z: -first / 10 });
        return accepted;
      case 'StageTilt Move':
        microscope.moveStage({ tilt: first });
        return accepted;
      case 'Screen Position':
        if (Boolean(first) !== microscope.state.screenDown) this.screenArrives = this.clock.now() + durations.screen;
        microscope.setScreen(first === 1);
        return accepted;
      default:
        return this.setRaw(
          what,
          values.slice(1).map((value) => Number.parseInt(value, 16)),
        );
    }
  }

  /** Lenses and coils. */
  private setRaw(what: string, raw: readonly number[]): string {
    const [x = 0, y = 0] = raw;
    if (raw.some((value) => !(value >= 0 && value <= rawFull))) return refused;
    switch (what) {
      case 'Lens C2':
        this.microscope.setIntensity(x / rawFull);
        return accepted;
      case 'Lens OBJ':
      case 'Lens I1':
        this.lenses[what.slice(5) as 'OBJ' | 'I1'] = x - this.base(what);
        this.focus();
        return accepted;
      case 'Coil BH':
        this.microscope.setBeamShift(unitsOf({ x, y }, this.column.beamShiftPerCoil));
        return accepted;
      case 'Coil BT':
        this.microscope.setBeamTiltShare(unitsOf({ x, y }, 1));
        return accepted;
      case 'Coil OS':
        this.microscope.setObjectiveStigmator(unitsOf({ x, y }, 1));
        return accepted;
      case 'Coil CS':
        this.microscope.setCondenserStigmator(unitsOf({ x, y }, 1));
        return accepted;
      case 'Coil GH':
      case 'Coil GT':
        this.gun[what.slice(5) as 'GH' | 'GT'] = { x, y };
        this.blank();
        return accepted;
      default:
        if (what !== `Coil ${this.column.imageShiftCoils[this.at().range]}`) return refused;
        this.shifts.set(this.shiftKey(), { x, y });
        this.shift();
        return accepted;
    }
  }

  private coil(what: string): Pair {
    if (what === 'Coil GH' || what === 'Coil GT') return this.gun[what.slice(5) as 'GH' | 'GT'];
    const { beamShift, beamTiltShare, objectiveStigmator, condenserStigmator } = this.microscope.state;
    if (what === 'Coil BH') return rawOf(beamShift, this.column.beamShiftPerCoil);
    if (what === 'Coil BT') return rawOf(beamTiltShare, 1);
    if (what === 'Coil OS') return rawOf(objectiveStigmator, 1);
    if (what === 'Coil CS') return rawOf(condenserStigmator, 1);
    const range = (Object.keys(submodes) as ColumnRange[]).find(
      (each) => `Coil ${this.column.imageShiftCoils[each]}` === what,
    );
    return range === this.at().range ? this.rawShift() : { x: rawCentre, y: rawCentre };
  }

  private at(): HitachiMagnification {
    const { magIndex } = this.microscope.state;
    return this.column.magnifications.find(({ index }) => index === magIndex)!;
  }

  private changeMode([mode = 'FF', submode = 'FF']: readonly string[]): string {
    const { microscope } = this;
    const spot = Number.parseInt(mode, 16);
    if (mode.toUpperCase() !== 'FF') microscope.setSpotSize((spot % spotsInGroup) + 1);
    if (submode.toUpperCase() === 'FF') return accepted;
    const first = this.column.magnifications.find(({ range }) => submodes[range] === submode.toLowerCase());
    if (!first) return refused;
    if (first.range !== this.at().range) microscope.setMagnification(first.index);
    return accepted;
  }

  private magnify(magnification: number): string {
    const { range } = this.at();
    const wanted = this.column.magnifications.find(
      (each) => each.range === range && each.magnification === magnification,
    );
    if (!wanted) return refused;
    this.microscope.setMagnification(wanted.index);
    return accepted;
  }

  /** Value of a lens in focus; the column sets that of the lens that focuses again at each magnification. */
  private base(what: string): number {
    const { baseFocus, lowMagnification } = this.microscope.state;
    return what === (lowMagnification ? 'Lens I1' : 'Lens OBJ') ? Math.round(baseFocus * rawFull) : rawCentre;
  }

  private shiftKey(): number {
    const { range, index } = this.at();
    return range === 'HC' ? 0 : index;
  }

  private rawShift(): Pair {
    return this.shifts.get(this.shiftKey()) ?? this.neutral();
  }

  /** Value at which the coil has no effect; a little different at each magnification with a value of its own. */
  private neutral(): Pair {
    const { x, y } = rawOf(this.microscope.state.neutralImageShift, this.column.imageShiftPerCoil);
    return { x: Math.round(x), y: Math.round(y) };
  }

  private shift(): void {
    const raw = this.rawShift();
    const neutral = this.neutral();
    this.microscope.setImageShift(
      unitsOf({ x: rawCentre + raw.x - neutral.x, y: rawCentre + raw.y - neutral.y }, this.column.imageShiftPerCoil),
    );
  }

  private focus(): void {
    const { regular, lowMagnification } = this.column.defocusPerLens;
    const { OBJ, I1 } = this.lenses;
    this.microscope.setDefocus(
      this.microscope.state.lowMagnification ? (I1 / rawFull) * lowMagnification : (OBJ / rawFull) * regular,
    );
  }

  private blank(): void {
    const { coil, axis, delta } = this.column.blanking;
    const offset = Math.abs(this.gun[coil as 'GH' | 'GT'][axis] - rawCentre) / rawCentre;
    this.microscope.setBlanked(offset > Math.abs(delta) / 2);
  }
}

const unitsOf = ({ x, y }: Pair, perCoil: number): Pair => ({
  x: ((x - rawCentre) / rawCentre) * perCoil,
  y: ((y - rawCentre) / rawCentre) * perCoil,
});
const rawOf = ({ x, y }: Pair, perCoil: number): Pair => ({
  x: rawCentre + (x / perCoil) * rawCentre,
  y: rawCentre + (y / perCoil) * rawCentre,
});
const hexPair = ({ x, y }: Pair): string => `${toHex(x)},${toHex(y)}`;
