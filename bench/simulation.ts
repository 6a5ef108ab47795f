import { buildTruth, completeOptions, VirtualMicroscope, type Instrument } from '../simulation';

interface Scene {
  readonly name: string;
  readonly options?: object;
  readonly act?: (microscope: VirtualMicroscope) => void;
}

/** Out of focus, with the beam tilted about an axis that is free of coma: a wave without symmetry. */
const tilted = (microscope: VirtualMicroscope): void => {
  microscope.setDefocus(-1.5);
  microscope.setBeamTilt({ x: 3, y: -2 });
};

const scenes: readonly Scene[] = [
  { name: 'in focus, at rest' },
  { name: 'wave without symmetry, at rest', act: tilted },
  { name: 'wave without symmetry, moving by 14 pixels', options: { driftNmPerSecond: [3, -2] }, act: tilted },
  { name: 'in focus, moving by 14 pixels', options: { driftNmPerSecond: [3, -2] } },
  { name: 'all errors drawn, wave without symmetry', options: { imperfections: 'drawn' }, act: tilted },
];

/** The table of the processor time of an image of the virtual microscope; between two images the stage moves to another place. */
export function virtualImages(size: number, rounds: number): string {
  const instrument: Instrument = {
    magnifications: [{ index: 28, magnification: 80000, low: false }],
    cameras: [{ index: 0, name: 'camera', width: size, height: size }],
    views: [{ magIndex: 28, camera: 0, pixelSizeMicrometres: 0.00025, rotationDegrees: 96 }],
    specimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
  };
  const benches = scenes.map(({ options, act }) => {
    const clock = { seconds: 0 };
    const drift = { driftNmPerSecond: [0, 0] };
    const truth = buildTruth(completeOptions({ phaseToAmplitudeContrast: 3, ...drift, ...options }), instrument);
    const microscope = new VirtualMicroscope(truth, { seed: 1, now: () => clock.seconds });
    act?.(microscope);
    return { microscope, clock, times: [] as number[] };
  });
  for (let round = -2; round < rounds; round++)
    for (const { microscope, clock, times } of benches) {
      clock.seconds += microscope.moveStage({ x: 0.1 * (round % 7), y: 0.05 * (round % 5) }) + 5;
      const before = process.cpuUsage();
      microscope.expose({ camera: 0, binning: 1, exposure: 1 });
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times.push((user + system) / 1000);
    }
  const rows = benches.map(({ times }, index) => {
    const sorted = times.sort((a, b) => a - b);
    return `| ${scenes[index]!.name} | ${sorted[sorted.length >> 1]!.toFixed(0)} | ${sorted[0]!.toFixed(0)} |`;
  });
  return [
    `### An image of the virtual microscope, ${size} x ${size}`,
    '',
    '| image | median ms of a processor | fastest ms |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
