import { magIndex } from '../../../core/base';
import { AlphaSelector, NeutralImageShift, Scope, Stage } from '../../../core/devices';
import { simulatedSite, siteText } from '../simulator/site';

const builtIn = {
  simulator: () => require('../../../plugins/simulator') as unknown,
  hitachi: () => require('../../../plugins/hitachi') as unknown,
};

it('offers what a Hitachi column has, and nothing of another vendor', async () => {
  const { kernel } = simulatedSite(siteText.replace('fei: {}', 'hitachi: {}'), builtIn);
  await kernel.connect(new AbortController().signal);
  for (const token of [Scope, Stage, NeutralImageShift]) expect(kernel.registry.has(token)).toBe(true);
  expect(kernel.registry.has(AlphaSelector)).toBe(false);
  const scope = kernel.registry.get(Scope);
  await scope.magIndex.write(magIndex(3));
  expect(await scope.magIndex.read()).toBe(3);
  await kernel.dispose();
});
