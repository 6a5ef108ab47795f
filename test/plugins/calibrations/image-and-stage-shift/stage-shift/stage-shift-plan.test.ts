import { planAxis } from '../../../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift-plan';

/** Field (smaller dimension, um), then step (um) and images, for three cycle lengths: the customary table. */
const tables: readonly (readonly [
  cycle: number,
  rows: readonly (readonly [field: number, step: number, images: number])[],
])[] = [
  [
    62,
    [
      [4, 2, 15],
      [8, 4, 15],
      [12, 5.167, 13],
      [20, 7.75, 9],
      [40, 15.5, 5],
      [62, 31, 3],
      [100, 31, 3],
      [200, 62, 3],
      [400, 62, 3],
      [1000, 93, 3],
      [2500, 248, 3],
    ],
  ],
  [
    41,
    [
      [4, 2, 15],
      [8, 3.417, 13],
      [12, 5.125, 9],
      [20, 6.833, 7],
      [40, 20, 3],
      [62, 20.5, 3],
      [80, 20.5, 3],
      [100, 41, 3],
      [200, 61.5, 3],
      [400, 61.5, 3],
      [1000, 82, 3],
      [2500, 246, 3],
    ],
  ],
  [
    40,
    [
      [8, 4, 11],
      [12, 5, 9],
      [20, 10, 5],
      [40, 20, 3],
      [62, 20, 3],
      [80, 40, 3],
      [100, 40, 3],
      [200, 60, 3],
    ],
  ],
];

describe.each(tables)('a cycle of %d um', (cycle, rows) => {
  test.each(rows)('a field of %d um is stepped by %d um with %d images', (field, step, images) => {
    const plan = planAxis(field / 2, cycle, 140);
    expect(plan.step).toBeCloseTo(step, 3);
    expect(plan.images).toBe(images);
    expect(plan.positions).toHaveLength(images);
    expect(plan.positions[(images - 1) / 2]).toBeCloseTo(0, 9);
    expect(plan.positions.at(-1)! - plan.positions[0]!).toBeCloseTo(plan.extent, 9);
  });
});
