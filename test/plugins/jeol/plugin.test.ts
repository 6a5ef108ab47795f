import { magIndex } from '../../../core/base';
import { AlphaSelector, IlluminatedArea, NeutralImageShift, Scope, Stage } from '../../../core/devices';
import { simulatedSite, siteText } from '../simulator/site';

const builtIn = {
  simulator: () => require('../../../plugins/simulator') as unknown,
  jeol: () => require('../../../plugins/jeol') as unknown,
};
const never = new AbortController().signal;
const jeolSite = siteText.replace('fei: {}', 'jeol: {}');

it('offers what a JEOL column has, and nothing of another vendor', async () => {
  const { kernel } = simulatedSite(jeolSite, builtIn);
  await kernel.connect(never);
  for (const token of [Scope, Stage, AlphaSelector, NeutralImageShift]) expect(kernel.registry.has(token)).toBe(true);
  expect(kernel.registry.has(IlluminatedArea)).toBe(false);
  const scope = kernel.registry.get(Scope);
  await scope.magIndex.write(magIndex(7));
  expect(await scope.magIndex.read()).toBe(7);
  await kernel.dispose();
});

it('offers no alpha where the column has none', () => {
  const { kernel } = simulatedSite(`${jeolSite}JeolHasNoAlpha: 1\n`, builtIn);
  expect(kernel.registry.has(AlphaSelector)).toBe(false);
});

it('says that image shift by the projector cannot be simulated', async () => {
  const { kernel } = simulatedSite(`${jeolSite}JeolUseProjectorForIS: 1\n`, builtIn);
  await expect(kernel.connect(never)).rejects.toMatchObject({
    message: expect.stringContaining('projector deflector') as string,
  });
});
