import { counted, inMicrometres, optional } from '../../../../core/base';
import { CondenserAperture } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import { BeamCalibrations } from '../../../../core/illumination';
import { Settings } from '../../../../core/settings';
import { Calibrations, type Change, put } from '../../../../core/store';

/** Dependencies of the size of the condenser aperture. */
export interface ApertureUses {
  readonly beam: Pick<BeamCalibrations, 'aperture' | 'scale'>;
  readonly settings: Pick<Settings, 'get'>;
  readonly condenserAperture: CondenserAperture | undefined;
}

/** The tokens of those dependencies, and of the calibrations that depend on the aperture. */
export const apertureNeeds = {
  beam: BeamCalibrations,
  settings: Settings,
  condenserAperture: optional(CondenserAperture),
  calibrations: Calibrations,
};

/** The condenser aperture that is in, with the change that notes it where the program knew another one. */
export interface RequestedAperture {
  /** Micrometres; 0 where it is not known. */
  readonly aperture: number;
  readonly changes: readonly Change[];
}

/** Micrometres above which an aperture that the column reads is one. */
const minRead = 5;
/** The declared question `aperture`; 0 leaves it unknown. */
export const apertureQuestion = {
  kind: 'number',
  unit: 'um',
  integer: true,
  minimum: 0,
  maximum: 500,
  why: 'Where intensity is an illuminated area, what is stored holds for one condenser aperture and is converted for the others. 0 where you do not know it; then nothing is converted.',
} as const;
/** Micrometres below which a number is not the size of an aperture. */
const minEntered = 10;
/** Times that an operator is asked. */
const maxTries = 3;

/** Reads which condenser aperture is in, or asks for it. Only columns whose intensity is an illuminated area need it. */
export async function requestAperture(
  run: Run,
  { beam, settings, condenserAperture }: ApertureUses,
): Promise<RequestedAperture> {
  return beam.scale.isArea ? askForAperture(run, { beam, settings, condenserAperture }) : { aperture: 0, changes: [] };
}

/** As `requestAperture`, on every column. */
export async function askForAperture(
  run: Run,
  { beam, settings, condenserAperture }: ApertureUses,
): Promise<RequestedAperture> {
  const noted = (aperture: number): RequestedAperture => ({
    aperture,
    changes:
      aperture > 0 && aperture !== beam.aperture
        ? [put('LastC2Aperture', { aperture }, { sessionMeasured: false })]
        : [],
  });
  if (settings.get('MonitorC2ApertureSize') > 1 && beam.aperture > 0) return noted(beam.aperture);
  if (condenserAperture) {
    const read = Math.round(inMicrometres(await condenserAperture.condenserAperture.read(run.signal)));
    if (read > minRead) return noted(read);
  }
  const sizes = settings.get('C2ApertureSizes');
  const offered = sizes.map((value) => ({ value, label: `${value} um` }));
  for (let attempt = 0; attempt < maxTries; attempt++) {
    const answer = await run.operator.number({
      ...question,
      text: 'Which condenser aperture (C2) is in, in micrometres? 0 where you do not know it.',
      default: beam.aperture,
      ...(offered.length > 0 && { offered }),
    });
    if (answer === 0 || (sizes.length > 0 ? sizes.includes(answer) : answer >= minEntered)) return noted(answer);
    run.operator.log(
      sizes.length > 0
        ? `There is no aperture of ${answer} um among the ${counted(sizes.length, 'size')} of C2ApertureSizes: ${sizes.join(', ')}.`
        : `An aperture of ${answer} um is too small to be one.`,
    );
  }
  run.operator.log('The condenser aperture is not recorded.');
  return noted(0);
}

const { why: _, kind: __, ...limits } = apertureQuestion;
const question = { id: 'aperture', ...limits } as const;
