import { Cameras } from '../../../core/devices';
import { virtualInstrument } from '../../support/virtual-instrument';

/** A camera of a configuration with some properties of its own, in place of those of the file. */
async function withProperties(configuration: string, name: string, properties: Record<string, number>) {
  const instrument = await virtualInstrument({
    configuration,
    edit: (yaml) => {
      const at = yaml.indexOf(`Name: '${name}'`);
      let camera = yaml.slice(at);
      for (const [property, value] of Object.entries(properties)) {
        camera = camera.replace(new RegExp(`\\n +${property}: .*`), '');
        camera = camera.replace('\n', `\n    ${property}: ${value}\n`);
      }
      return yaml.slice(0, at) + camera;
    },
  });
  const { traits } = instrument.kernel.registry.get(Cameras).all.find((each) => each.traits.name === name)!;
  const { lines } = instrument;
  await instrument[Symbol.asyncDispose]();
  return { allowed: traits.allowsPostActions, warned: lines.some((line) => line.includes('K2MinStartupDelay')) };
}
const k2 = (properties: Record<string, number>) => withProperties('jeol-cryo-arm-k2.yaml', 'K2 Summit', properties);
const k3 = (properties: Record<string, number>) => withProperties('krios-k3.yaml', 'K3', properties);
const orius = (properties: Record<string, number>) => withProperties('talos-oneview-orius.yaml', 'Orius', properties);
const oneView = (properties: Record<string, number>) =>
  withProperties('talos-oneview-orius.yaml', 'OneView', properties);

describe('something may be done on the column while a camera reads out', () => {
  test.each([
    ['a K2 with a safe start-up delay', k2, { StartupDelay: 3.1 }, true],
    ['a K2 with a short one, also where the site allows it', k2, { StartupDelay: 2.9, AllowPostActions: 1 }, false],
    ['a K2 for which the site forbids it', k2, { StartupDelay: 3.1, AllowPostActions: 0 }, false],
    ['a K3 by default', k3, { StartupDelay: 3.1 }, false],
    ['a K3 for which the site allows it', k3, { StartupDelay: 1.9, AllowPostActions: 1 }, true],
    ['a K3 whose delay nobody measured', k3, { StartupDelay: 0.4, AllowPostActions: 1 }, false],
    ['a CCD', orius, {}, true],
    ['a CCD whose beam is on until the image is there', orius, { NoShutter: 1, AllowPostActions: 1 }, false],
    ['a OneView by default', oneView, {}, false],
    ['a OneView for which the site allows it', oneView, { AllowPostActions: 1 }, true],
  ] as const)('with %s', async (_what, make, properties, expected) => {
    expect((await make(properties)).allowed).toBe(expected);
  });
});

test.each([
  [1.45, false],
  [1.46, true],
  [2.99, true],
  [3, false],
])('a K2 with a start-up delay of %d s is warned about at start-up: %s', async (delay, warned) => {
  expect((await k2({ StartupDelay: delay })).warned).toBe(warned);
});
