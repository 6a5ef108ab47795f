import { measureCtfFit } from '../../../statistics/support/ctf-fits';

test('a texture with a direction at coarse pixels does not decide for another ring', async () => {
  const { verdict } = await measureCtfFit(10, 'coarse pixels with texture');
  expect(verdict).toBe('right, textured');
});

test('at coarse pixels with few rings, a depth that changes its sign does not make a rival of another ring', async () => {
  expect((await measureCtfFit(3, 'coarse pixels')).verdict).toBe('right, strong');
});

test('an image without rings stays refused', async () => {
  expect((await measureCtfFit(1, 'shadow alone')).verdict).toBe('nothing refused');
});

test('errors hold where noise makes rings at frequencies without any', async () => {
  const { errors, stated } = await measureCtfFit(1, 'weak carbon');
  const [off, said] = [errors['components'], stated!['components']] as readonly (readonly number[])[];
  // Without the part of the noise in them the mean defocus was 4.5 errors off.
  for (const [at, each] of off!.entries()) expect(Math.abs(each)).toBeLessThan(3 * said![at]!);
});
