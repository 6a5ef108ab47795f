import { z } from 'zod';
import { cameras } from '../camera/cameras';
import { finite } from '../base/checks';
import type { Frame } from '../base/frame';
import { hypotenuse } from '../base/functions';
import { calibratedBy } from '../base/instrument';
import { fraction, notNegative, positive, signedFraction } from '../base/options';
import { definePart, type PerfectRecord } from '../base/part';
import { SwitchHistory } from '../base/span';
import { doublings, EnergySpectrum, type SpectrumTruth } from './energy-spectrum';
import { magnification, seenPlaces } from './lenses/magnification';
import { SettlingVector } from '../base/settling';
import { specimen } from '../specimen/specimen';
import { stage } from './stage';

/** The truth of the energy filter; electronvolts, seconds. */
export interface EnergyFilterTruth {
  readonly spectrum: Omit<SpectrumTruth, 'thickness'>;
  /** Nanometres in which electrons lose energy; those of the specimen in the microscope where there is none. */
  readonly thickness: number | undefined;
  /** Place of the zero-loss peak beyond the shifts by magnification, and what it drifts in a second. */
  readonly zeroLossOffset: number;
  readonly drift: number;
  /** Shift of the zero-loss peak by mag index. */
  readonly shifts: ReadonlyMap<number, number>;
  readonly slit: {
    /** Factor by which it is wider than it reads. */
    readonly scale: number;
    /** Standard deviation of its edges. */
    readonly edge: number;
    /** From the command to move it until it is there. */
    readonly travel: number;
  };
  /** Difference of the energy in the middle of the slit between the middle of the camera and half its shorter side from it. */
  readonly nonIsochromaticity: number;
  /** A step of the energy is short by a fraction at first, which falls to 1/e in a time, and by another one until the next step. */
  readonly settling: { readonly fraction: number; readonly timeConstant: number; readonly hysteresis: number };
  /** True for a filter in the column, through which every camera looks. */
  readonly inColumn: boolean;
}

/** Electrons of one exposure that the filter lets through. */
export interface Passage {
  /** Share of the electrons in the middle of the camera. */
  readonly share: number;
  /**
   * Multiplies each pixel by its share; undefined where it is the same everywhere.
   * @param radius half the shorter side of the camera in pixels of the image
   */
  readonly paint: ((canvas: Float32Array, frame: Frame, radius: number) => void) | undefined;
}

const electronvolts = z.number().min(-1000).max(1000);

/** The imaging energy filter: a slit in the spectrum of the electrons, behind the column or in it. */
export const energyFilter = definePart({
  name: 'energyFilter',
  options: {
    zeroLossWidthElectronvolts: positive
      .max(20)
      .default(0.8)
      .describe('Half width of the zero-loss peak where it has fallen to 1/e.'),
    zeroLossTailShare: fraction.default(0).describe('Share of the zero-loss electrons that are in its Landau tail.'),
    zeroLossTailElectronvolts: positive.max(20).default(1).describe('Scale of the Landau tail of the zero-loss peak.'),
    plasmonLossElectronvolts: positive.max(100).default(22).describe('Most probable loss of an inelastic scattering.'),
    plasmonScaleElectronvolts: positive.max(20).default(4).describe('Scale of the Landau distribution of that loss.'),
    inelasticMeanFreePathNm: positive
      .default(315)
      .describe('Way of an electron through the specimen from one inelastic scattering to the next, on the average.'),
    inelasticThicknessNm: notNegative
      .max(5000)
      .optional()
      .describe(
        'Thickness of the specimen in which electrons lose energy; that of the specimen in the microscope by default. A tilt of the stage makes their way longer.',
      ),
    zeroLossOffsetElectronvolts: electronvolts
      .default(0)
      .describe('Loss at which the zero-loss peak is in the middle of the slit at the start.'),
    zeroLossDriftElectronvoltsPerMinute: electronvolts.default(0).describe('Drift of the zero-loss peak.'),
    energyShiftsElectronvolts: z
      .record(z.string().regex(/^\d+$/), electronvolts)
      .default({})
      .describe('Shift of the zero-loss peak at some mag indexes.'),
    energyShiftPerDoublingElectronvolts: electronvolts
      .default(0)
      .describe('Shift of the zero-loss peak with each doubling of the magnification, at the other mag indexes.'),
    energyShiftScatterElectronvolts: notNegative
      .max(100)
      .default(0)
      .describe('Standard deviation of the shifts of single mag indexes about that.'),
    slitWidthScale: positive.max(3).default(1).describe('Factor by which the slit is wider than it reads.'),
    slitEdgeElectronvolts: notNegative
      .max(10)
      .default(0)
      .describe('Standard deviation of the energy at which an edge of the slit cuts.'),
    slitTravelSeconds: notNegative
      .max(10)
      .default(0)
      .describe('Seconds from the command to move the slit in or out until it is there.'),
    nonIsochromaticityElectronvolts: electronvolts
      .default(0)
      .describe(
        'Difference of the energy in the slit between the middle of a camera and half its shorter side from it.',
      ),
    energySettlingFraction: signedFraction
      .default(0)
      .describe('Fraction of a change of the energy loss that has not arrived at once.'),
    energySettlingSeconds: positive
      .default(0.2)
      .describe('Seconds in which the missing part of a change of the energy loss falls to 1/e.'),
    energyHysteresis: signedFraction
      .default(0)
      .describe('Fraction of a change of the energy loss that arrives only with the next one.'),
  },

  // Widths and edges as published for post-column filters; shifts and waiting times as the properties of real sites have them.
  draw: (random) => ({
    zeroLossWidthElectronvolts: random.between(0.5, 1.2),
    zeroLossTailShare: random.between(0.02, 0.1),
    zeroLossTailElectronvolts: random.between(0.5, 1.5),
    plasmonLossElectronvolts: random.between(19, 25),
    inelasticThicknessNm: random.between(5, 150),
    zeroLossOffsetElectronvolts: random.between(-3, 3),
    zeroLossDriftElectronvoltsPerMinute: random.between(-0.05, 0.05),
    energyShiftPerDoublingElectronvolts: random.between(-1.5, 1.5),
    energyShiftScatterElectronvolts: random.between(0, 1.5),
    slitWidthScale: random.between(0.95, 1.05),
    slitEdgeElectronvolts: random.between(0.3, 1),
    slitTravelSeconds: random.between(0.1, 0.28),
    nonIsochromaticityElectronvolts: random.between(-1, 1),
    energySettlingFraction: random.between(0.01, 0.06),
    energySettlingSeconds: random.between(0.03, 0.1),
    energyHysteresis: random.between(0, 0.004),
  }),

  truth(options, random, { instrument, truthOf }): EnergyFilterTruth {
    const { table } = truthOf(magnification);
    const reference = table.find(({ low }) => !low) ?? table[0];
    const { energyShiftsElectronvolts: written, energyShiftPerDoublingElectronvolts: perDoubling } = options;
    const calibrated = new Map(
      calibratedBy(instrument, 'FilterMagShifts').map(
        ({ magIndex, energyShift }) => [magIndex!, energyShift!] as const,
      ),
    );
    const shifts = table.map(({ index, magnification: value }): [number, number] => {
      const scatter = options.energyShiftScatterElectronvolts * random.normal();
      return [
        index,
        written[index] ?? calibrated.get(index) ?? perDoubling * doublings(reference!.magnification, value) + scatter,
      ];
    });
    return {
      spectrum: {
        zeroLossWidth: options.zeroLossWidthElectronvolts,
        tailShare: options.zeroLossTailShare,
        tailScale: options.zeroLossTailElectronvolts,
        plasmonLoss: options.plasmonLossElectronvolts,
        plasmonScale: options.plasmonScaleElectronvolts,
        meanFreePath: options.inelasticMeanFreePathNm,
      },
      thickness: options.inelasticThicknessNm,
      zeroLossOffset: options.zeroLossOffsetElectronvolts,
      drift: options.zeroLossDriftElectronvoltsPerMinute / 60,
      shifts: new Map(shifts),
      slit: {
        scale: options.slitWidthScale,
        edge: options.slitEdgeElectronvolts,
        travel: options.slitTravelSeconds,
      },
      nonIsochromaticity: options.nonIsochromaticityElectronvolts,
      settling: {
        fraction: options.energySettlingFraction,
        timeConstant: options.energySettlingSeconds,
        hysteresis: options.energyHysteresis,
      },
      inColumn: instrument.filterInColumn ?? false,
    };
  },

  start(truth, { now, of, truthOf }) {
    const { slit, settling, nonIsochromaticity, inColumn } = truth;
    const began = now();
    const lenses = of(magnification);
    const behind = new Set(truthOf(cameras).flatMap(({ index, behindFilter }) => (behindFilter ? [index] : [])));
    const slitPlace = new SwitchHistory(false);
    const energy = new SettlingVector();
    let [slitIn, slitWidth, adjustment] = [false, 20, 0];
    const [object, goniometer] = [of(specimen), of(stage)];
    let made: { readonly nanometres: number; readonly spectrum: EnergySpectrum } | undefined;
    const spectrumAt = (time: number): EnergySpectrum => {
      const straight = truth.thickness ?? object.thickness();
      const nanometres = straight * hypotenuse(1, goniometer.slope(time));
      if (made?.nanometres !== nanometres)
        made = { nanometres, spectrum: new EnergySpectrum({ ...truth.spectrum, thickness: nanometres }, slit.edge) };
      return made.spectrum;
    };
    /** The energy loss at which the zero-loss peak is in the middle of the slit. */
    const zeroLoss = (time: number): number =>
      truth.zeroLossOffset +
      (truth.shifts.get(lenses.selected().index) ?? 0) +
      truth.drift * (time - began) -
      adjustment;
    return {
      zeroLoss,
      /** Electrons that reach a camera about a time; undefined where all do. */
      passage(camera: number, time: number): Passage | undefined {
        if (!(inColumn || behind.has(camera)) || !slitPlace.at(time)) return undefined;
        const loss = energy.at(time).x - zeroLoss(time);
        const width = slitWidth * slit.scale;
        const spectrum = spectrumAt(time);
        return {
          share: spectrum.passing(loss, width),
          paint: nonIsochromaticity === 0 ? undefined : paintShares(spectrum, { loss, width, nonIsochromaticity }),
        };
      },
      commands: {
        /** Moves the energy slit in or out of the spectrum. */
        setSlitIn(on: boolean): void {
          if (on !== slitIn) slitPlace.set(on, now() + slit.travel);
          slitIn = on;
        },
        /** Electronvolts. */
        setSlitWidth(width: number): void {
          slitWidth = Math.max(0, finite('slit width', width));
        },
        /** Electronvolts that the electrons in the middle of the slit have lost. */
        setEnergyLoss(loss: number): void {
          const terms = settling.fraction === 0 ? [] : [settling];
          energy.set({ x: finite('energy loss', loss), y: 0 }, now(), terms, settling.hysteresis);
        },
        /** Electronvolts by which the zero-loss peak is moved back towards the middle of the slit. */
        setZeroLossAdjustment(electronvolts: number): void {
          adjustment = finite('zero-loss adjustment', electronvolts);
        },
      },
      readings: () => ({
        slitIn,
        /** Electronvolts. */
        slitWidth,
        energyLoss: energy.setting.x,
        zeroLossAdjustment: adjustment,
      }),
      recorded: (time: number) => ({
        /** Electronvolts of loss in the middle of the slit, and those at which the zero-loss peak is there. */
        energyLoss: energy.at(time).x,
        zeroLoss: zeroLoss(time),
      }),
    };
  },

  perfect({ shifts, inColumn }, context) {
    const filtered = context.truthOf(cameras).filter(({ behindFilter }) => inColumn || behindFilter);
    const seen = seenPlaces(context).filter(
      ({ low, camera }) => !low && filtered.some(({ index }) => index === camera),
    );
    const indexes = [...new Set(seen.map(({ magIndex }) => magIndex))].sort((a, b) => a - b);
    if (indexes.every((magIndex) => shifts.get(magIndex) === 0)) return [];
    return indexes.map((magIndex): PerfectRecord => ({
      record: 'FilterMagShifts',
      magIndex,
      energyShift: shifts.get(magIndex)!,
    }));
  },
});

const paintShares =
  (
    spectrum: EnergySpectrum,
    slit: { readonly loss: number; readonly width: number; readonly nonIsochromaticity: number },
  ): NonNullable<Passage['paint']> =>
  (canvas, { columns, rows, centreColumn, centreRow }, radius) => {
    const { loss, width, nonIsochromaticity } = slit;
    const perSquare = nonIsochromaticity / radius ** 2;
    for (let row = 0, at = 0; row < rows; row++) {
      const dy = row + 0.5 - centreRow;
      for (let column = 0; column < columns; column++, at++) {
        const dx = column + 0.5 - centreColumn;
        canvas[at]! *= spectrum.passing(loss + perSquare * (dx * dx + dy * dy), width);
      }
    }
  };
