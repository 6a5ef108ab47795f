import { straightLine } from '../../imaging';
import { counted, readable, type Seconds, seconds, service } from '../base';
import type { Calibrations, FlybackRecords } from '../store';

/** A scan as far as its flyback depends on it. */
export interface FlybackPlace {
  readonly binning: number;
  /** Pixels of a line of the image. */
  readonly xSize: number;
  readonly magIndex: number;
  /** Seconds on all pixels. */
  readonly exposure: number;
}

/** Times of a scan that were looked up. */
export interface FoundFlyback {
  /** A measured exposure, the only one that there is, or a line through several: within their exposures, or beyond them. */
  readonly kind: 'exact' | 'single' | 'interpolated' | 'extrapolated';
  /** From the end of a line to the next one. */
  readonly flyback: Seconds;
  /** From the request to the first pixel. */
  readonly startup: Seconds;
  /** Number of measured exposures that it rests on. */
  readonly points: number;
  /** The measured exposure that is nearest. */
  readonly nearest: Seconds;
}

/** The measured flyback times of STEM cameras whose generator does not tell them. */
export interface FlybackTimes {
  /** The times of a scan; undefined where nothing was measured with its binning, size and mag index. */
  find(place: FlybackPlace): FoundFlyback | undefined;
  /** The stored row of this very exposure, which a new measurement replaces. */
  stored(place: FlybackPlace): FlybackRecords['FlybackTime'] | undefined;
}
/** The token of the flyback times. */
export const FlybackTimes = service<FlybackTimes>('FlybackTimes');

/** Seconds within which two exposures are the same. */
const sameExposure = 0.01;
/** Exposures through which a line is laid, at most, and the number from which on one of them may be left out. */
const maxPoints = 5;
const pointsWithOutlier = 4;
/** Microseconds below which no error of a prediction counts, and the number of such errors beyond which a point is left out. */
const minPredictionError = 0.001;
const maxDeviations = 2;
const microseconds = 1e-6;

type Row = FlybackRecords['FlybackTime'];

/** Looks flyback times up in the rows of SEMflybackTimes.txt, as SerialEM does. */
export class StoredFlybackTimes implements FlybackTimes {
  constructor(private readonly calibrations: Pick<Calibrations, 'flyback'>) {}

  find(place: FlybackPlace): FoundFlyback | undefined {
    const { exposure } = place;
    const rows = this.rowsOf(place);
    const [nearest] = rows;
    if (!nearest) return undefined;
    const isExact = Math.abs(nearest.exposure - exposure) <= sameExposure;
    const base = { nearest: seconds(nearest.exposure) };
    if (isExact || rows.length === 1)
      return { ...base, ...timesOf(nearest), kind: isExact ? 'exact' : 'single', points: 1 };
    const used = withoutOutlier(rows.slice(0, maxPoints));
    const lineOf = (field: 'flyback' | 'startup'): number =>
      straightLine(used.map((row) => ({ x: row.exposure, y: row[field] }))).at(exposure);
    const exposures = rows.map((row) => row.exposure);
    const inside = exposure >= Math.min(...exposures) && exposure <= Math.max(...exposures);
    return {
      ...base,
      ...timesOf({ flyback: lineOf('flyback'), startup: lineOf('startup') }),
      kind: inside ? 'interpolated' : 'extrapolated',
      points: used.length,
    };
  }

  stored(place: FlybackPlace): Row | undefined {
    const [nearest] = this.rowsOf(place);
    return nearest && Math.abs(nearest.exposure - place.exposure) <= sameExposure ? nearest : undefined;
  }

  /** The rows of a scan, the nearest exposure first. */
  private rowsOf({ binning, xSize, magIndex, exposure }: FlybackPlace): readonly Row[] {
    return this.calibrations.flyback
      .all()
      .filter((row) => row.binning === binning && row.xSize === xSize && row.magIndex === magIndex)
      .sort((one, other) => Math.abs(one.exposure - exposure) - Math.abs(other.exposure - exposure));
  }
}

const timesOf = ({
  flyback,
  startup,
}: Pick<Row, 'flyback' | 'startup'>): Pick<FoundFlyback, 'flyback' | 'startup'> => ({
  flyback: seconds(Math.max(0, flyback) * microseconds),
  startup: seconds(Math.max(0, startup)),
});

/** The rows without the one whose flyback the others predict worst, where it is far off. */
function withoutOutlier(rows: readonly Row[]): readonly Row[] {
  if (rows.length < pointsWithOutlier) return rows;
  const ratios = rows.map((row) => {
    const line = straightLine(
      rows.filter((each) => each !== row).map(({ exposure, flyback }) => ({ x: exposure, y: flyback })),
    );
    const error = Math.max(minPredictionError, line.predictionError(row.exposure));
    return Math.abs(line.at(row.exposure) - row.flyback) / error;
  });
  const largest = Math.max(...ratios);
  return largest > maxDeviations ? rows.filter((_, index) => ratios[index] !== largest) : rows;
}

/** The origin of looked-up times in words, for the log: which kind, from how many points, and the nearest exposure. */
export function flybackInWords({ kind, flyback, points, nearest }: FoundFlyback): string {
  const time = `Flyback ${readable(flyback / microseconds, 1)} us`;
  const near = `the nearest is ${readable(nearest, 3)} s`;
  if (kind === 'exact') return `${time}, measured at this exposure.`;
  if (kind === 'single') return `${time}, from the only exposure that was measured; ${near}.`;
  return `${time}, ${kind} from ${counted(points, 'exposure')}; ${near}.`;
}
