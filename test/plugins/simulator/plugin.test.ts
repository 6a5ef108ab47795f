import { magIndex } from '../../../core/base';
import { Scope, Stage, VirtualInstrument, IlluminatedArea } from '../../../core/devices';
import { SimulatedTruth } from '../../../plugins/simulator';
import { VirtualMicroscope } from '../../../simulation';
import { simulatedSite, siteText } from './site';

const builtIn = {
  simulator: () => require('../../../plugins/simulator') as unknown,
  fei: () => require('../../../plugins/fei') as unknown,
};
const never = new AbortController().signal;
const withSimulator = (lines: string): string => `${siteText}simulator:\n${lines}`;

describe('the simulator and an FEI column', () => {
  it('connect, and say that it is a simulation', async () => {
    const { kernel, log } = simulatedSite(siteText, builtIn);
    await kernel.connect(never);
    expect(log.map(({ text }) => text).join('\n')).toMatch(/simulation.*seed 1/);
    const scope = kernel.registry.get(Scope);
    await scope.magIndex.write(magIndex(7));
    const { microscope } = kernel.registry.get(VirtualInstrument);
    expect((microscope as VirtualMicroscope).state.magIndex).toBe(7);
    expect(kernel.registry.has(Stage)).toBe(true);
    expect(kernel.registry.has(IlluminatedArea)).toBe(false);
    await kernel.dispose();
  });

  it('offer the illuminated area where the column has three condensers', () => {
    const { kernel } = simulatedSite(`${siteText}UseIlluminatedAreaForC2: 1\n`, builtIn);
    expect(kernel.registry.has(IlluminatedArea)).toBe(true);
  });

  it('see the same microscope, and the same one again from the same seed', async () => {
    const pictures = [];
    for (const seed of [7, 7, 8]) {
      const { kernel } = simulatedSite(withSimulator(`  seed: ${seed}\n`), builtIn);
      const { microscope } = kernel.registry.get(VirtualInstrument);
      expect(kernel.registry.get(VirtualInstrument).microscope).toBe(microscope);
      await kernel.connect(never);
      pictures.push((microscope as VirtualMicroscope).expose({ camera: 0, binning: 4, exposure: 0.1 }).data);
    }
    expect(pictures[1]).toEqual(pictures[0]);
    expect(pictures[2]).not.toEqual(pictures[0]);
  });

  it('tell the truth on request only', () => {
    const { kernel } = simulatedSite(siteText, builtIn);
    const { records } = kernel.registry.get(SimulatedTruth);
    expect(records.filter(({ record }) => record === 'ImageShiftMatrix')).toHaveLength(16);
    expect(JSON.stringify(kernel.registry.get(VirtualInstrument).microscope)).not.toMatch(
      /specimenToCamera|imageShiftToCamera/,
    );
  });
});

describe('what is written wrongly', () => {
  it('in the simulator section comes with its place and the right name', () => {
    expect(() => simulatedSite(withSimulator('  sead: 3\n'), builtIn)).toThrow(
      expect.objectContaining({
        hint: 'Did you mean seed?',
        place: expect.objectContaining({ file: 'site.yaml' }) as object,
      }) as Error,
    );
  });

  it('comes all together', () => {
    expect(() => simulatedSite(withSimulator('  seed: -3\n  specimen: beans\n'), builtIn)).toThrow(
      expect.objectContaining({
        code: 'simulator/wrong-options',
        message: expect.stringMatching(/seed[^]*specimen/) as string,
      }) as Error,
    );
  });

  it('such as an unknown wire is refused with what is allowed', () => {
    expect(() => simulatedSite(siteText.replace('fei: {}', 'fei: { wire: telepathy }'), builtIn)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/wire.*simulated/) as string }) as Error,
    );
  });
});

it('says what is missing when no plugin provides a microscope', async () => {
  const { kernel } = simulatedSite(siteText.replace('  simulator: {}\n', ''), builtIn);
  await expect(kernel.connect(never)).rejects.toMatchObject({
    code: 'devices/not-connected',
    message: expect.stringContaining('VirtualInstrument') as string,
  });
});

it('says what is missing when there is no column', async () => {
  const { kernel } = simulatedSite(siteText.replace('  fei: {}\n', ''), builtIn);
  await expect(kernel.connect(never)).rejects.toMatchObject({
    message: expect.stringContaining('needs Scope') as string,
  });
});
