import { shiftWindow, usualOverlaps } from '../../../../plugins/calibrations/whole-scope/distortion/overlaps';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/set-overlaps';
describeMenuItem(id, {});

test('what is entered holds for the session, and numbers that are not in order are refused', async () => {
  await using instrument = await virtualInstrument();
  await runItem(instrument, id, { 'side-most': '0.7' });
  const { result } = await runItem(instrument, id);
  expect(result!.values).toMatchObject({ sideLeast: 0.48, sideMost: 0.7, across: 0.94 });
  await expect(runItem(instrument, id, { 'diagonal-least': '0.8' })).rejects.toMatchObject({
    code: 'distortion/overlaps-not-in-order',
  });
  expect((await runItem(instrument, id)).result!.values).toMatchObject({ diagonalLeast: 0.65 });
});

test('windows of the shift follow from the overlaps, and those of directions 4 to 7 mirror those of 0 to 3', () => {
  const size = { x: 1000, y: 800 };
  const right = shiftWindow(0, size, usualOverlaps);
  expect(right.least.x).toBeCloseTo(400, 6);
  expect(right.most.x).toBeCloseTo(520, 6);
  expect(right.least.y).toBeCloseTo(-48, 6);
  const corner = shiftWindow(1, size, usualOverlaps);
  expect([corner.least.x, corner.most.x, corner.least.y, corner.most.y].map(Math.round)).toEqual([250, 350, 200, 280]);
  for (const direction of [0, 1, 2, 3]) {
    const [one, other] = [shiftWindow(direction, size, usualOverlaps), shiftWindow(direction + 4, size, usualOverlaps)];
    expect(other.least.x).toBeCloseTo(-one.most.x, 6);
    expect(other.most.y).toBeCloseTo(-one.least.y, 6);
  }
});
