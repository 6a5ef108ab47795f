import { type CameraIndex, type MagIndex, type Matrix, type Vector, service } from '../base';
import type { Settings } from '../settings';
import { type FallbackValue, Geometry } from './geometry/geometry';
import { adaptDelays } from './image-shift-delays';
import type { MatrixEntry, MatrixSource, OpticalPlace } from './geometry/optical-knowledge';
import type { MagRange, MagnificationTable } from './geometry/magnification-table';
import { type OpticsAtPlace, PlaceOptics } from './optics-at-place';
import type { OpticalCamera, OpticsProperties, OpticsTraits, ShiftProperties } from './properties';
import { readOpticsProperties, readShiftProperties } from './site-properties';
import { type StandardFocus, stepsOfBaseFocus } from './standard-focus';

/**
 * Magnifications, pixel sizes, rotations and shift matrices of the instrument; missing ones are derived. Cameras are
 * named by the number of their block in the settings; every call about one that is not described throws
 * `optics/unknown-camera`. Matrices are of unbinned camera pixels (Y up), micrometres and image-shift units.
 */
export interface Optics {
  readonly magnifications: MagnificationTable;
  /** The active cameras. */
  readonly cameras: readonly OpticalCamera[];
  camera(index: CameraIndex): OpticalCamera;
  /** The small questions of one place; always answered from what is calibrated and set at the moment. */
  at(place: OpticalPlace): OpticsAtPlace;

  /** The mag index of a magnification that a person typed, within a range if one is given; undefined when there is no such magnification. */
  findMagnification(magnification: number, camera: CameraIndex, range?: MagRange): MagIndex | undefined;
  canTransferImageShift(from: MagIndex, to: MagIndex, camera: CameraIndex): boolean;

  /** Micrometres of the stage for one micrometre on the specimen. */
  specimenToStage(): Matrix;
  /** The nominal one of the column, for judging measured ones. */
  readonly nominalSpecimenToStage: Matrix;
  /** The image shift that moves the specimen at `to` as far as `value` does at `from`; unchanged if that is unknown. */
  transferImageShift<T extends number>(value: Vector<T>, from: MagIndex, to: MagIndex, camera: CameraIndex): Vector<T>;

  /** Delays and limits as they are now. */
  shiftProperties(): ShiftProperties;

  /** All image-shift calibrations of active cameras, by camera and mag index. */
  imageShiftCalibrations(): readonly MatrixEntry[];
  /** All stage calibrations of active cameras, by camera and mag index. */
  stageCalibrations(): readonly MatrixEntry[];
  /** Pixel sizes and rotations that rest on no measurement nearby. */
  fallbacks(): readonly FallbackValue[];
}
/** The token of the optics. */
export const Optics = service<Optics>('Optics');

/** Parts of the optics; `createOptics` makes them from settings and calibrations. */
export interface OpticsParts {
  readonly traits: OpticsTraits;
  readonly properties: () => OpticsProperties;
  /** Another number whenever the properties may have changed. */
  readonly revision?: () => number;
  readonly shiftProperties: () => ShiftProperties;
  readonly imageShifts: Pick<MatrixSource, 'entries'>;
  readonly stages: Pick<MatrixSource, 'entries'>;
  readonly standardFocuses?: () => readonly StandardFocus[];
  /** Focus that the column adds at a magnification by itself. */
  readonly baseFocus?: (magIndex: MagIndex) => number | undefined;
  /** Binning of Record images of a camera. */
  readonly recordBinning?: (camera: CameraIndex) => number;
}

/** The part of the calibrations that optics read. */
export interface OpticsCalibrations {
  readonly imageShift: Pick<MatrixSource, 'entries'>;
  readonly stage: Pick<MatrixSource, 'entries'>;
  records(name: 'StandardLMFocus'): {
    all(): readonly { readonly magIndex: MagIndex; readonly micro: number; readonly nano: number }[];
  };
  records(name: 'HitachiBaseFocus'): { all(): readonly { readonly magIndex: MagIndex; readonly lensValue: number }[] };
}

/** A focus below this stands for none. */
const noFocus = -900;

/** Makes the optics of an instrument from its settings, its calibrations and what its column says of itself. */
export function createOptics(settings: Settings, calibrations: OpticsCalibrations, traits: OpticsTraits): Optics {
  return new InstrumentOptics({
    traits,
    properties: () => readOpticsProperties(settings),
    revision: () => settings.revision,
    shiftProperties: onceFor(settings, readShiftProperties),
    imageShifts: calibrations.imageShift,
    stages: calibrations.stage,
    standardFocuses: () =>
      calibrations
        .records('StandardLMFocus')
        .all()
        .map(({ magIndex, micro, nano }) => ({
          magIndex,
          ...(micro > noFocus && { micro }),
          ...(nano > noFocus && { nano }),
        })),
    baseFocus: (magIndex) => {
      const row = calibrations
        .records('HitachiBaseFocus')
        .all()
        .find((each) => each.magIndex === magIndex);
      return row && row.lensValue / stepsOfBaseFocus;
    },
    recordBinning: (camera) => settings.parameterSets.get(camera)?.Record.binning ?? 1,
  });
}

/** A view of the settings that is made again only after a change of them: every image shift asks for it. */
function onceFor<View>(settings: Settings, make: (settings: Settings) => View): () => View {
  let kept: { readonly revision: number; readonly view: View } | undefined;
  return () => {
    const { revision } = settings;
    if (kept?.revision !== revision) kept = { revision, view: make(settings) };
    return kept.view;
  };
}

/** The factor for the delays after image shift with which a column starts: that of the site, or that of the column where the site has a template's table. */
export const delayFactorAtStart = (settings: Settings, { delayReplacements }: OpticsTraits): number =>
  adaptDelays(readShiftProperties(settings), delayReplacements).delayFactor;

/** The entries of a table: its own array where that cannot change any more, so that an unchanged table is recognised at once; a copy otherwise. */
function listOf(source: Pick<MatrixSource, 'entries'>): readonly MatrixEntry[] {
  const entries = source.entries();
  return Array.isArray(entries) && Object.isFrozen(entries) ? (entries as readonly MatrixEntry[]) : [...entries];
}

/** Works the geometry out when it is first asked for, and again when the matrices or the settings have changed. */
export class InstrumentOptics implements Optics {
  private cached: Geometry | undefined;
  private revision: number | undefined;
  /** A site that starts with a delay factor of its own has adapted its delays itself; a factor set later scales what was adapted at the start. */
  private readonly delayReplacements: OpticsTraits['delayReplacements'];

  constructor(private readonly parts: OpticsParts) {
    this.delayReplacements = parts.shiftProperties().delayFactor === 1 ? parts.traits.delayReplacements : undefined;
  }

  private get geometry(): Geometry {
    const imageShifts = listOf(this.parts.imageShifts);
    const stages = listOf(this.parts.stages);
    const revision = this.parts.revision?.();
    if (revision !== this.revision || !this.cached?.isOf(imageShifts, stages)) {
      this.revision = revision;
      this.cached = new Geometry(this.parts.properties(), this.parts.traits, imageShifts, stages);
    }
    return this.cached;
  }

  get magnifications(): MagnificationTable {
    return this.geometry.table;
  }
  get cameras(): readonly OpticalCamera[] {
    return this.geometry.properties.cameras;
  }
  camera(index: CameraIndex): OpticalCamera {
    return this.geometry.camera(index);
  }
  at({ magIndex, camera }: OpticalPlace): OpticsAtPlace {
    this.geometry.camera(camera);
    return new PlaceOptics(
      { magIndex, camera },
      { ...this.parts, geometry: () => this.geometry, shiftProperties: () => this.shiftProperties() },
    );
  }
  findMagnification(magnification: number, camera: CameraIndex, range?: MagRange): MagIndex | undefined {
    const { geometry } = this;
    return geometry.table.find(magnification, geometry.camera(camera), range);
  }
  canTransferImageShift(from: MagIndex, to: MagIndex, camera: CameraIndex): boolean {
    const { geometry } = this;
    return geometry.table.canTransferImageShift(from, to, geometry.camera(camera));
  }

  specimenToStage(): Matrix {
    return this.geometry.specimenToStage();
  }
  get nominalSpecimenToStage(): Matrix {
    return this.parts.traits.nominalSpecimenToStage;
  }
  transferImageShift<T extends number>(value: Vector<T>, from: MagIndex, to: MagIndex, camera: CameraIndex): Vector<T> {
    return this.geometry.transferImageShift(value, from, to, camera);
  }

  shiftProperties(): ShiftProperties {
    const now = this.parts.shiftProperties();
    return { ...adaptDelays({ ...now, delayFactor: 1 }, this.delayReplacements), delayFactor: now.delayFactor };
  }

  imageShiftCalibrations(): readonly MatrixEntry[] {
    return this.geometry.imageShiftCalibrations();
  }
  stageCalibrations(): readonly MatrixEntry[] {
    return this.geometry.stageCalibrations();
  }
  fallbacks(): readonly FallbackValue[] {
    return this.geometry.fallbacks();
  }
}
