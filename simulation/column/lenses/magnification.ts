import { z } from 'zod';
import { cameras } from '../../camera/cameras';
import { finite } from '../../base/checks';
import { SimulationError } from '../../base/errors';
import type { Distortion } from '../../base/frame';
import { viewKey, type InstrumentView, type Magnification } from '../../base/instrument';
import { fraction, notNegative, pair } from '../../base/options';
import { definePart, type RecordContext } from '../../base/part';
import {
  determinantOf,
  enlarged,
  multiplied,
  origin,
  rotationMatrix,
  vectorOf,
  type PlaneMatrix,
  type PlaneVector,
} from '../../base/plane';
import { Signal } from '../../base/signal';
import { byMagIndex, drawnByMag, mapByMag } from '../../base/by-mag';
import { eftem } from './eftem';

/** The specimen plane as one camera sees it at one magnification. */
export interface SpecimenView {
  /** Specimen to camera: unbinned pixels per micrometre, Y up. */
  readonly specimenToCamera: PlaneMatrix;
  readonly distortion?: Distortion;
}

/** Displacements by mag index, micrometres; zero where absent. */
export type OffsetsByMag = ReadonlyMap<number, PlaneVector>;

/** The truth of the magnifications. */
export interface MagnificationTruth {
  readonly table: readonly Magnification[];
  /** The magnifications of a scanned probe, which have indexes of their own; undefined where the site has no such table. */
  readonly scanned?: readonly Magnification[];
  /** By `viewKey(magIndex, camera)`. */
  readonly views: ReadonlyMap<string, SpecimenView>;
  /** Displacement of the image centre in the specimen plane, without and with the lens settings for the energy filter. */
  readonly imageOffsets: OffsetsByMag;
  readonly imageOffsetsEftem: OffsetsByMag;
}

/** The view of a camera as the lenses stand. */
export interface PresentView extends SpecimenView {
  readonly camera: number;
  /** Scale and turn that the lenses add to this view in the plane of the camera; they act on what moves the image, too. */
  readonly lensChange: PlaneMatrix;
}

const identity: PlaneMatrix = { xpx: 1, xpy: 0, ypx: 0, ypy: 1 };
const offsets = byMagIndex(pair);
const edgeDistortion = z.number().min(-0.2).max(0.2).default(0);

const offsetsOf = (written: z.output<typeof offsets>): OffsetsByMag => mapByMag(written, (offset) => vectorOf(offset));

/** The magnification: pixel sizes, rotations, distortion and the place of the image centre. */
export const magnification = definePart({
  name: 'magnification',
  options: {
    pixelScaleError: z
      .number()
      .gt(-0.9)
      .lt(10)
      .default(0.02)
      .describe('Fraction by which true pixels are larger than the properties say (nominal truth only).'),
    rotationErrorDegrees: z
      .number()
      .default(1.5)
      .describe(
        'Degrees counter-clockwise by which true image rotations exceed those of the properties (nominal truth only).',
      ),
    pixelScaleSpread: fraction
      .default(0)
      .describe(
        'Standard deviation of the error of scale that each magnification has besides, as a fraction (nominal truth only).',
      ),
    rotationSpreadDegrees: notNegative
      .default(0)
      .describe(
        'Standard deviation of the error of rotation that each magnification has besides (nominal truth only).',
      ),
    distortionAtEdge: edgeDistortion.describe(
      'Radial (cubic) distortion of the projector: fraction by which a point at the edge of the camera is displaced.',
    ),
    quadraticDistortionAtEdge: edgeDistortion.describe(
      'Quadratic distortion of the projector: change of magnification from the centre to the edge along camera X.',
    ),
    imageOffsetsMicrometres: offsets.describe('Displacement of the image centre on the specimen, by mag index.'),
    imageOffsetsEftemMicrometres: offsets.describe(
      'As imageOffsetsMicrometres, when the column works for the energy filter.',
    ),
  },

  draw: (random) => ({
    pixelScaleError: random.eitherSign(0.005, 0.04),
    rotationErrorDegrees: random.eitherSign(0.3, 3),
    distortionAtEdge: 0.003 * random.normal(),
    quadraticDistortionAtEdge: 0.002 * random.normal(),
    // Sites find their magnifications within a percent or so of a common error, and rotations within half a degree.
    pixelScaleSpread: random.between(0.003, 0.015),
    rotationSpreadDegrees: random.between(0.1, 0.6),
  }),

  truth(options, random, { instrument, twin }): MagnificationTruth {
    const { distortionAtEdge: cubic, quadraticDistortionAtEdge: quadratic } = options;
    const scale = twin ? 1 : 1 + options.pixelScaleError;
    const turn = twin ? 0 : options.rotationErrorDegrees;
    const errors = drawnByMag(instrument.magnifications, random, (own) => ({
      scale: 1 + options.pixelScaleSpread * own.normal(),
      turn: options.rotationSpreadDegrees * own.normal(),
    }));
    const viewOf = (view: InstrumentView): SpecimenView => {
      const own = (twin ? undefined : errors.get(view.magIndex)) ?? { scale: 1, turn: 0 };
      const pixelSize = view.pixelSizeMicrometres * scale * own.scale;
      return {
        specimenToCamera:
          view.specimenToCamera ?? rotationMatrix(view.rotationDegrees + turn + own.turn, 1 / pixelSize),
        ...(cubic !== 0 || quadratic !== 0 ? { distortion: { cubic, quadratic } } : {}),
      };
    };
    return {
      table: instrument.magnifications,
      ...(instrument.scannedMagnifications && { scanned: instrument.scannedMagnifications }),
      views: new Map(instrument.views.map((view) => [viewKey(view.magIndex, view.camera), viewOf(view)])),
      imageOffsets: offsetsOf(options.imageOffsetsMicrometres),
      imageOffsetsEftem: offsetsOf(options.imageOffsetsEftemMicrometres),
    };
  },

  start(truth, { of, truthOf }) {
    // Of the lenses that form an image, and of the scan of a probe; each keeps its own while the other is in use.
    const chosen: { image: Magnification; scan?: Magnification } = {
      image: firstOf(truth.table),
      ...(truth.scanned && { scan: firstOf(truth.scanned) }),
    };
    let scanning = false;
    let selected = chosen.image;
    const changed = new Signal<{ readonly from: Magnification; readonly to: Magnification }>();
    const lenses = of(eftem);
    const changes: (() => PlaneMatrix | undefined)[] = [];
    const select = (to: Magnification): void => {
      const from = selected;
      selected = to;
      if (scanning) chosen.scan = to;
      else chosen.image = to;
      changed.send({ from, to });
    };
    const present = (): readonly Magnification[] => (scanning ? truth.scanned : undefined) ?? truth.table;
    return {
      /** Adds something that turns and scales the image, in the plane of the camera; undefined while it does nothing. */
      addChange: (change: () => PlaneMatrix | undefined): void => void changes.push(change),
      /** Takes the magnification that the scan of a probe had last, or the image. */
      scan(on: boolean): void {
        if (on === scanning) return;
        scanning = on;
        select((on ? chosen.scan : undefined) ?? chosen.image);
      },
      /** Sent with every choice of a magnification, that of the present one, too. */
      changed,
      selected: () => selected,
      /** The view of a camera at this magnification; undefined where it cannot be used. */
      view(camera: number): PresentView | undefined {
        const view = truth.views.get(viewKey(selected.index, camera));
        const behindFilter = truthOf(cameras).find(({ index }) => index === camera)?.behindFilter ?? false;
        // The lenses behind the specimen do not form the image of a scan.
        const lensChange = scanning
          ? identity
          : changes.reduce<PlaneMatrix>(
              (total, change) => multiplied(change() ?? identity, total),
              enlarged(identity, lenses.misfit(behindFilter)),
            );
        return view && { ...view, camera, specimenToCamera: multiplied(lensChange, view.specimenToCamera), lensChange };
      },
      /** Pixel size in micrometres and size in pixels of the first camera that can be used at this magnification. */
      reference(): { readonly pixelSize: number; readonly width: number; readonly height: number } {
        for (const { index, width, height } of truthOf(cameras)) {
          const view = truth.views.get(viewKey(selected.index, index));
          if (view) return { pixelSize: 1 / Math.sqrt(Math.abs(determinantOf(view.specimenToCamera))), width, height };
        }
        return { pixelSize: 100 / selected.magnification, width: 1024, height: 1024 };
      },
      specimenDisplacement: () =>
        scanning
          ? origin
          : ((lenses.isOn() ? truth.imageOffsetsEftem : truth.imageOffsets).get(selected.index) ?? origin),
      commands: {
        /** Selects a magnification. @throws SimulationError for an index that the microscope does not have */
        setMagnification(index: number): void {
          select(magnificationAt(present(), index));
        },
        /**
         * Selects the magnification that is nearest to a number among those of the present range: low magnification or not, and one probe mode where
         * both have their own.
         */
        setNearestMagnification(value: number, probe = selected.probe): void {
          const away = (row: Magnification): number => Math.abs(row.magnification - finite('magnification', value));
          const within = present().filter((row) => row.low === selected.low && (!row.probe || row.probe === probe));
          select((within.length > 0 ? within : present()).reduce((best, row) => (away(row) < away(best) ? row : best)));
        },
        /** Calls back after each change of magnification, by a call or by the knob of an operator. @returns ends it */
        followMagnification: (follower: (from: Magnification) => void): (() => void) =>
          changed.follow(({ from, to }) => {
            if (from.index !== to.index) follower(from);
          }),
      },
      readings: () => ({
        magIndex: selected.index,
        magnification: selected.magnification,
        /** Magnification and image rotation in degrees that the column reports. */
        reportedMagnification: (lenses.isOn() ? selected.eftemMagnification : undefined) ?? selected.magnification,
        reportedRotation: (lenses.isOn() ? selected.eftemRotationDegrees : undefined) ?? selected.rotationDegrees ?? 0,
        lowMagnification: selected.low,
      }),
      recorded: () => ({ magIndex: selected.index }),
    };
  },
});

/** A camera at a mag index at which it sees something. */
export interface SeenPlace {
  readonly magIndex: number;
  readonly camera: number;
  readonly low: boolean;
  /** True for a camera that scans. */
  readonly scanned: boolean;
  /** As the site's files give it for this camera. */
  readonly magnification: number;
  /** Its key in the maps of a truth. */
  readonly key: string;
}

/** The places at which a camera sees something, by mag index and then by camera. */
export function seenPlaces({ instrument, truthOf }: RecordContext): readonly SeenPlace[] {
  const { table, scanned = [], views } = truthOf(magnification);
  const written = new Map(instrument.views.map((view) => [viewKey(view.magIndex, view.camera), view.magnification]));
  const placesIn = (rows: readonly Magnification[], scan: boolean): readonly SeenPlace[] =>
    rows.flatMap(({ index: magIndex, magnification: nominal, low }) =>
      truthOf(cameras).flatMap(({ index: camera, stem }): SeenPlace[] => {
        const key = viewKey(magIndex, camera);
        const seen = views.has(key) && (scanned.length === 0 || stem === scan);
        return seen ? [{ magIndex, camera, low, scanned: stem, magnification: written.get(key) ?? nominal, key }] : [];
      }),
    );
  return [...placesIn(table, false), ...placesIn(scanned, true)];
}

function magnificationAt(table: readonly Magnification[], index: number): Magnification {
  const found = table.find((each) => each.index === index);
  if (found) return found;
  throw new SimulationError(
    'simulation/no-such-magnification',
    `The virtual microscope has no magnification of mag index ${index}`,
    'Choose a mag index of its magnification table.',
  );
}

/** The magnification to start with: the first above the low ones. */
function firstOf(table: readonly Magnification[]): Magnification {
  const first = table.find(({ low }) => !low) ?? table[0];
  if (first) return first;
  throw new SimulationError(
    'simulation/no-such-magnification',
    'The virtual microscope has no magnifications',
    'Give the simulator a magnification table.',
  );
}
