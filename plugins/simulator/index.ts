import { z } from 'zod';
import { CombinedError, EucentricError, inMicrometres, metres } from '../../core/base';
import {
  AlphaSelector,
  type AnySetting,
  CondenserAperture,
  Illumination,
  ObjectiveAperture,
  ProbeModeSelector,
  Scope,
  SimulatedSpecimen,
  VirtualInstrument,
  driven,
  lacking,
} from '../../core/devices';
import { type PluginHost, definePlugin } from '../../core/kernel';
import { type CameraSettings, type Settings, checkSection } from '../../core/settings';
import { Calibrations } from '../../core/store';
import { type SimulatorOptions, VirtualMicroscope, completeOptions, simulatorOptions } from '../../simulation';
import { PlainCamera } from './plain-camera';
import { savedCalibrations } from './saved-calibrations';
import { savedIllumination } from './saved-illumination';
import { SimulatedTruth, perfectRecords } from './simulated-truth';
import { type Site, type SiteTruth, siteTruth } from './site-instrument';

export { SimulatedTruth, simulatorOptions };

const options = z
  .strictObject({
    cameras: z
      .array(z.number().int().min(0))
      .default([])
      .describe(
        'Numbers of cameras that no other plugin drives. The virtual microscope takes their images itself: any area, linear, without frames.',
      ),
  })
  .describe('What the virtual microscope is like stands in the "simulator:" section.');
type Options = z.infer<typeof options>;

/** Makes a virtual microscope of the site's properties, for the simulated wires of the vendors. */
export default definePlugin<Options>({
  id: 'simulator',
  summary: 'A virtual microscope made of the properties of the site, for trying everything without an instrument.',
  options,
  drivesCamera: (camera, _active, given) => given !== undefined && isPlain(camera, given.cameras),
  apply(host) {
    const simulator = readSimulator(host.settings);
    // Built when first asked for: the truth of a site's twin rests on calibrations and a column that are there only after all plugins are applied.
    const truth = once((): SiteTruth =>
      siteTruth(
        {
          settings: host.settings,
          traits: host.need(Scope).traits,
          condenser: condenserOf(host),
          // What this simulation saved of its own measurements must not become true.
          calibrations: () => savedCalibrations(siteFileOf(host)),
          illumination: () => savedIllumination(siteFileOf(host)),
        },
        simulator,
      ),
    );
    const microscope = once(
      () => new VirtualMicroscope(truth().truth, { seed: simulator.seed, now: () => host.clock.now() }),
    );
    host.provide(VirtualInstrument, {
      get microscope() {
        return microscope();
      },
    });
    // The truth stays as it is, and its thousands of records take milliseconds to make.
    const records = once(() => perfectRecords(truth()));
    host.provide(SimulatedTruth, {
      get records() {
        return records();
      },
    });
    for (const camera of host.settings.cameras)
      if (isPlain(camera, host.options.cameras)) host.provideCamera(new PlainCamera(camera, microscope, host.clock));
    const real = realWires(host.settings);
    host.provideDevices([
      real.length === 0
        ? driven(SimulatedSpecimen, {
            specimen: {
              read: () => Promise.resolve(microscope().state.specimen),
              write: (kind) => Promise.resolve(microscope().setSpecimen(kind)),
            },
          })
        : lacking(SimulatedSpecimen, `${real.join(' and ')} ${real.length === 1 ? 'is' : 'are'} not simulated`),
    ]);
    host.connect('the virtual microscope', () => announce(host, simulator, microscope()));
  },
});

/** True for a camera that the site leaves to the simulator; how a probe is scanned is nothing that it could make up. */
const isPlain = (camera: CameraSettings, chosen: readonly number[]): boolean =>
  !camera.isStem && chosen.includes(camera.index);

/** The calibration file of the site itself. */
function siteFileOf(host: PluginHost<Options>): string {
  const { siteFile, path } = host.need(Calibrations);
  return siteFile ?? path;
}

/** The condenser of the column that the site has. */
function condenserOf(host: PluginHost<Options>): NonNullable<Site['condenser']> {
  const illumination = host.find(Illumination);
  const alpha = host.find(AlphaSelector)?.alpha.traits;
  const sizesOf = (aperture: AnySetting | undefined): readonly number[] | undefined => {
    const { traits } = aperture ?? {};
    if (traits?.kind !== 'number' || !traits.choices) return undefined;
    return traits.choices.filter((size) => size > 0).map((size) => Math.round(inMicrometres(metres(size))));
  };
  const condenserApertures = sizesOf(host.find(CondenserAperture)?.condenserAperture);
  const objectiveApertures = sizesOf(host.find(ObjectiveAperture)?.objectiveAperture);
  return {
    ...(condenserApertures && { condenserApertures }),
    ...(objectiveApertures && { objectiveApertures }),
    ...(illumination && {
      spotSizes: illumination.spotSizes,
      brightestSpotSize: illumination.brightestSpotSize,
    }),
    hasNanoprobe: host.find(ProbeModeSelector) !== undefined,
    ...(alpha?.kind === 'number' && alpha.range && { alphas: alpha.range[1] + 1 }),
  };
}

function announce(
  { log }: PluginHost<Options>,
  { truth, specimen, seed }: SimulatorOptions,
  microscope: VirtualMicroscope,
): Promise<void> {
  const madeOf = truth === 'site' ? "the site's properties and calibrations" : "the site's properties";
  log.info(
    `This is a simulation: a virtual microscope of ${microscope.state.highTension} kV made of ${madeOf}, specimen ${specimen}, seed ${seed}.`,
  );
  return Promise.resolve();
}

/** The plugins that go to an instrument, or to a recording of one, over their wire: its specimen is not the simulator's to exchange. */
const realWires = ({ plugins }: Settings): readonly string[] =>
  plugins.flatMap(({ id, options }) => {
    const { wire = 'simulated' } = (options ?? {}) as { readonly wire?: unknown };
    return wire === 'simulated' ? [] : [id];
  });

/** The `simulator:` section, complete. Throws everything that is wrong with it, each with its place. */
function readSimulator(settings: Settings): SimulatorOptions {
  const section = settings.section('simulator');
  const problems =
    section && section.value !== undefined && section.value !== null ? checkSection(simulatorOptions, section) : [];
  if (problems.length === 1) throw new EucentricError(problems[0]!);
  if (problems.length > 1)
    throw new CombinedError(
      {
        code: 'simulator/wrong-options',
        message: `The simulator section has ${problems.length} faults:`,
        hint: 'Correct them; "check" shows each with its place.',
        place: problems[0]!.place,
      },
      problems.map((problem) => new EucentricError(problem)),
    );
  return completeOptions(section?.value ?? {});
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
